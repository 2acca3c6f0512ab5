import { bigEndian, concat } from './bytes.js';
import { type Code, demand } from './refusal.js';
import { varint, type Wire } from './wire.js';

// Section 1, "Extension lists". Version 1 knows no critical one, so what is read was not critical.

export interface Extension {
  readonly id: number;
  readonly bytes: Uint8Array;
}

export const greatestExtensionCount = 16;

export function readExtensions(wire: Wire, malformed: Code): readonly Extension[] {
  const count = wire.number(1);
  demand(count <= greatestExtensionCount, malformed);
  const extensions: Extension[] = [];
  for (let i = 0; i < count; i++) {
    const id = wire.number(2);
    demand(id > (extensions.at(-1)?.id ?? -1), malformed);
    const critical = wire.number(1);
    demand(critical <= 1, malformed);
    const bytes = wire.sized();
    demand(critical === 0, 'UNSUPPORTED_VERSION');
    extensions.push({ id, bytes });
  }
  return extensions;
}

export function writeExtensions(extensions: readonly Extension[]): Uint8Array {
  const written = extensions.map(({ id, bytes }) =>
    concat(bigEndian(id, 2), Uint8Array.of(0), varint(bytes.length), bytes),
  );
  return concat(Uint8Array.of(extensions.length), ...written);
}
