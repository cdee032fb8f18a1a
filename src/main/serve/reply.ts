/** What a host (HTTP, or Electron's own scheme) sends back. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes, or the absolute path of a file to send as it is. */
  readonly body: string | Uint8Array | { readonly file: string };
  /** Called once the body was sent, or the reader went away. */
  readonly sent?: () => void;
}

/** What a host asks. */
export interface Ask {
  readonly method: 'GET' | 'POST';
  /** Decoded, without the query. */
  readonly pathname: string;
  /** The bytes of a POST. */
  readonly body?: AsyncIterable<Uint8Array>;
}

export type Answer = (ask: Ask) => Promise<Reply>;

/** Nothing but the page's own files may run, load or be called, and nobody may frame it. */
export const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; font-src 'self'; " +
    "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

export function plain(status: number, text: string): Reply {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  return { status, headers, body: text === '' ? '' : `${text}\n` };
}

export function json(status: number, document: unknown): Reply {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  return { status, headers, body: JSON.stringify(document) };
}
