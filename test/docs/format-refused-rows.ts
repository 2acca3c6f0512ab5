/** For each check of a row, an opening that fails it and none of the earlier ones. */
import {
  byPassword,
  createVault,
  decryptRow,
  defineTable,
  encryptDelete,
  encrypted,
  encryptRow,
  memoryStore,
  rekeyVault,
  type Vault,
} from '../../src/index.js';
import type { DataKey } from '../../src/keys/keyset.js';
import { revealSecrets } from '../../src/keys/vault.js';
import { encodeAssociatedData } from '../../src/rows/associated-data.js';
import { textCodec } from '../../src/rows/value-codecs.js';
import { fastKdf } from '../support/fast-kdf.js';
import { NOTE, notes } from './format-row.js';

type Change = (bytes: Uint8Array) => Uint8Array;

export async function refusedRows(): Promise<Readonly<Record<string, () => unknown>>> {
  const store = memoryStore();
  const opener = byPassword('correct horse battery staple', { kdf: fastKdf() });
  const { vault } = await createVault(store, opener);
  const { vault: rekeyed } = await rekeyVault(store, vault, { keep: [opener] });
  const sealed = encryptRow(vault, notes, NOTE);
  const open = (change: object) => () => decryptRow(vault, notes, { ...sealed, ...change });
  const changed = (change: Change) => open({ payload: textOf(change(bytesOf(sealed.payload))) });
  const put =
    (at: number, ...values: number[]): Change =>
    (bytes) => {
      bytes.set(values, at);
      return bytes;
    };
  const other = defineTable('notes', {
    ...notes.columns,
    body: encrypted.text(),
    more: encrypted.text(),
  });
  return {
    '1 NOT_ENCRYPTED': open({ payload: null }),
    '2 LIMIT_EXCEEDED': open({ payload: 'A'.repeat(1_398_201) }),
    '3 NOT_ENCRYPTED': open({ payload: 'not sealed' }),
    '4 UNSUPPORTED_VERSION': changed(put(0, 0x1f)),
    '4 ROW_MALFORMED': changed(put(0, 0x02)),
    '4 NOT_ENCRYPTED': open({ payload: 'Hello' }),
    '5 ROW_MALFORMED': changed((bytes) => bytes.subarray(0, 73)),
    '6 UNKNOWN_KEY': changed(put(1, 0, 0)),
    '7 ROW_AUTH_FAILED': open({ id: 1 }),
    '8 UNSUPPORTED_VERSION': changed(put(57, 1)),
    '9 ROW_AUTH_FAILED': open({ owner: null }),
    '10 ROW_AUTH_FAILED': open({ owner: 'eve' }),
    '11 ROW_MALFORMED': open({ payload: forge(vault, Uint8Array.of(0)) }),
    // Life 1, one extension: id 7, critical, no bytes.
    '11 UNSUPPORTED_VERSION': open({ payload: forge(vault, Uint8Array.of(1, 1, 0, 7, 1, 0)) }),
    '12 KEY_RETIRED': () => decryptRow(rekeyed, notes, encryptRow(vault, notes, NOTE)),
    '13 ROW_DELETED': () => decryptRow(vault, notes, encryptDelete(vault, notes, sealed)),
    '14 ROW_MALFORMED': () => decryptRow(vault, other, sealed as never),
  };
}

/** A payload sealed by a holder of the key who does not keep to the format. */
export function forge(vault: Vault, payload: Uint8Array): string {
  const { dataKeys, header, opening } = revealSecrets(vault);
  const [key] = dataKeys as [DataKey];
  const prefix = bytesOf(encryptRow(vault, notes, NOTE).payload).subarray(0, 58);
  const associatedData = encodeAssociatedData(prefix, {
    vaultId: header.vaultId,
    tableId: notes.layout.tableId,
    rowId: Buffer.from(NOTE.id),
    bound: new Map([[OWNER_ID, { tag: textCodec.tag, bytes: Buffer.from(NOTE.owner) }]]),
  });
  const nonce = prefix.slice(33, 57);
  const sealed = opening.aead.seal(key.rowKey, nonce, payload, associatedData);
  return textOf(Uint8Array.of(...prefix, ...sealed));
}

const OWNER_ID = notes.layout.columns.find(({ name }) => name === 'owner')?.id as number;

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64url'));
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
