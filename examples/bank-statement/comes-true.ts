/** Waits for what devices and server do at their own pace. */
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 25;

/**
 * Whether a share that is looked at again and again comes to 1.
 *
 * @param patience how long nothing may move, in milliseconds
 */
export async function comesTrue(
  look: () => Promise<number | boolean>,
  patience: number,
  onShare: (share: number) => void = () => {},
): Promise<boolean> {
  let best = -1;
  let movedAt = Date.now();
  for (;;) {
    const share = Number(await look());
    if (share > best) {
      best = share;
      movedAt = Date.now();
      onShare(share);
    }
    if (share >= 1) return true;
    if (Date.now() - movedAt > patience) return false;
    await delay(LOOK_EVERY_MS);
  }
}
