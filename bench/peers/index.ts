import { cloak } from './cloak.js';
import { cloakPerField } from './cloak-per-field.js';
import { dexieEncrypted } from './dexie-encrypted.js';
import { evolu } from './evolu.js';
import { jose, joseImportedKey } from './jose.js';
import { libsodium, libsodiumPlatformNonces } from './libsodium.js';
import type { Peer } from './peer.js';
import { rawLibsodium } from './raw-libsodium.js';
import { rawNoble } from './raw-noble.js';
import { rxdb } from './rxdb.js';

/** In the order of the table. */
export const PEERS: readonly (() => Peer | Promise<Peer>)[] = [
  rawNoble,
  rawLibsodium,
  cloak,
  cloakPerField,
  dexieEncrypted,
  libsodium,
  libsodiumPlatformNonces,
  evolu,
  jose,
  joseImportedKey,
  rxdb,
];
