/** What the server has, sorted by whether it is random text that the devices sent. */
import { isOwn, type JoinedTexts, joinTexts, type OwnTexts } from './own-texts.js';
import { requestBytes, requestTexts } from './request-bytes.js';
import { allFields, type Server } from './server.js';

export interface StoredBytes {
  /** Every field of every row of every table that is not made of texts of our own. */
  readonly fields: Uint8Array;
  /** What is base64url of those fields, and of all texts in requests, decoded. */
  readonly decodedFields: Uint8Array;
  /** Every payload, header and id that was sent, also those that were replaced later. */
  readonly own: JoinedTexts;
  /** The payloads and headers of these, decoded. */
  readonly ownDecoded: JoinedTexts;
  /** The data directory. */
  readonly disk: Uint8Array;
  /** Every request as it was received, and once more the texts in it without JSON's escapes. */
  readonly requests: Uint8Array;
}

const LONG_BASE64URL = /^[\w-]{64,}$/;

export async function storedBytes(server: Server, own: OwnTexts): Promise<StoredBytes> {
  const received = await server.sync.received();
  const texts = [...new Set(received.flatMap(requestTexts))];
  const fields = (await allFields(server)).filter((field) => !isMadeOfOwn(own, field));
  const sealed = [...own.payloads.keys(), ...own.headers];
  const foreign = [...fields, ...texts.filter((text) => !isMadeOfOwn(own, text))];
  return {
    fields: joinTexts(fields).bytes,
    decodedFields: joinTexts(
      foreign.filter((text) => LONG_BASE64URL.test(text)),
      'base64url',
    ).bytes,
    own: joinTexts([...sealed, ...own.ids]),
    ownDecoded: joinTexts(sealed, 'base64url'),
    disk: await server.sync.disk(),
    requests: Buffer.concat([...received.map(requestBytes), joinTexts(texts).bytes]),
  };
}

/** Lists of payloads or of their ids stand in one field, with spaces between them. */
function isMadeOfOwn(own: OwnTexts, text: string): boolean {
  return text.split(' ').every((piece) => isOwn(own, piece));
}
