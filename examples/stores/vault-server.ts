/** The server's side of `http-vault-store.ts`, in memory: one header per user, compared and swapped. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';

/** In characters; rowseal reads no more either. */
const HEADER_LENGTH_LIMIT = 87_382;

/** @param userOf who a request's `authorization` is, or `null`: whatever the app logs in with */
export function vaultServer(userOf: (authorization: string | undefined) => string | null): Server {
  const headers = new Map<string, string>();
  const answer = (request: IncomingMessage, user: string, body: string | null): Answer => {
    const stored = headers.get(user);
    if (request.method === 'GET') return stored === undefined ? [404] : [200, stored];
    if (request.method !== 'PUT') return [405];
    if (body === null) return [413];
    const { 'if-match': expected, 'if-none-match': none } = request.headers;
    if (expected === undefined && none !== '*') return [428];
    const standing = stored === undefined ? undefined : etagOf(stored);
    if (standing !== expected) return [412];
    headers.set(user, body);
    return [204];
  };
  return createServer(async (request, response) => {
    try {
      const body = await bodyOf(request);
      const user = userOf(request.headers.authorization);
      // `answer` compares and swaps without waiting; a database does it in one statement.
      const [status, text] = user === null ? [401] : answer(request, user, body);
      response.writeHead(status, { 'cache-control': 'no-store' }).end(text);
    } catch {
      response.destroy(); // the request was cut off
    }
  });
}

type Answer = [status: number, text?: string];

/** The body as text, or `null` when it is longer than any header. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  let body = '';
  for await (const chunk of request.setEncoding('latin1')) {
    if (body.length <= HEADER_LENGTH_LIMIT) body += chunk;
  }
  return body.length > HEADER_LENGTH_LIMIT ? null : body;
}

/** The header's hash, as rowseal names it in `expected.hash`. */
function etagOf(header: string): string {
  const digest = createHash('sha256').update(Buffer.from(header, 'base64url'));
  return `"${digest.digest('base64url')}"`;
}
