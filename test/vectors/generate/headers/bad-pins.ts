/** What is refused by itself, before the header: pins and secrets that do not parse. */
import { base64url, join } from '../bytes.js';
import type { NamedScenario } from '../rows/scenario.js';
import { headerBytes, headerText } from '../vault.js';
import { holds } from '../vector-file.js';
import { BASE, refusedHeader } from './scenario.js';

const BY_ITSELF = holds(
  '8',
  'What is refused by itself comes before the header: a password (section 4), a recovery key (section 5), a pin (section 15).',
);
const byItself = [
  refusedHeader('password-refused-before-header', 'PASSWORD_REFUSED', undefined, {
    comment: 'a password with a tab, and a header of a later version',
    holds: BY_ITSELF,
    header: base64url(join([0x1f], headerBytes(BASE).slice(1))),
    open: { password: 'a\tb' },
  }),
  refusedHeader('pin-damaged-before-header', 'STORE_FAILED', undefined, {
    comment: 'a damaged pin, and a header of a later version',
    holds: BY_ITSELF,
    header: base64url(join([0x1f], headerBytes(BASE).slice(1))),
    pin: 'not a pin',
  }),
];

const PIN = holds(
  '15',
  'A pin that does not parse is `STORE_FAILED`, or `UNSUPPORTED_VERSION` if its header is.',
);

const bytes = headerBytes(BASE);

const pins = (
  [
    ['pin-damaged', 'STORE_FAILED', 'the pin is not base64url', 'not a pin'],
    [
      'pin-cut',
      'STORE_FAILED',
      'the pin ends too early',
      base64url(join([4], bytes.slice(0, 100))),
    ],
    ['pin-without-first-byte', 'STORE_FAILED', 'a header in place of the pin', headerText(BASE)],
    [
      'pin-of-later-header',
      'UNSUPPORTED_VERSION',
      'a pin with a header of a later version',
      base64url(join([4, 0x1f], bytes.slice(1))),
    ],
  ] as const
).map(([name, code, comment, pin]) =>
  refusedHeader(name, code, undefined, { comment, holds: PIN, pin }),
);

export const badPinVectors: readonly NamedScenario[] = [...pins, ...byItself];
