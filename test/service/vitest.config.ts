import { defineConfig } from 'vitest/config';
import shared from '../../vitest.config.js';

/** What `npm run test:service` runs, one file after the other, since all of it is one Postgres. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ['test/service/against-*.ts'],
    fileParallelism: false,
    typecheck: { enabled: false },
  },
});
