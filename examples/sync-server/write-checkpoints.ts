/** Write checkpoints: how a client learns that what it uploaded is in what it downloads. */

export interface WriteCheckpoints {
  /** A higher one than the last, or the one that the client wants if that is higher still. */
  request(owner: string, clientId: string, wanted?: string): string;
  /** What streams say; `null` before there is any. */
  current(owner: string, clientId: string): number | null;
  /** While held, streams go on saying what they said before. */
  hold(held: boolean): void;
}

export function createWriteCheckpoints(): WriteCheckpoints {
  const requested = new Map<string, number>();
  let told: ReadonlyMap<string, number> = requested;
  const key = (owner: string, clientId: string) => JSON.stringify([owner, clientId]);
  return {
    request(owner, clientId, wanted) {
      const last = requested.get(key(owner, clientId)) ?? 0;
      const next = wanted === undefined ? last + 1 : Math.max(last, Number(wanted));
      requested.set(key(owner, clientId), next);
      return `${next}`;
    },
    current: (owner, clientId) => told.get(key(owner, clientId)) ?? null,
    hold(held) {
      told = held ? new Map(requested) : requested;
    },
  };
}
