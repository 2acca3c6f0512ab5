/** Every vector file, made in memory. */

import { EXPORTS } from './exports/all-exports.js';
import { onFixedPlatform } from './fixed-platform.js';
import { HEADERS } from './headers/all-headers.js';
import { madeExports } from './made/exports.js';
import { madeHeaders } from './made/headers.js';
import { madeRows, writeRows } from './made/rows.js';
import { madeVaults } from './made/vaults.js';
import {
  columnIdVectors,
  derivationVectors,
  kdfCostVectors,
  kekVectors,
} from './operations/derivations.js';
import { base64urlVectors, utf8Vectors, varintVectors } from './operations/encodings.js';
import { fingerprintVectors, pinVectors, successorVectors } from './operations/headers.js';
import { keySlotVectors } from './operations/key-slots.js';
import { keysetVectors } from './operations/keysets.js';
import { mergeVectors } from './operations/merges.js';
import { passwordVectors } from './operations/passwords.js';
import { payloadVectors } from './operations/payloads.js';
import {
  associatedDataVectors,
  paddingVectors,
  rowIdVectors,
  servedValueVectors,
} from './operations/places.js';
import { recoveryKeyVectors } from './operations/recovery-keys.js';
import { stampVectors } from './operations/stamps.js';
import { valueVectors } from './operations/values.js';
import { ROWS } from './rows/all-rows.js';
import {
  formatOperation,
  formatScenario,
  type Operation,
  type VectorFiles,
} from './vector-file.js';

const OPERATIONS: readonly Operation[] = [
  base64urlVectors,
  utf8Vectors,
  varintVectors,
  passwordVectors,
  recoveryKeyVectors,
  derivationVectors,
  kdfCostVectors,
  columnIdVectors,
  valueVectors,
  payloadVectors,
  paddingVectors,
  associatedDataVectors,
  servedValueVectors,
  rowIdVectors,
  stampVectors,
  mergeVectors,
  keySlotVectors,
  keysetVectors,
  successorVectors,
  fingerprintVectors,
  pinVectors,
];

export async function allVectors(): Promise<VectorFiles> {
  const files = new Map<string, string>();
  for (const operation of [...OPERATIONS, await kekVectors()]) {
    add(files, `operations/${operation.name}.json`, formatOperation(operation));
  }
  const made = await onFixedPlatform('made by src', async () => {
    const { history, written } = await madeVaults(writeRows);
    const exports = await madeExports(history, written);
    return { headers: madeHeaders(history), rows: madeRows(history, written), exports };
  });
  for (const { name, scenario } of [...HEADERS, ...made.headers]) {
    add(files, `headers/${name}.json`, formatScenario(scenario));
  }
  for (const { name, scenario } of [...ROWS, ...made.rows]) {
    add(files, `rows/${name}.json`, formatScenario(scenario));
  }
  for (const { name, scenario } of [...EXPORTS, ...made.exports]) {
    add(files, `exports/${name}.json`, formatScenario(scenario));
  }
  return files;
}

function add(files: Map<string, string>, path: string, text: string): void {
  if (files.has(path)) throw new Error(`Two vectors are called ${path}.`);
  files.set(path, text);
}
