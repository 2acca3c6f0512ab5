import { contentVectors } from './contents.js';
import { keyVectors } from './keys.js';
import { movedVectors } from './moved.js';
import { noEnvelopeVectors } from './no-envelope.js';
import type { NamedScenario } from './scenario.js';
import { valueRowVectors } from './values.js';

export const ROWS: readonly NamedScenario[] = [
  ...[noEnvelopeVectors, movedVectors, contentVectors, keyVectors, valueRowVectors].flat(),
];
