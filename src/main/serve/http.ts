import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CliffordError, invalid } from '../../core/base/errors.ts';
import { type Reply, type Routes, SECURITY_HEADERS } from './routes.ts';

export interface WorkbenchServer {
  /** The link that opens the workbench, secret included. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const LOOPBACK: Readonly<Record<string, string>> = {
  '127.0.0.1': '127.0.0.1',
  localhost: '127.0.0.1',
  '::1': '::1',
};

/**
 * Serves the workbench on a loopback address. Other users and web pages on this machine are kept out by a
 * secret in the link, which the first request exchanges for a cookie that scripts cannot read and other sites
 * cannot send; the Host header must be ours, against pages that rebind their name to 127.0.0.1; GET only.
 *
 * @throws CliffordError INVALID_INPUT for a host that is not loopback, CONFLICT for a port in use
 */
export async function serveWorkbench(
  routes: Routes,
  { host, port }: { host: string; port: number },
): Promise<WorkbenchServer> {
  const address = LOOPBACK[host];
  if (address === undefined) {
    throw invalid(
      `--host: got ${JSON.stringify(host)}, expected 127.0.0.1, ::1 or localhost (other machines come by ssh -L)`,
    );
  }
  const token = randomBytes(32).toString('base64url');
  const server = createServer({ maxHeaderSize: 16 * 1024 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new CliffordError('CONFLICT', `port ${port} on ${address} is in use; choose another with --port`)
          : error.code === 'EACCES'
            ? invalid(`--port: got ${port}, which needs administrator rights; expected one of at least 1024`)
            : error,
      ),
    );
    server.listen(port, address, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  const authority = address === '::1' ? `[::1]:${bound}` : `${address}:${bound}`;
  const guard = createGuard(token, bound, [authority, `localhost:${bound}`]);
  server.on('request', (request, response) => send(response, answer(request, guard, routes)));
  return {
    url: `http://${authority}/?token=${token}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Guard = (request: Pick<IncomingMessage, 'method' | 'headers'>, url: URL) => Reply | null;

/** Returns the refusal (or the exchange of the secret for the cookie), or null for a request that may pass. */
export function createGuard(token: string, port: number, hosts: readonly string[]): Guard {
  // Cookies are shared by all ports of a host: the name keeps two workbenches apart.
  const name = `clifford-${port}`;
  return (request, url) => {
    if (!hosts.includes(request.headers.host ?? '')) return refuse(421, 'This address is not the workbench.');
    if (request.method !== 'GET')
      return { ...refuse(405, 'Only GET is answered.'), headers: { ...PLAIN, allow: 'GET' } };
    const given = url.searchParams.get('token');
    if (given !== null) {
      if (!same(given, token)) return refuse(403, EXPLAIN);
      const cookie = `${name}=${token}; HttpOnly; SameSite=Strict; Path=/`;
      return { status: 303, headers: { ...PLAIN, location: url.pathname, 'set-cookie': cookie }, body: '' };
    }
    const cookies = (request.headers.cookie ?? '').split(/;\s*/);
    const sent = cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1);
    return sent !== undefined && same(sent, token) ? null : refuse(403, EXPLAIN);
  };
}

const PLAIN = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
const EXPLAIN =
  'Open the workbench by the link that "clifford serve" printed; it holds a secret that is new each time.';

function refuse(status: number, body: string): Reply {
  return { status, headers: PLAIN, body: `${body}\n` };
}

/** Compares hashes, which have one length, so that the time taken tells nothing about the secret. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function answer(request: IncomingMessage, guard: Guard, routes: Routes): Reply {
  let url: URL;
  let pathname: string;
  try {
    url = new URL(request.url ?? '/', 'http://workbench');
    pathname = decodeURIComponent(url.pathname);
  } catch {
    return refuse(400, 'This is not a web address.');
  }
  return guard(request, url) ?? routes(pathname);
}

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, { ...SECURITY_HEADERS, ...reply.headers });
  response.end(reply.body);
}
