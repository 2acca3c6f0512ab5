import fc from 'fast-check';

/**
 * Runs a property with one fixed seed, so that a test gives the same verdict every time. To look
 * further: `PROPERTY_SEED=7 PROPERTY_FACTOR=50 npx vitest run test/properties`.
 */
export function holds<Ts>(property: fc.IProperty<Ts>, runs = 100): void {
  fc.assert(property, settingsFor(runs));
}

/** The same of a property that takes its time. */
export async function holdsInTime<Ts>(property: fc.IAsyncProperty<Ts>, runs = 100): Promise<void> {
  await fc.assert(property, settingsFor(runs));
}

function settingsFor(runs: number): { readonly seed: number; readonly numRuns: number } {
  const { PROPERTY_SEED = '20261123', PROPERTY_FACTOR = '1' } = process.env;
  return { seed: Number(PROPERTY_SEED), numRuns: runs * Number(PROPERTY_FACTOR) };
}
