import type { NamedScenario } from '../rows/scenario.js';
import { openingVectors } from './opening.js';
import { pinnedVectors } from './pins.js';
import { structureVectors } from './structure.js';

export const HEADERS: readonly NamedScenario[] = [
  ...[structureVectors, openingVectors, pinnedVectors].flat(),
];
