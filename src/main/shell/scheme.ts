import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { protocol, type Session } from 'electron';
import { plain, SECURITY_HEADERS, type Answer, type Reply } from '../serve/reply.ts';

/**
 * The window's pages come from a scheme of our own and not from `file://`, whose pages may read every file, and not
 * from a port, which others on this machine could call.
 */
const SCHEME = 'clifford';
const HOST = 'workbench';
export const ORIGIN = `${SCHEME}://${HOST}`;

/** Must be called before Electron is ready. The scheme gets what web pages need and nothing that loosens a policy. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Whether an address lies in our scheme. Node's `URL.origin` is of no use here: it knows no schemes but the web's. */
export function isOurs(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol: scheme, host, username, password } = new URL(address);
  return scheme === `${SCHEME}:` && host === HOST && username === '' && password === '';
}

/** Lets the session's pages ask the workbench by our scheme: GET, and POST of an import. */
export function serveScheme({ protocol }: Session, answer: Answer): void {
  protocol.handle(SCHEME, async (request) => toResponse(await route(request, answer)));
}

async function route(request: Request, answer: Answer): Promise<Reply> {
  if (!isOurs(request.url)) return plain(404, 'This is not an address of the workbench.');
  // Only our pages are ever loaded; this holds should another one ever be.
  const origin = request.headers.get('origin');
  if (origin !== null && origin !== ORIGIN) return plain(403, 'Only the workbench’s own pages may ask.');
  const { method, body } = request;
  let pathname: string;
  try {
    pathname = decodeURIComponent(new URL(request.url).pathname);
  } catch {
    return plain(400, 'This is not a web address.');
  }
  if (method === 'GET') return answer({ method, pathname });
  if (method === 'POST') return answer(body === null ? { method, pathname } : { method, pathname, body });
  return { ...plain(405, 'Only GET and POST are answered.'), headers: { allow: 'GET, POST' } };
}

function toResponse({ status, headers, body, sent }: Reply): Response {
  const all = { headers: { ...headers, ...SECURITY_HEADERS }, status };
  if (typeof body === 'string') return new Response(body, all);
  if (body instanceof Uint8Array) return new Response(new Uint8Array(body), all);
  const file = createReadStream(body.file);
  // Also when the reader goes away, or the file cannot be read.
  file.once('close', () => sent?.());
  return new Response(Readable.toWeb(file) as ReadableStream<Uint8Array>, all);
}
