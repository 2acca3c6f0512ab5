/** The codes that the document names. */
export type Code =
  | 'EXPORT_DAMAGED'
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

/** What a refusal throws: a code, who refuses, and nothing of what was read. */
export class Refusal extends Error {
  readonly code: Code;
  /** Its number in the table of section 8 or 13; none where what refuses stands in neither. */
  readonly check: number | undefined;

  constructor(code: Code, check?: number) {
    super(code);
    this.code = code;
    this.check = check;
  }
}

export function refuse(code: Code, check?: number): never {
  throw new Refusal(code, check);
}

export function demand(condition: boolean, code: Code, check?: number): asserts condition {
  if (!condition) refuse(code, check);
}

/** What refuses here without a number of its own has this one. */
export function atCheck<T>(check: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refuse(error.code, error.check ?? check);
  }
}
