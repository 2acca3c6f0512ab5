import { cloak } from './cloak.js';
import { cloakPerField } from './cloak-per-field.js';
import { evolu } from './evolu.js';
import { jose } from './jose.js';
import type { Peer } from './peer.js';
import { rawNoble } from './raw-noble.js';

/** In the order of the table. */
export const PEERS: readonly (() => Peer | Promise<Peer>)[] = [
  rawNoble,
  cloak,
  cloakPerField,
  evolu,
  jose,
];
