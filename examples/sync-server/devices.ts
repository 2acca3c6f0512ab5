/** Tokens, and who is let in. A token is a random text: nobody's rights are proven here. */
import { randomUUID } from 'node:crypto';

export interface Device {
  readonly device: string;
  readonly owner: string;
}

export interface Session extends Device {
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface Devices {
  issueToken(device: Device): string;
  /** `null` when it was never given out, or is over. */
  sessionOf(token: string | undefined): Session | null;
  /** Who a token was given to, whether it still holds or not. */
  holderOf(token: string | undefined): Device | null;
  expireTokens(device?: string): void;
  isCutOff(device: string | undefined): boolean;
  cutOff(device: string): void;
  letIn(device: string): void;
  isWithheld(device: string, table: string): boolean;
  withhold(device: string, table: string, withheld: boolean): void;
}

export function createDevices(tokenLifetime: number): Devices {
  const sessions = new Map<string, Session>();
  const cutOff = new Set<string>();
  const withheldTables = new Set<string>();
  return {
    issueToken({ device, owner }) {
      const token = randomUUID();
      sessions.set(token, { device, owner, expiresAt: Date.now() + tokenLifetime });
      return token;
    },
    sessionOf(token = '') {
      const session = sessions.get(token);
      return session && session.expiresAt > Date.now() ? session : null;
    },
    holderOf: (token = '') => sessions.get(token) ?? null,
    expireTokens(device) {
      for (const [token, session] of sessions) {
        if (device === undefined || device === session.device) {
          sessions.set(token, { ...session, expiresAt: 0 });
        }
      }
    },
    isCutOff: (device) => device !== undefined && cutOff.has(device),
    cutOff: (device) => void cutOff.add(device),
    letIn: (device) => void cutOff.delete(device),
    isWithheld: (device, table) => withheldTables.has(JSON.stringify([device, table])),
    withhold(device, table, withheld) {
      const key = JSON.stringify([device, table]);
      if (withheld) withheldTables.add(key);
      else withheldTables.delete(key);
    },
  };
}
