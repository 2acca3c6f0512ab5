/** A migration that is killed in every phase; `npm run soak:migration` kills it more often. */
import { expect, it } from 'vitest';
import { killMigration } from '../soak/migration-kills.js';

it('loses no row and removes none unverified, killed ten times', { timeout: 600_000 }, async () => {
  const { rows, removed } = await killMigration(10, 7);
  expect(rows).toBeGreaterThanOrEqual(40);
  expect(removed).toBeGreaterThan(0);
});
