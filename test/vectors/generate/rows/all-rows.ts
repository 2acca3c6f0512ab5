import { boundVectors } from './bound.js';
import { contentVectors } from './contents.js';
import { declarationVectors } from './declarations.js';
import { keyVectors } from './keys.js';
import { movedVectors } from './moved.js';
import { noEnvelopeVectors } from './no-envelope.js';
import { presenceVectors } from './presence.js';
import type { NamedScenario } from './scenario.js';
import { servedVectors } from './served.js';
import { valueRowVectors } from './values.js';

export const ROWS: readonly NamedScenario[] = [
  noEnvelopeVectors,
  movedVectors,
  boundVectors,
  servedVectors,
  contentVectors,
  presenceVectors,
  declarationVectors,
  keyVectors,
  valueRowVectors,
].flat();
