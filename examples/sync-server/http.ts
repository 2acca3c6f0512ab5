/** The server's addresses: what PowerSync's client asks, and those that an app's backend has. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { UploadRefused } from './apply-writes.js';
import type { Device, Devices, Session } from './devices.js';
import { httpOutlet, type Outlet } from './outlet.js';
import type { Recorder } from './recorder.js';
import type { StreamRequest } from './stream.js';
import type { Write } from './sync-server.js';
import type { KeyCount, VaultChange, VaultRow } from './vaults.js';

export interface Backend {
  readonly devices: Devices;
  readonly recorder: Recorder;
  /** Whether streams are BSON where the device accepts that. */
  readonly speaksBson?: boolean;
  stream(outlet: Outlet, token: string, request: StreamRequest): Promise<void>;
  /** The next write checkpoint of a client, or the one that it asks for if that is higher. */
  writeCheckpoint(session: Session, clientId: string, wanted?: string): string;
  /** Resolves to whether the device is to get an answer. */
  upload(session: Session, writes: readonly Write[]): Promise<'answer' | 'silence'>;
  /** The header that is stored then; `null` when there is none. */
  saveVault(session: Session, change: VaultChange): Promise<VaultRow | null>;
  /** How many payloads are stored under each key, which is closed from then on. */
  closeKeys(session: Session, prefixes: readonly string[]): Promise<KeyCount[]>;
}

export async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  { devices, recorder, speaksBson = false, ...backend }: Backend,
): Promise<void> {
  const body = await bodyOf(req);
  const url = new URL(req.url ?? '/', 'http://localhost');
  recorder.request({
    method: req.method ?? '',
    url: req.url ?? '',
    headers: headersOf(req),
    body,
  });
  const json = body.length === 0 ? {} : (JSON.parse(body.toString()) as RequestBody);
  const token = json.token ?? req.headers.authorization?.replace(/^Token /, '');
  if (devices.isCutOff(json.device ?? devices.holderOf(token)?.device)) {
    req.socket.destroy();
    return;
  }
  if (url.pathname === '/token') {
    const { device, owner } = json as Device;
    return reply(res, 200, { token: devices.issueToken({ device, owner }) });
  }
  const session = devices.sessionOf(token);
  if (token === undefined || !session) return reply(res, 401, { error: 'The token is over.' });
  switch (url.pathname) {
    case '/sync/stream':
      return backend.stream(httpOutlet(res, req.headers.accept, speaksBson), token, json);
    case '/write-checkpoint2.json': {
      const clientId = url.searchParams.get('client_id') ?? '';
      const write_checkpoint = backend.writeCheckpoint(session, clientId);
      return reply(res, 200, { data: { write_checkpoint } });
    }
    case '/sync/checkpoint-request': {
      const { client_id = '', checkpoint_request_id: wanted } = json;
      const checkpoint_request_id = backend.writeCheckpoint(session, client_id, wanted);
      return reply(res, 200, { data: { checkpoint_request_id } });
    }
    case '/upload': {
      const writes = json.transaction ?? [];
      recorder.upload(session, body, writes);
      const outcome = await backend.upload(session, writes);
      return outcome === 'silence' ? void req.socket.destroy() : reply(res, 200, {});
    }
    case '/vault':
      if (!json.change) return reply(res, 400, { error: 'There is no change.' });
      return reply(res, 200, { stored: await backend.saveVault(session, json.change) });
    case '/close-keys':
      return reply(res, 200, { keys: await backend.closeKeys(session, json.prefixes ?? []) });
    default:
      return reply(res, 404, { error: 'There is nothing here.' });
  }
}

interface RequestBody extends StreamRequest {
  readonly token?: string;
  readonly device?: string;
  readonly owner?: string;
  readonly checkpoint_request_id?: string;
  readonly transaction?: readonly Write[];
  readonly change?: VaultChange;
  readonly prefixes?: readonly string[];
}

/** The answer to whatever was thrown on the way. */
export function answerError(res: ServerResponse, error: unknown): void {
  const { status = 500, message } = error as { status?: number; message: string };
  if (res.headersSent || res.destroyed) res.destroy();
  else if (error instanceof UploadRefused) reply(res, 422, { refused: error.refused });
  else reply(res, status, { error: message });
}

function reply(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}

async function bodyOf(req: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Names and values as they came, a line each. */
export function headersOf({ rawHeaders }: IncomingMessage): string {
  const lines: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2)
    lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  return lines.join('\n');
}
