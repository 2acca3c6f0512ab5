import { defineConfig } from 'vitest/config';
import shared from '../../vitest.config.js';

// The suite's projects name the files of the suite.
const { projects: _, ...settings } = shared.test ?? {};

/** What `npm run test:service` runs, one file after the other, since all of it is one Postgres. */
export default defineConfig({
  ...shared,
  test: {
    ...settings,
    include: ['test/service/against-*.ts'],
    fileParallelism: false,
    typecheck: { enabled: false },
  },
});
