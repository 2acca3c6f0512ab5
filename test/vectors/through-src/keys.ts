/** Key slots, keysets, headers and pins through `src`. */
import { assertEnd, createReader } from '../../../src/bytes/wire-reader.js';
import type { Kek, VaultKey } from '../../../src/crypto/key-types.js';
import { nobleAead, RowsealError } from '../../../src/index.js';
import { openHeader } from '../../../src/keys/header-seal.js';
import { type KeySlot, readSlot, slotAssociatedData } from '../../../src/keys/key-slot.js';
import {
  type DataKey,
  type EarlierVaultKey,
  type Keyset,
  parseKeyset,
} from '../../../src/keys/keyset.js';
import { unwrapVaultKey } from '../../../src/keys/opener.js';
import { formatPin, parsePin } from '../../../src/keys/pin.js';
import { assertContinues, assertNotOlder } from '../../../src/keys/pin-check.js';
import { fingerprintOf } from '../../../src/keys/vault-facts.js';
import { parseHeader } from '../../../src/keys/vault-header.js';
import { bytesOf, type Fields, type Handlers, hexOf, orRefuse, textOf } from './reading.js';
import { vaultOf } from './vault-of.js';

function slotOf(hex: unknown): KeySlot {
  const reader = createReader(bytesOf(hex), (reason) => {
    throw new RowsealError('HEADER_MALFORMED', reason);
  });
  const slot = readSlot(reader);
  assertEnd(reader);
  return slot;
}

function describeSlot({ typeByte, id, content }: KeySlot): Fields {
  const slot = { typeByte, id: hexOf(id) };
  if (!content) return slot;
  const { info, costs, salt, commitment, nonce, wrappedKey } = content;
  const opened = { info, salt, commitment, nonce, sealedKey: wrappedKey };
  const fields = Object.entries(opened).map(([name, bytes]) => [name, hexOf(bytes)]);
  return { ...slot, ...costs, ...Object.fromEntries(fields) };
}

const describeKey = ({ dek, id, status, retiredAt }: DataKey): Fields => ({
  dek: hexOf(dek),
  id: hexOf(id),
  status,
  ...(retiredAt && { stamp: hexOf(retiredAt) }),
});
const describeEarlier = ({ key, id }: EarlierVaultKey): Fields => ({
  key: hexOf(key),
  id: hexOf(id),
});

export const describeKeyset = ({ dataKeys, earlierVaultKeys }: Keyset): Fields => ({
  keys: dataKeys.map(describeKey),
  earlierVaultKeys: earlierVaultKeys.map(describeEarlier),
});

export const keyHandlers: Handlers = {
  ReadSlot: ({ slot }) => describeSlot(slotOf(slot)),
  async OpenSlot({ vaultId, slot, kek }) {
    const opened = slotOf(slot);
    const opener = {
      slotType: orRefuse(opened.content).type,
      info: new Uint8Array(0),
      costs: null,
      deriveKek: async () => bytesOf(kek) as Kek,
    };
    const unwrapped = await unwrapVaultKey(bytesOf(vaultId), [opened], opener, nobleAead, {});
    return { vaultKey: hexOf(unwrapped.vaultKey) };
  },
  SlotAssociatedData({ vaultId, slot }) {
    return { associatedData: hexOf(slotAssociatedData(bytesOf(vaultId), slotOf(slot))) };
  },
  ParseKeyset: ({ vaultId, keyset }) =>
    describeKeyset(parseKeyset(bytesOf(vaultId), bytesOf(keyset))),
  AcceptHeader(test) {
    const header = parseHeader(test.header as string);
    const pin = parsePin(test.pin as string);
    assertNotOlder(header, pin);
    const keyset = openHeader(header, bytesOf(test.vaultKey) as VaultKey, nobleAead);
    assertContinues(header, keyset, pin);
    return {};
  },
  async Fingerprint(test) {
    const header = parseHeader(test.header as string);
    const keys = [{ dek: '01'.repeat(32), status: 'primary' }];
    const vault = await vaultOf(header.vaultId, keys, { header });
    return {
      hash: hexOf(header.hash),
      fingerprint: fingerprintOf(vault),
    };
  },
  ParsePin({ pin }) {
    const header = parsePin(textOf(pin));
    return { header: header.text, pin: formatPin(header) };
  },
};
