/**
 * Where the source mentions more than can happen: codes that never leave a function, and why.
 *
 * By the function's name, then by the code; `*` is every code.
 */
import type { Exceptions } from './thrown-codes.js';

const ADDS_A_LASTING_SLOT = 'it adds a slot that lasts, so there is one afterwards';
const RETURNED = 'a row that fails is a result, with its error';

export const EXCEPTIONS: Exceptions = {
  changePassword: { LAST_SLOT: ADDS_A_LASTING_SLOT },
  rekeyVault: { LAST_SLOT: ADDS_A_LASTING_SLOT },
  adoptHeader: { LOCKED: 'nobody can lock a vault that was not handed out yet' },
  tryDecryptRow: { '*': RETURNED },
  encryptRows: { '*': RETURNED },
};
