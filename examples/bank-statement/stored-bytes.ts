/** What the server stores, sorted by whether it is random text that the demo itself sent. */
import { isOwn, type JoinedTexts, joinTexts, type OwnTexts } from './own-texts.js';
import { allFields, dumpDisk, type Server } from './server.js';

export interface StoredBytes {
  /** Every field of every row of every table that is not a text of our own. */
  readonly fields: Uint8Array;
  /** What of those fields is base64url, decoded. */
  readonly decodedFields: Uint8Array;
  /** Every payload, header and id that the demo sent, also those that it replaced later. */
  readonly own: JoinedTexts;
  /** The payloads and headers of these, decoded. */
  readonly ownDecoded: JoinedTexts;
  /** The data directory. */
  readonly disk: Uint8Array;
}

const LONG_BASE64URL = /^[\w-]{64,}$/;

export async function storedBytes(server: Server, own: OwnTexts): Promise<StoredBytes> {
  const others = (await allFields(server)).filter((field) => !isOwn(own, field));
  const sealed = [...own.payloads.keys(), ...own.headers];
  return {
    fields: joinTexts(others).bytes,
    decodedFields: joinTexts(
      others.filter((field) => LONG_BASE64URL.test(field)),
      'base64url',
    ).bytes,
    own: joinTexts([...sealed, ...own.ids]),
    ownDecoded: joinTexts(sealed, 'base64url'),
    disk: await dumpDisk(server),
  };
}
