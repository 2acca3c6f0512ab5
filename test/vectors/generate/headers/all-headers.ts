import type { NamedScenario } from '../rows/scenario.js';
import { badPinVectors } from './bad-pins.js';
import { endVectors } from './ends.js';
import { openingVectors } from './opening.js';
import { pinnedVectors } from './pins.js';
import { recoveryProofVectors } from './recovery-proofs.js';
import { secretVectors } from './secrets.js';
import { slotVectors } from './slots.js';
import { structureVectors } from './structure.js';
import { successorVectors } from './successors.js';
import { tamperingVectors } from './tampering.js';

export const HEADERS: readonly NamedScenario[] = [
  structureVectors,
  slotVectors,
  endVectors,
  openingVectors,
  recoveryProofVectors,
  secretVectors,
  tamperingVectors,
  pinnedVectors,
  badPinVectors,
  successorVectors,
].flat();
