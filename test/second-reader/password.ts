import { fromUtf8, toUtf8 } from './bytes.js';
import { demand } from './refusal.js';

// Section 4: rule 1.

const otherSpaces = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;

export function preparePassword(password: string | Uint8Array): Uint8Array {
  const text = typeof password === 'string' ? password : fromUtf8(password, 'PASSWORD_REFUSED');
  demand(toUtf8(text) !== undefined, 'PASSWORD_REFUSED');
  const normal = text.replace(otherSpaces, ' ').normalize('NFC');
  demand(normal !== '', 'PASSWORD_REFUSED');
  demand(!/\p{Control}/u.test(normal), 'PASSWORD_REFUSED');
  const bytes = new TextEncoder().encode(normal);
  demand(bytes.length <= 1024, 'PASSWORD_REFUSED');
  return bytes;
}
