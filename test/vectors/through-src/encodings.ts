/** Encodings, passwords, recovery keys and derivations through `src`. */
import { decodeBase64url, encodeBase64url } from '../../../src/bytes/base64url.js';
import { decodeUtf8, encodeUtf8 } from '../../../src/bytes/utf8.js';
import { assertEnd, createReader, readVarint } from '../../../src/bytes/wire-reader.js';
import { createWriter, writeVarint, writtenBytes } from '../../../src/bytes/wire-writer.js';
import { derive } from '../../../src/crypto/derive.js';
import { assertKdfBounds, type KdfParameters } from '../../../src/crypto/kdf.js';
import type { VaultKey } from '../../../src/crypto/key-types.js';
import { LABEL } from '../../../src/crypto/labels.js';
import { nobleArgon2id } from '../../../src/crypto/noble-argon2id.js';
import { type Padding, paddedLength } from '../../../src/crypto/padding.js';
import { deriveKey } from '../../../src/index.js';
import { preparePassword } from '../../../src/keys/password.js';
import { formatRecoveryKey, parseRecoveryKey } from '../../../src/keys/recovery-key.js';
import { bytesOf, type Fields, type Handlers, hexOf, NoCode, orRefuse, textOf } from './reading.js';
import { vaultOf } from './vault-of.js';

const refuse = (): never => {
  throw new NoCode();
};

export function passwordOf(json: unknown): string | Uint8Array {
  const { bytes } = Object(json) as { readonly bytes?: string };
  return bytes === undefined ? textOf(json) : bytesOf(bytes);
}

async function derived({ output, inputKey, salt, length, label }: Fields): Promise<Uint8Array> {
  if (output !== 'appKey') {
    return derive(bytesOf(inputKey), bytesOf(salt), LABEL[output as keyof typeof LABEL]);
  }
  const keys = [{ dek: '01'.repeat(32), status: 'primary' }];
  const vault = await vaultOf(bytesOf(salt), keys, { vaultKey: bytesOf(inputKey) as VaultKey });
  return deriveKey(vault, label as string, { length: length as number });
}

export const encodingHandlers: Handlers = {
  DecodeBase64url({ text }) {
    const bytes = orRefuse(decodeBase64url(textOf(text)));
    return { bytes: hexOf(bytes), text: encodeBase64url(bytes) };
  },
  DecodeUtf8({ bytes }) {
    const text = orRefuse(decodeUtf8(bytesOf(bytes)));
    return { text, bytes: hexOf(orRefuse(encodeUtf8(text))) };
  },
  EncodeUtf8: ({ text }) => ({ bytes: hexOf(orRefuse(encodeUtf8(textOf(text)))) }),
  DecodeVarint({ bytes }) {
    const reader = createReader(bytesOf(bytes), refuse);
    const value = readVarint(reader);
    assertEnd(reader);
    const writer = createWriter();
    writeVarint(writer, value);
    return { value, bytes: hexOf(writtenBytes(writer)) };
  },
  PreparePassword: ({ password }) => ({ prepared: hexOf(preparePassword(passwordOf(password))) }),
  ReadRecoveryKey: ({ text }) => ({ key: hexOf(parseRecoveryKey(textOf(text))) }),
  WriteRecoveryKey: ({ key }) => ({ text: formatRecoveryKey(bytesOf(key)) }),
  Derive: async (test) => ({ key: hexOf(await derived(test)) }),
  CheckCosts(test) {
    assertKdfBounds(test as unknown as KdfParameters);
    return {};
  },
  async PasswordKek({ password, salt, memoryKiB, passes, lanes }) {
    const costs = { memoryKiB, passes, lanes } as KdfParameters;
    const prepared = preparePassword(passwordOf(password));
    const request = { password: prepared, salt: bytesOf(salt), ...costs };
    return { kek: hexOf(await nobleArgon2id.argon2id(request)) };
  },
  PaddedLength({ length, floor }) {
    const padding: Padding = floor === 'none' ? 'none' : { floor: floor as number };
    return { padded: paddedLength(length as number, padding) };
  },
};
