import { describe, expect, it } from 'vitest';
import { derive, hash, mac } from '../../src/crypto/derive.js';
import { KDF_POLICY } from '../../src/crypto/kdf.js';
import type { Dek, MacKey } from '../../src/crypto/key-types.js';
import { LABEL } from '../../src/crypto/labels.js';
import { nobleAead } from '../../src/crypto/noble-aead.js';
import { nobleArgon2id } from '../../src/crypto/noble-argon2id.js';
import {
  byPassword,
  byRecoveryKey,
  decryptRow,
  fingerprintOf,
  memoryStore,
  openVault,
} from '../../src/index.js';
import { type SlotContent, slotAssociatedData } from '../../src/keys/key-slot.js';
import { encodeKeyset, makeDataKey } from '../../src/keys/keyset.js';
import { preparePassword } from '../../src/keys/password.js';
import { parseRecoveryKey } from '../../src/keys/recovery-key.js';
import { encodeFields, parseHeaderBytes } from '../../src/keys/vault-header.js';
import { encodeAssociatedData } from '../../src/rows/associated-data.js';
import { parsePayload } from '../../src/rows/payload.js';
import { block } from './format-document.js';
import { NOTE, notes } from './format-row.js';

const PASSWORD = 'correct horse battery staple';
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytesOf = (name: string) => Uint8Array.from(Buffer.from(block(name), 'hex'));
const header = parseHeaderBytes(bytesOf('vault-header'));
const headerText = Buffer.from(bytesOf('vault-header')).toString('base64url');
const { vaultId } = header;

describe('the worked examples in docs/format.md', () => {
  it('open by the password and by the recovery key', async () => {
    for (const opener of [byPassword(PASSWORD), byRecoveryKey(block('recovery-key'))]) {
      const vault = await openVault(memoryStore(headerText), opener);
      expect(fingerprintOf(vault)).toBe(block('fingerprint'));
      const { owner, folder, id } = NOTE;
      const sealed = { id, owner, folder, payload: block('envelope-text') };
      expect(decryptRow(vault, notes, sealed)).toEqual(NOTE);
    }
  });

  it('name the right KEKs, and both slots wrap the vault key', async () => {
    const contents = header.slots.map(({ content }) => content as SlotContent);
    const [{ salt: passwordSalt }, { salt: recoverySalt }] = contents as [SlotContent, SlotContent];
    const password = preparePassword(PASSWORD);
    const request = { password, salt: passwordSalt, ...KDF_POLICY };
    expect(hex(await nobleArgon2id.argon2id(request))).toBe(block('password-kek'));
    const recoverySecret = parseRecoveryKey(block('recovery-key'));
    expect(hex(derive(recoverySecret, recoverySalt, LABEL.recoverySlot))).toBe(
      block('recovery-kek'),
    );
    const keks = [bytesOf('password-kek'), bytesOf('recovery-kek')];
    const associated = header.slots.map((slot) => slotAssociatedData(vaultId, slot));
    expect(hex(associated[0] as Uint8Array)).toBe(block('password-slot-associated-data'));
    for (const [i, { commitment, nonce, wrappedKey }] of contents.entries()) {
      const kek = keks[i] as Uint8Array;
      expect(derive(kek, vaultId, LABEL.slotCommitment)).toEqual(commitment);
      const wrapKey = derive(kek, vaultId, LABEL.slotWrap);
      const opened = nobleAead.open(wrapKey, nonce, wrappedKey, associated[i] as Uint8Array);
      expect(hex(opened as Uint8Array)).toBe(block('vault-key'));
    }
  });

  it('name the right parts of the header', () => {
    const vaultKey = bytesOf('vault-key');
    const derived = (label: string) => hex(derive(vaultKey, vaultId, label));
    expect(hex(vaultId)).toBe(block('vault-id'));
    expect(hex(hash(header.bytes))).toBe(block('header-hash'));
    expect(derived(LABEL.vaultKeyId)).toBe(block('vault-key-id'));
    expect(hex(header.vaultKeyId)).toBe(block('vault-key-id'));
    expect(derived(LABEL.headerMac)).toBe(block('header-mac-key'));
    expect(derived(LABEL.keysetWrap)).toBe(block('keyset-key'));
    const authenticated = header.bytes.subarray(0, -32);
    expect(mac(bytesOf('header-mac-key') as MacKey, authenticated)).toEqual(header.mac);
    const [nonce, sealed] = [header.sealedKeyset.slice(0, 24), header.sealedKeyset.slice(24)];
    const keyset = nobleAead.open(bytesOf('keyset-key'), nonce, sealed, encodeFields(header));
    expect(hex(keyset as Uint8Array)).toBe(block('keyset'));
  });

  it('name the right parts of the row', () => {
    const dek = bytesOf('keyset').slice(3, 35) as Dek;
    const key = makeDataKey(vaultId, dek, 'primary', null);
    expect(hex(encodeKeyset({ dataKeys: [key], earlierVaultKeys: [] }))).toBe(block('keyset'));
    expect([hex(key.id), hex(key.rowKey)]).toEqual([block('key-id'), block('row-key')]);
    const envelope = bytesOf('envelope');
    const prefix = envelope.subarray(0, 58);
    expect(hex(prefix.subarray(1, 33))).toBe(block('key-id'));
    const owner = notes.layout.boundSets[0]?.[0]?.id as number;
    const associated = encodeAssociatedData(prefix, {
      vaultId,
      tableId: new TextEncoder().encode('notes'),
      rowId: new TextEncoder().encode('n1'),
      bound: new Map([[owner, { tag: 2, bytes: new TextEncoder().encode('ada') }]]),
    });
    expect(hex(associated)).toBe(block('row-associated-data'));
    const payload = bytesOf('payload');
    const sealed = nobleAead.seal(key.rowKey, prefix.slice(33, 57), payload, associated);
    expect(hex(prefix) + hex(sealed)).toBe(block('envelope'));
    expect(Buffer.from(envelope).toString('base64url')).toBe(block('envelope-text'));
    expect(parsePayload(payload).cells.size).toBe(3);
  });
});
