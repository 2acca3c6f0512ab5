/** The service and the Postgres that `npm run test:service` is told of. */

export interface Service {
  /** Without a slash at its end. */
  readonly url: string;
  /** The key of HS256 as a JWK has it: base64url of its bytes. */
  readonly secret: string;
  readonly keyId: string;
  readonly audience: string;
}

export interface Environment {
  readonly databaseUrl: string;
  /** `null` when only the database is named. */
  readonly service: Service | null;
}

/** What is wrong with the variables, in words that show none of their values. */
export interface Complaint {
  readonly complaint: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

const DATABASE = 'ROWSEAL_SERVICE_DATABASE_URL';
const URL_OF_SERVICE = 'ROWSEAL_SERVICE_URL';
const SECRET = 'ROWSEAL_SERVICE_SECRET';
const KEY_ID = 'ROWSEAL_SERVICE_KEY_ID';
const AUDIENCE = 'ROWSEAL_SERVICE_AUDIENCE';

export const VARIABLES = [DATABASE, URL_OF_SERVICE, SECRET, KEY_ID, AUDIENCE] as const;

/** What can be seen to be wrong before anything is asked of it. */
const CHECKS: Readonly<Record<string, (value: string) => boolean>> = {
  [DATABASE]: (value) => isAddress(value, /^postgres(ql)?:$/),
  [URL_OF_SERVICE]: (value) => isAddress(value, /^https?:$/),
  [SECRET]: (value) => /^[A-Za-z0-9_-]+$/.test(value),
};

/** `null` when no variable is set; the database alone is enough for the half that needs no more. */
export function readEnvironment(variables: Variables): Environment | Complaint | null {
  const isSet = (name: string) => (variables[name] ?? '') !== '';
  const missing = VARIABLES.filter((name) => !isSet(name));
  if (missing.length === VARIABLES.length) return null;
  const isDatabaseAlone = isSet(DATABASE) && missing.length === VARIABLES.length - 1;
  if (missing.length > 0 && !isDatabaseAlone) {
    return { complaint: `not set: ${missing.join(', ')}` };
  }
  const [databaseUrl = '', url = '', secret = '', keyId = '', audience = ''] = VARIABLES.map(
    (name) => variables[name] ?? '',
  );
  const wrong = VARIABLES.filter(
    (name) => isSet(name) && !(CHECKS[name]?.(variables[name] ?? '') ?? true),
  );
  if (wrong.length > 0) return { complaint: `not what it should be: ${wrong.join(', ')}` };
  const service = { url: url.replace(/\/+$/, ''), secret, keyId, audience };
  return { databaseUrl, service: isDatabaseAlone ? null : service };
}

function isAddress(text: string, protocol: RegExp): boolean {
  return URL.canParse(text) && protocol.test(new URL(text).protocol);
}
