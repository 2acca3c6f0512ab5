/**
 * Where the source mentions more than can happen: codes that never leave a function, and why.
 *
 * By the function's name, then by the code; `*` is every code.
 */
import type { Exceptions } from './thrown-codes.js';

const ADDS_A_LASTING_SLOT = 'it adds a slot that lasts, so there is one afterwards';
const MADE_HERE = 'it parses and opens only what it has just made';
const BECOMES_EXPOSURE = 'whatever is no envelope becomes EXPOSURE_REFUSED';
const NO_ENVELOPE = {
  LIMIT_EXCEEDED: BECOMES_EXPOSURE,
  NOT_ENCRYPTED: BECOMES_EXPOSURE,
  ROW_MALFORMED: BECOMES_EXPOSURE,
  UNSUPPORTED_VERSION: BECOMES_EXPOSURE,
};
const BECOMES_STATUS = 'whatever a pass of the mirror throws is a row held back, or its status';
const SHOWN_AS_HEADER = 'what speaks against a header is shown as `header` of the status';
const THROWN_BY_STORES = 'a store throws it, while a case runs';
const REFUSED = 'a row that does not open is a change, with its error';
const BECOMES_CHANGE = {
  KEY_RETIRED: REFUSED,
  LIMIT_EXCEEDED: REFUSED,
  NOT_ENCRYPTED: REFUSED,
  ROW_AUTH_FAILED: REFUSED,
  ROW_MALFORMED: REFUSED,
  UNKNOWN_KEY: REFUSED,
  UNSUPPORTED_VERSION: REFUSED,
  VALUE_UNSUPPORTED: 'what was opened can be encoded again',
};
const OF_A_ROW =
  'what is wrong with a row is noted of it; the rest rejects what is asked for later';
const LISTED = 'a row that does not open is listed, with its error';
const RETURNED = 'a row that fails is a result, with its error';

const COUNTED =
  'a row that does not fit is left out and counted; one that does not open is counted';
const AN_ENTRY = 'a row that does not open is an entry, with its error';

export const EXCEPTIONS: Exceptions = {
  changePassword: { LAST_SLOT: ADDS_A_LASTING_SLOT },
  rekeyVault: { LAST_SLOT: ADDS_A_LASTING_SLOT },
  proveRecoveryKey: { LAST_SLOT: 'the slot that the key opened lasts' },
  adoptHeader: { LOCKED: 'nobody can lock a vault that was not handed out yet' },
  keepUnlocked: { NO_SECURE_RANDOM: 'whatever a keeper throws becomes STORE_FAILED' },
  keeperContract: { STORE_FAILED: 'a keeper throws it, while a case runs' },
  testAdapter: {
    STORE_FAILED: THROWN_BY_STORES,
    UNSUPPORTED_VERSION: THROWN_BY_STORES,
    VAULT_MISMATCH: THROWN_BY_STORES,
  },
  vaultForTesting: {
    HEADER_MALFORMED: MADE_HERE,
    HEADER_TAMPERED: MADE_HERE,
    KDF_PARAMS_REFUSED: MADE_HERE,
    LIMIT_EXCEEDED: MADE_HERE,
    LOCKED: MADE_HERE,
    RECOVERY_KEY_TYPO: MADE_HERE,
    UNSUPPORTED_VERSION: MADE_HERE,
  },
  tryDecryptRow: { '*': RETURNED },
  encryptRows: { '*': RETURNED },
  reencryptAll: {
    KEY_RETIRED: LISTED,
    LIMIT_EXCEEDED: LISTED,
    NOT_ENCRYPTED: LISTED,
    ROW_AUTH_FAILED: LISTED,
    ROW_MALFORMED: LISTED,
    UNKNOWN_KEY: LISTED,
    UNSUPPORTED_VERSION: LISTED,
  },
  restoreHeader: { UNLOCK_FAILED: 'what a far older header held is not recalled then' },
  exportVault: {
    KEY_RETIRED: COUNTED,
    LIMIT_EXCEEDED: COUNTED,
    NOT_ENCRYPTED: COUNTED,
    ROW_AUTH_FAILED: COUNTED,
    ROW_MALFORMED: COUNTED,
    UNKNOWN_KEY: COUNTED,
    UNSUPPORTED_VERSION: COUNTED,
  },
  openExport: {
    KEY_RETIRED: AN_ENTRY,
    NOT_ENCRYPTED: AN_ENTRY,
    ROW_AUTH_FAILED: AN_ENTRY,
    ROW_MALFORMED: AN_ENTRY,
    UNKNOWN_KEY: AN_ENTRY,
  },
  decryptDiff: BECOMES_CHANGE,
  trackDecryptedDiff: { ...BECOMES_CHANGE, LOCKED: 'an open vault is waited for' },
  toServer: NO_ENVELOPE,
  uploadWith: NO_ENVELOPE,
  migrateTable: { '*': OF_A_ROW },
  startMirror: {
    KEY_RETIRED: BECOMES_STATUS,
    LIMIT_EXCEEDED: BECOMES_STATUS,
    LOCKED: BECOMES_STATUS,
    NOT_ENCRYPTED: BECOMES_STATUS,
    NO_SECURE_RANDOM: BECOMES_STATUS,
    ROW_AUTH_FAILED: BECOMES_STATUS,
    ROW_MALFORMED: BECOMES_STATUS,
    UNKNOWN_KEY: BECOMES_STATUS,
    VALUE_UNSUPPORTED: BECOMES_STATUS,
    HEADER_CONFLICT: SHOWN_AS_HEADER,
    HEADER_MALFORMED: SHOWN_AS_HEADER,
    HEADER_ROLLBACK: SHOWN_AS_HEADER,
    HEADER_TAMPERED: SHOWN_AS_HEADER,
    KDF_PARAMS_REFUSED: SHOWN_AS_HEADER,
    UNLOCK_FAILED: SHOWN_AS_HEADER,
    VAULT_MISSING: SHOWN_AS_HEADER,
  },
};
