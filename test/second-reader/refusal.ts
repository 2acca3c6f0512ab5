/** The codes that the document names. */
export type Code =
  | 'HEADER_CONFLICT'
  | 'HEADER_MALFORMED'
  | 'HEADER_ROLLBACK'
  | 'HEADER_TAMPERED'
  | 'KDF_PARAMS_REFUSED'
  | 'KEY_RETIRED'
  | 'LIMIT_EXCEEDED'
  | 'NOT_ENCRYPTED'
  | 'PASSWORD_REFUSED'
  | 'RECOVERY_KEY_TYPO'
  | 'ROW_AUTH_FAILED'
  | 'ROW_DELETED'
  | 'ROW_MALFORMED'
  | 'STORE_FAILED'
  | 'UNKNOWN_KEY'
  | 'UNLOCK_FAILED'
  | 'UNSUPPORTED_VERSION'
  | 'VALUE_UNSUPPORTED'
  | 'VAULT_MISMATCH'
  | 'VAULT_MISSING';

/** What a refusal throws: a code, and nothing else of what was read. */
export class Refusal extends Error {
  readonly code: Code;

  constructor(code: Code) {
    super(code);
    this.code = code;
  }
}

export function refuse(code: Code): never {
  throw new Refusal(code);
}

export function demand(condition: boolean, code: Code): asserts condition {
  if (!condition) refuse(code);
}
