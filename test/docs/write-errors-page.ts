/** `npm run docs:errors`. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ROOT } from './documents.js';
import { errorsPage } from './errors-page.js';

writeFileSync(resolve(ROOT, 'docs/errors.md'), errorsPage());
