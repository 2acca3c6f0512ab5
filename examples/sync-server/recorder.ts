/** Everything that came in, and the search for texts that should not have. */
import {
  type Needle,
  needlesOf,
  needlesOfBytes,
  SHORTEST_NEEDLE,
} from '../bank-statement/needles.js';
import { needlesIn, searchFor } from '../bank-statement/search-bytes.js';
import { rowKey } from './buckets.js';
import type { Device } from './devices.js';
import type { ReceivedRequest, ReceivedText, ReceivedUpload, Write } from './sync-server.js';

export interface Recorder {
  readonly requests: ReceivedRequest[];
  request(request: Omit<ReceivedRequest, 'seq'>): void;
  upload(device: Device, body: Uint8Array, writes: readonly Write[]): void;
  uploads(): ReceivedUpload[];
  uploadsOf(table: string, id: string): number;
  find(texts: readonly string[]): ReceivedText[];
}

export function createRecorder(): Recorder {
  const requests: ReceivedRequest[] = [];
  const uploads: (Device & { readonly body: Uint8Array })[] = []; // parsed when asked for: they are many
  const counts = new Map<string, number>();
  return {
    requests,
    request: (request) => void requests.push({ seq: requests.length + 1, ...request }),
    upload({ device, owner }, body, writes) {
      uploads.push({ device, owner, body });
      for (const { table, id } of writes) {
        const key = rowKey(table, id);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    },
    uploads() {
      return uploads.map(({ device, owner, body }) => {
        const { transaction } = JSON.parse(Buffer.from(body).toString()) as UploadBody;
        return { device, owner, writes: transaction };
      });
    },
    uploadsOf: (table, id) => counts.get(rowKey(table, id)) ?? 0,
    find(texts) {
      const search = searchFor([...new Set(texts)].flatMap(everyForm));
      return requests.flatMap((request) => {
        const { seq, url } = request;
        const found = needlesIn(bytesOf(request), search);
        return Array.from(found, ({ value: text, form }) => ({ text, form, seq, url }));
      });
    },
  };
}

interface UploadBody {
  readonly transaction: readonly Write[];
}

/** Also as JavaScript keeps texts, and as JSON and URLs write them. */
function everyForm(text: string): Needle[] {
  if (Buffer.byteLength(text) < SHORTEST_NEEDLE) {
    throw new RangeError(`Too short to tell from chance: give at least ${SHORTEST_NEEDLE} bytes.`);
  }
  const wide = needlesOfBytes(text, Buffer.from(text, 'utf16le'));
  const written = [JSON.stringify(text).slice(1, -1), asciiJson(text), encodeURIComponent(text)];
  return [
    ...needlesOf(text),
    ...wide.map((needle) => ({ ...needle, form: `${needle.form}, utf16` })),
    ...[...new Set(written)]
      .filter((form) => form !== text)
      .map((form) => ({ value: text, form: 'escaped', bytes: Buffer.from(form) })),
  ];
}

/** As JSON writers do that keep to ASCII. */
function asciiJson(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function bytesOf({ method, url, headers, body }: ReceivedRequest): Uint8Array {
  return Buffer.concat([Buffer.from(`${method} ${url}\n${headers}\n\n`, 'latin1'), body]);
}
