import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { plain, type Reply } from './reply.ts';

/** Who may talk to the server: whoever came by its link, from a page of its own. */
export interface Guard {
  /** The refusal (or the exchange of the secret for the cookie), or null for a request that may pass. */
  request(request: Pick<IncomingMessage, 'method' | 'headers'>, url: URL): Reply | null;
  /** The same for a WebSocket, which must come from a page of ours. */
  upgrade(request: Pick<IncomingMessage, 'method' | 'headers'>, url: URL): Reply | null;
}

/**
 * Keeps others out: the Host header must be one of ours, against pages that rebind their name to this machine; the
 * secret in the link is exchanged for a cookie that scripts cannot read and other sites cannot send; what changes
 * something, and every WebSocket, must say that it comes from our own origin.
 *
 * @param hosts the values of Host that are ours, port included
 */
export function createGuard(token: string, port: number, hosts: readonly string[]): Guard {
  // Cookies are shared by all ports of a host: the name keeps two workbenches apart.
  const name = `clifford-${port}`;
  const origins = hosts.map((host) => `http://${host}`);

  const isOurs = (headers: IncomingMessage['headers']): boolean => {
    // Other ports' pages can add one of that name for a longer path, which comes first: it must not shut us out.
    const cookies = (headers.cookie ?? '').split(/;\s*/);
    return cookies.some(
      (cookie) => cookie.startsWith(`${name}=`) && same(cookie.slice(name.length + 1), token),
    );
  };
  const checkOrigin = ({ headers }: Pick<IncomingMessage, 'headers'>, needed: boolean): Reply | null => {
    const { origin } = headers;
    if (origin === undefined && !needed) return null;
    return origin !== undefined && origins.includes(origin) && origin === `http://${headers.host}`
      ? null
      : plain(403, 'This request does not come from the workbench’s own page.');
  };

  return {
    request(request, url) {
      const { method = 'GET', headers } = request;
      if (!hosts.includes(headers.host ?? '')) return plain(421, 'This address is not the workbench.');
      if (method !== 'GET' && method !== 'POST') {
        const reply = plain(405, 'Only GET and POST are answered.');
        return { ...reply, headers: { ...reply.headers, allow: 'GET, POST' } };
      }
      const given = url.searchParams.get('token');
      if (given !== null && method === 'GET') {
        if (!same(given, token)) return plain(403, EXPLAIN);
        const cookie = `${name}=${token}; HttpOnly; SameSite=Strict; Path=/`;
        const reply = comesFromElsewhere(headers) ? goOn() : redirect();
        return { ...reply, headers: { ...reply.headers, 'set-cookie': cookie } };
      }
      return checkOrigin(request, method === 'POST') ?? (isOurs(headers) ? null : plain(403, EXPLAIN));
    },
    upgrade(request) {
      const { headers, method } = request;
      if (!hosts.includes(headers.host ?? '')) return plain(421, 'This address is not the workbench.');
      if (method !== 'GET') return plain(405, 'A WebSocket begins with GET.');
      return checkOrigin(request, true) ?? (isOurs(headers) ? null : plain(403, EXPLAIN));
    },
  };
}

/** The link was followed on a page of another site (a terminal in a browser, a chat). */
function comesFromElsewhere(headers: IncomingMessage['headers']): boolean {
  const site = headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site';
}

/** To the page, wherever the link led: a path that was sent may begin with two slashes, and so be another host. */
function redirect(): Reply {
  const reply = plain(303, '');
  return { ...reply, headers: { ...reply.headers, location: '/' } };
}

/** A redirection would count as the other site's doing, which a SameSite=Strict cookie does not go along with. */
function goOn(): Reply {
  const reply = plain(
    200,
    '<!doctype html><meta http-equiv="refresh" content="0;url=/"><title>Clifford</title>',
  );
  return { ...reply, headers: { ...reply.headers, 'content-type': 'text/html; charset=utf-8' } };
}

const EXPLAIN =
  'Open the workbench by the link that "clifford serve" printed; it holds a secret that is new each time.';

/** Compares hashes, which have one length, so that the time taken tells nothing about the secret. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
