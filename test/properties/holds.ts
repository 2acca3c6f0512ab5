import fc from 'fast-check';

/**
 * Runs a property with one fixed seed, so that a test gives the same verdict every time. To look
 * further: `PROPERTY_SEED=7 PROPERTY_FACTOR=50 npx vitest run test/properties`.
 */
export function holds<Ts>(property: fc.IProperty<Ts>, runs = 100): void {
  const { PROPERTY_SEED = '20261123', PROPERTY_FACTOR = '1' } = process.env;
  fc.assert(property, { seed: Number(PROPERTY_SEED), numRuns: runs * Number(PROPERTY_FACTOR) });
}
