import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliffordError, toErrorData } from '../../core/base/errors.ts';
import type { Workbench } from '../workbench/api.ts';

/** What a host (HTTP, or Electron's own scheme) sends back. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** Answers a GET of a path (decoded by the host's URL parser, without the query). */
export type Routes = (pathname: string) => Reply;

/** Nothing but the page's own files may run, load or be called, and nobody may frame it. */
export const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Where `npm run build` puts the pages. */
export function rendererFolder(): string {
  return fileURLToPath(new URL('../../../out/renderer', import.meta.url));
}

/**
 * The read-only interface of the workbench: its pages, and
 *
 * - `/api/runs`: `{ home, runs: RunSummary[] }`, newest first
 * - `/api/runs/ID`: `RunDetail`
 * - `/api/runs/ID/pictures/SHA256`: a recorded picture of the run, as PNG
 *
 * @param pages folder of the built pages
 * @throws CliffordError UNAVAILABLE when the pages are not built
 */
export function createRoutes(workbench: Workbench, pages: string): Routes {
  if (!existsSync(path.join(pages, 'index.html'))) {
    throw new CliffordError(
      'UNAVAILABLE',
      `the workbench's pages are not built (${pages}): run "npm run build" first`,
    );
  }
  return (pathname) => {
    try {
      if (pathname.startsWith('/api/')) return api(workbench, pathname);
      return page(pages, pathname);
    } catch (error) {
      const data = toErrorData(error);
      return json(STATUS[data.code] ?? 500, { error: data });
    }
  };
}

const STATUS: Readonly<Record<string, number>> = { NOT_FOUND: 404, INVALID_INPUT: 400, CONFLICT: 409 };

function api(workbench: Workbench, pathname: string): Reply {
  const [, , resource, id, sub, key, ...rest] = pathname.split('/');
  if (resource === 'runs' && rest.length === 0) {
    if (id === undefined)
      return json(200, { home: workbench.home, runs: workbench.listRuns({ limit: 500 }) });
    // By exact id only: names may hold slashes, and prefixes change their meaning as runs are added.
    if (sub === undefined) return json(200, workbench.showRun(id));
    if (sub === 'pictures' && key !== undefined) return picture(workbench, id, key);
  }
  throw new CliffordError('NOT_FOUND', `no such address: ${pathname}`);
}

/** Files are named by their recorded hash, so no path from outside is ever opened. */
function picture(workbench: Workbench, id: string, sha256: string): Reply {
  const run = workbench.showRun(id);
  const artifact = run.artifacts.find((a) => a.kind === 'picture' && a.sha256 === sha256);
  if (artifact === undefined) throw new CliffordError('NOT_FOUND', `run ${id} has no picture ${sha256}`);
  const bytes = readFileSync(path.join(run.folder, artifact.file));
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new CliffordError('STORAGE', `${artifact.file} of run ${id} was changed after it was written`);
  }
  // The address holds the content's hash, so it never goes stale.
  return {
    status: 200,
    headers: { 'content-type': 'image/png', 'cache-control': 'private, immutable, max-age=31536000' },
    body: bytes,
  };
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

function page(pages: string, pathname: string): Reply {
  const file = path.resolve(pages, `.${pathname === '/' ? '/index.html' : pathname}`);
  const type = TYPES[path.extname(file)];
  const inside = file.startsWith(path.resolve(pages) + path.sep);
  if (!inside || type === undefined || !existsSync(file)) {
    throw new CliffordError('NOT_FOUND', `no such page: ${pathname}`);
  }
  return {
    status: 200,
    headers: { 'content-type': type, 'cache-control': 'no-cache' },
    body: readFileSync(file),
  };
}

function json(status: number, document: unknown): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify(document),
  };
}
