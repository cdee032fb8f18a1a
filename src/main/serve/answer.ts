import { createWriteStream, existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { CliffordError, invalid, toErrorData } from '../../core/base/errors.ts';
import { sha256 as hashOf } from '../../files/hash.ts';
import { readBytes } from '../../files/storage-error.ts';
import type { ImportAnswer } from '../../shared/contract/bundles.ts';
import type { HostServices } from '../rpc/host.ts';
import { makeScratch } from '../rpc/scratch.ts';
import type { Workbench } from '../workbench/api.ts';
import { json, type Answer, type Ask, type Reply } from './reply.ts';

/** Where `npm run build` puts the pages; a built app names the folder itself. */
export function rendererFolder(): string {
  return fileURLToPath(new URL('../../../out/renderer', import.meta.url));
}

/**
 * The addresses beside the contract, the same in both hosts:
 *
 * - the pages
 * - `GET /files/RUN/SHA256`: a recorded file of a run
 * - `GET /downloads/SECRET`: a file that was made on request, once
 * - `POST /bundles`: imports the bundle that is its body
 *
 * @param pages folder of the built pages
 * @throws CliffordError UNAVAILABLE when the pages are not built
 */
export function createAnswer(workbench: Workbench, host: HostServices, pages: string): Answer {
  if (!existsSync(path.join(pages, 'index.html'))) {
    throw new CliffordError(
      'UNAVAILABLE',
      `the workbench's pages are not built (${pages}): run "npm run build" first`,
    );
  }
  return async (ask) => {
    try {
      return await route(workbench, host, pages, ask);
    } catch (error) {
      const data = toErrorData(error);
      return json(STATUS[data.code] ?? 500, { error: data });
    }
  };
}

const STATUS: Readonly<Record<string, number>> = { NOT_FOUND: 404, INVALID_INPUT: 400, CONFLICT: 409 };

async function route(workbench: Workbench, host: HostServices, pages: string, ask: Ask): Promise<Reply> {
  const { method, pathname } = ask;
  if (method === 'POST') {
    if (pathname === '/bundles') return importBundle(workbench, ask);
    throw new CliffordError('NOT_FOUND', `nothing takes a POST at ${pathname}`);
  }
  if (pathname.startsWith('/files/')) return file(workbench, pathname);
  if (pathname.startsWith('/downloads/')) return download(host, pathname);
  return page(pages, pathname);
}

/** Files are named by their recorded hash, so no path from outside is ever opened. */
function file(workbench: Workbench, pathname: string): Reply {
  const [, , id = '', sha256 = '', ...rest] = pathname.split('/');
  const run = rest.length === 0 ? workbench.viewRun(id) : undefined;
  const artifact = run?.artifacts.find((a) => a.sha256 === sha256);
  if (!run || !artifact) throw new CliffordError('NOT_FOUND', `no such file: ${pathname}`);
  const bytes = readBytes(path.join(run.folder, artifact.file));
  if (hashOf(bytes) !== sha256) {
    throw new CliffordError('STORAGE', `${artifact.file} of run ${id} was changed after it was written`);
  }
  return {
    status: 200,
    headers: {
      'content-type': TYPES[path.extname(artifact.file)] ?? 'application/octet-stream',
      // The address holds the content's hash, so it never goes stale.
      'cache-control': 'private, immutable, max-age=31536000',
    },
    body: bytes,
  };
}

function download(host: HostServices, pathname: string): Reply {
  const offered = host.downloads.take(pathname);
  if (!offered) throw new CliffordError('NOT_FOUND', 'this download was fetched already or is too old');
  return {
    status: 200,
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': `${statSync(offered.file).size}`,
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(offered.name)}`,
      'cache-control': 'no-store',
    },
    body: { file: offered.file },
    sent: offered.taken,
  };
}

async function importBundle(workbench: Workbench, { body }: Ask): Promise<Reply> {
  if (!body) throw invalid('POST /bundles: got no body, expected a run bundle');
  const { folder, discard } = makeScratch('import');
  try {
    const upload = path.join(folder, 'upload.clifford');
    await pipeline(Readable.from(body), createWriteStream(upload));
    const imported: ImportAnswer = await workbench.importBundle(upload);
    return json(200, imported);
  } finally {
    discard();
  }
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
};
/** Of pages; artifacts may be of any other type. */
const PAGE_TYPES = ['.html', '.js', '.css', '.svg', '.png', '.woff2'];

function page(pages: string, pathname: string): Reply {
  const name = path.resolve(pages, `.${pathname === '/' ? '/index.html' : pathname}`);
  const extension = path.extname(name);
  const inside = name.startsWith(path.resolve(pages) + path.sep);
  if (!inside || !PAGE_TYPES.includes(extension) || !existsSync(name)) {
    throw new CliffordError('NOT_FOUND', `no such page: ${pathname}`);
  }
  // Names of built files hold their hash.
  const hashed = pathname.startsWith('/assets/');
  return {
    status: 200,
    headers: {
      'content-type': TYPES[extension]!,
      'cache-control': hashed ? 'private, immutable, max-age=31536000' : 'no-cache',
    },
    body: readFileSync(name),
  };
}
