/** What the server received, for the search. */
import type { ReceivedRequest } from '../sync-server/sync-server.js';
import { SEPARATOR } from './own-texts.js';

/** Numbers of HTTP and of PowerSync, in which a value of six digits would stand by chance. */
const LENGTH = /^content-length: \d+$/im;
const PROGRESS = /"(?:after|checkpoint_request_id)":"\d+"/g;

/** A request as it came: address, headers and body. */
export function requestBytes({ method, url, headers, body }: ReceivedRequest): Uint8Array {
  const head = `${method} ${url}\n${headers}\n\n`.replace(LENGTH, '');
  const text = Buffer.from(body).toString('latin1');
  const sent = url.startsWith('/sync/') ? text.replace(PROGRESS, '') : text;
  return Buffer.concat([Buffer.from(head + sent, 'latin1'), Uint8Array.of(SEPARATOR)]);
}

/** Every text in a request's body, whether it is a key or a value. */
export function requestTexts({ body }: ReceivedRequest): string[] {
  if (body.length === 0) return [];
  return textsIn(JSON.parse(Buffer.from(body).toString()));
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}
