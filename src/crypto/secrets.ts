/**
 * Handling bytes that must not leak: comparing without telling where they differ, and forgetting.
 */

/**
 * Whether two secrets are equal, in time that depends only on their lengths.
 *
 * JavaScript promises nothing about timing; this removes the early exit, which is what can be
 * removed.
 */
export function equalSecrets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

/** Uses a derived secret for one thing and forgets it, whatever happens meanwhile. */
export function useOnce<Secret extends Uint8Array, T>(
  secret: Secret,
  use: (secret: Secret) => T,
): T {
  try {
    return use(secret);
  } finally {
    wipe(secret);
  }
}

/**
 * Overwrites secrets with zeros.
 *
 * Best effort: the engine may have moved or copied them, and strings can't be overwritten at all.
 */
export function wipe(...secrets: readonly (Uint8Array | undefined)[]): void {
  for (const secret of secrets) {
    // What was handed on, to a worker say, has no length any more, and can't be written to.
    if (secret?.length) secret.fill(0);
  }
}
