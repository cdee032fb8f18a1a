import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isIP, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { pipeline } from 'node:stream/promises';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer } from 'ws';
import { CliffordError, invalid } from '../../core/base/errors.ts';
import { SOCKET_PATH } from '../../shared/contract/index.ts';
import { handlerOptions, type WorkbenchRouter } from '../rpc/router.ts';
import { createGuard, type Guard } from './guard.ts';
import { plain, SECURITY_HEADERS, type Answer, type Reply } from './reply.ts';

export interface WorkbenchServer {
  /** The link that opens the workbench, secret included. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface ServeOptions {
  host: string;
  port: number;
  /** Must be true for an address that other machines can reach. */
  exposed?: boolean;
}

const LOOPBACK: Readonly<Record<string, string>> = {
  '127.0.0.1': '127.0.0.1',
  localhost: '127.0.0.1',
  '::1': '::1',
};

/**
 * Serves the workbench over HTTP and a WebSocket. `guard.ts` says who may enter.
 *
 * @throws CliffordError INVALID_INPUT for an address that is not loopback without `exposed`, CONFLICT for a port in use
 */
export async function serveWorkbench(
  answer: Answer,
  router: WorkbenchRouter,
  { host, port, exposed = false }: ServeOptions,
): Promise<WorkbenchServer> {
  const address = LOOPBACK[host] ?? host;
  const loopback = host in LOOPBACK;
  if (!loopback && !exposed) {
    throw invalid(
      `--host: got ${JSON.stringify(host)}, expected 127.0.0.1, ::1 or localhost (other machines come by ssh -L; ` +
        `--expose allows any address, without encryption)`,
    );
  }
  if (!loopback && isIP(address) === 0) {
    throw invalid(`--host: got ${JSON.stringify(host)}, expected an IP address of this machine`);
  }
  const token = randomBytes(32).toString('base64url');
  // A bundle of gigabytes takes longer than the five minutes that Node gives a request; headers keep their limit.
  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, address, port)));
    server.listen(port, address, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  const hosts = hostsOf(address, bound);
  const guard = createGuard(token, bound, hosts);
  server.on('request', (request, response) => void handle(request, response, guard, answer));

  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 2 ** 20 });
  const handler = new RPCHandler(router, handlerOptions);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const url = parse(request);
    const refusal =
      url === null || url.pathname !== SOCKET_PATH
        ? plain(404, 'There is no WebSocket here.')
        : guard.upgrade(request, url);
    if (refusal) return refuseUpgrade(socket, refusal);
    sockets.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', () => ws.terminate());
      void handler.upgrade(ws, { context: {} });
    });
  });
  const stopPings = keepAlive(sockets);
  return {
    url: `http://${hosts[0]!}/?token=${token}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        stopPings();
        for (const ws of sockets.clients) ws.terminate();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listenError(error: NodeJS.ErrnoException, address: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new CliffordError(
        'CONFLICT',
        `port ${port} on ${address} is in use; choose another with --port`,
      );
    case 'EACCES':
      return invalid(`--port: got ${port}, which needs administrator rights; expected one of at least 1024`);
    case 'EADDRNOTAVAIL':
      return invalid(`--host: got ${address}, which is no address of this machine`);
    default:
      return error;
  }
}

/** The values of Host with which browsers may reach an address, the one for the link first. */
export function hostsOf(address: string, port: number): string[] {
  // Browsers leave the usual port out.
  return namesOf(address).map((name) => (port === 80 ? name : `${name}:${port}`));
}

function namesOf(address: string): string[] {
  // In the one way of writing an address that browsers use: [2001:db8::1], not [2001:DB8:0::1].
  const bracket = (ip: string): string =>
    isIP(ip) === 6 ? new URL(`http://[${ip.split('%')[0]!}]`).hostname : ip;
  if (address === '127.0.0.1' || address === '::1') return [bracket(address), 'localhost'];
  if (address !== '0.0.0.0' && address !== '::') return [bracket(address)];
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const outside = own
    .filter((entry) => !entry.internal && (address === '::' || entry.family === 'IPv4'))
    .map((entry) => bracket(entry.address));
  return [...outside, '127.0.0.1', '[::1]', 'localhost'];
}

function parse(request: IncomingMessage): URL | null {
  try {
    const url = new URL(request.url ?? '/', 'http://workbench');
    decodeURIComponent(url.pathname);
    return url;
  } catch {
    return null;
  }
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  guard: Guard,
  answer: Answer,
): Promise<void> {
  const url = parse(request);
  if (url === null) return send(response, plain(400, 'This is not a web address.'));
  const refusal = guard.request(request, url);
  if (refusal) return send(response, refusal);
  const method = request.method === 'POST' ? 'POST' : 'GET';
  const pathname = decodeURIComponent(url.pathname);
  const reply = await answer(method === 'POST' ? { method, pathname, body: request } : { method, pathname });
  return send(response, reply);
}

async function send(response: ServerResponse, reply: Reply): Promise<void> {
  response.writeHead(reply.status, { ...SECURITY_HEADERS, ...reply.headers });
  try {
    const { body } = reply;
    if (typeof body === 'object' && 'file' in body) await pipeline(createReadStream(body.file), response);
    else response.end(body);
  } catch {
    response.destroy(); // the reader went away
  } finally {
    reply.sent?.();
  }
}

function refuseUpgrade(socket: Duplex, { status, body }: Reply): void {
  const text = typeof body === 'string' ? body : '';
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

const PING_MS = 20_000;

/** Ends sockets whose other side vanished without a word, as when a laptop sleeps: their streams end with them. */
function keepAlive(sockets: WebSocketServer): () => void {
  const silent = new WeakSet<object>();
  const timer = setInterval(() => {
    for (const ws of sockets.clients) {
      if (silent.has(ws)) {
        ws.terminate();
        continue;
      }
      silent.add(ws);
      ws.once('pong', () => silent.delete(ws));
      ws.ping();
    }
  }, PING_MS).unref();
  return () => clearInterval(timer);
}
