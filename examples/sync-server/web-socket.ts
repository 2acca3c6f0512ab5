/** A device's stream over a WebSocket, as PowerSync's client takes it where HTTP answers can't stream. */
import type { IncomingMessage, Server } from 'node:http';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { type Backend, headersOf } from './http.js';
import { bsonOf, type Outlet } from './outlet.js';
import { endFrame, errorFrame, payloadFrame, readFrame } from './rsocket.js';

/** What the service calls a token that is over: the client asks for another. */
const TOKEN_IS_OVER = '[PSYNC_S2103] The token is over.';

/** Serves streams to whoever asks the HTTP server for a WebSocket; returns how to break them all. */
export function serveWebSockets(http: Server, backend: Backend): () => void {
  const sockets = new WebSocketServer({ noServer: true });
  http.on('upgrade', (req, socket, head) => {
    sockets.handleUpgrade(req, socket, head, (webSocket) => serve(webSocket, req, backend));
  });
  return () => {
    for (const socket of sockets.clients) socket.terminate();
  };
}

function serve(socket: WebSocket, req: IncomingMessage, backend: Backend): void {
  const { devices, recorder } = backend;
  const credit = createCredit();
  let token: string | undefined;
  const take = async (bytes: Buffer) => {
    const frame = readFrame(bytes);
    switch (frame.type) {
      case 'setup':
        token = tokenOf(frame.metadata);
        if (devices.isCutOff(devices.holderOf(token)?.device)) socket.terminate();
        break;
      case 'keepalive':
        if (frame.answer) socket.send(frame.answer);
        break;
      case 'requestStream': {
        recorder.request({ ...placeOf(req), body: bytes });
        if (token === undefined || !devices.sessionOf(token)) {
          socket.send(errorFrame(frame.streamId, TOKEN_IS_OVER));
          break;
        }
        credit.add(frame.count);
        const outlet = socketOutlet(socket, frame.streamId, credit);
        await backend.stream(outlet, token, JSON.parse(frame.data.toString()));
        break;
      }
      case 'requestMore':
        credit.add(frame.count);
        break;
      case 'cancel':
        socket.close();
    }
  };
  socket.on('error', () => socket.terminate());
  socket.on('close', () => credit.add(1)); // whoever waits for some finds the socket closed
  socket.on('message', (message) => {
    take(bytesOf(message)).catch(() => socket.terminate());
  });
}

function socketOutlet(socket: WebSocket, streamId: number, credit: Credit): Outlet {
  let isEnded = false;
  const isOpen = () => !isEnded && socket.readyState === socket.OPEN;
  return {
    isOpen,
    async send(line) {
      await credit.take();
      if (isOpen()) socket.send(payloadFrame(streamId, bsonOf(line)));
    },
    /** A message arrives whole or not at all. */
    async tear() {
      socket.terminate();
    },
    end() {
      isEnded = true;
      socket.send(endFrame(streamId));
    },
    destroy: () => socket.terminate(),
    onClose(listener) {
      socket.once('close', listener);
      return () => void socket.off('close', listener);
    },
  };
}

/** How many more payloads the device wants. */
interface Credit {
  add(count: number): void;
  /** Resolves once there is one to take. */
  take(): Promise<void>;
}

function createCredit(): Credit {
  let left = 0;
  let wake = () => {};
  return {
    add(count) {
      left += count;
      wake();
    },
    async take() {
      while (left === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      left--;
    },
  };
}

function tokenOf(metadata: Buffer): string | undefined {
  const { token } = JSON.parse(metadata.toString()) as { token?: string };
  return token?.replace(/^Token /, '');
}

function placeOf(req: IncomingMessage) {
  return { method: req.method ?? '', url: req.url ?? '', headers: headersOf(req) };
}

function bytesOf(message: RawData): Buffer {
  if (Array.isArray(message)) return Buffer.concat(message);
  return message instanceof ArrayBuffer ? Buffer.from(message) : message;
}
