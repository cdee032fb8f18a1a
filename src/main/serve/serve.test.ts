import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliffordError } from '../../core/base/errors.ts';
import { fakeWorkbench } from '../cli/testing/fakes.ts';
import { serveWorkbench, type WorkbenchServer } from './http.ts';
import { createRoutes } from './routes.ts';

let folder: string;
let pages: string;
let server: WorkbenchServer;
const png = Buffer.from('a picture');
const sha256 = createHash('sha256').update(png).digest('hex');
const workbench = fakeWorkbench();

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'clifford-serve-'));
  pages = path.join(folder, 'pages');
  mkdirSync(path.join(pages, 'assets'), { recursive: true });
  writeFileSync(path.join(pages, 'index.html'), '<title>Clifford</title>');
  writeFileSync(path.join(folder, 'secret.html'), 'not for the web');
  workbench.run.folder = path.join(folder, 'run');
  workbench.run.artifacts = [
    { kind: 'picture', file: 'p.png', step: 1, bytes: png.length, sha256 },
    { kind: 'model', file: 'model.onnx', step: 1, bytes: 3, sha256: 'm' },
  ];
  workbench.showRun = (id) => {
    if (id === workbench.run.id) return workbench.run;
    throw new CliffordError('NOT_FOUND', `no run ${id}`);
  };
  mkdirSync(workbench.run.folder);
  writeFileSync(path.join(workbench.run.folder, 'p.png'), png);
  writeFileSync(path.join(workbench.run.folder, 'model.onnx'), 'abc');
  server = await serveWorkbench(createRoutes(workbench, pages), { host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** A request exactly as written: no URL normalization, any Host. */
function ask(
  target: string,
  options: { method?: string; host?: string; cookie?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      host: options.host ?? `127.0.0.1:${server.port}`,
      ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
    };
    const sent = request(
      { host: '127.0.0.1', port: server.port, path: target, method: options.method ?? 'GET', headers },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

async function enter(): Promise<string> {
  const { search } = new URL(server.url);
  const { headers } = await ask(`/${search}`);
  return headers['set-cookie']![0]!.split(';')[0]!;
}

describe('who may enter', () => {
  it('exchanges the secret for a cookie that scripts and other sites cannot use', async () => {
    const { status, headers } = await ask(`/${new URL(server.url).search}`);
    expect(status).toBe(303);
    expect(headers.location).toBe('/'); // the secret leaves the address bar
    expect(headers['set-cookie']![0]).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
    expect((await ask('/', { cookie: await enter() })).body).toContain('Clifford');
  });

  it.each(['/', '/api/runs', '/?token=', '/?token=guess', '/assets/x.js'])(
    'refuses %s without it',
    async (target) => {
      const { status, body } = await ask(target);
      expect(status).toBe(403);
      expect(body).not.toContain('0a1b2c3d4e');
    },
  );

  it('refuses another workbench’s cookie', async () => {
    const other = await serveWorkbench(createRoutes(workbench, pages), { host: '127.0.0.1', port: 0 });
    const cookie = (await enter()).replace(String(server.port), String(other.port));
    await other.close();
    expect((await ask('/', { cookie })).status).toBe(403);
  });

  it('refuses names that a foreign page may have rebound to this machine', async () => {
    const cookie = await enter();
    for (const host of ['evil.example', `evil.example:${server.port}`, '127.0.0.1']) {
      expect((await ask('/api/runs', { cookie, host })).status, host).toBe(421);
    }
    expect((await ask('/api/runs', { cookie, host: `localhost:${server.port}` })).status).toBe(200);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])('refuses %s', async (method) => {
    expect((await ask('/api/runs', { method, cookie: await enter() })).status).toBe(405);
  });

  it('listens on loopback only', async () => {
    const routes = createRoutes(workbench, pages);
    await expect(serveWorkbench(routes, { host: '0.0.0.0', port: 0 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    await expect(serveWorkbench(routes, { host: '127.0.0.1', port: server.port })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });
});

describe('what is served', () => {
  it('lists runs, shows one, and sends its pictures', async () => {
    const cookie = await enter();
    const list = JSON.parse((await ask('/api/runs', { cookie })).body) as unknown;
    expect(list).toMatchObject({ home: '/home', runs: [{ id: '0a1b2c3d4e' }] });
    const detail = JSON.parse((await ask('/api/runs/0a1b2c3d4e', { cookie })).body) as unknown;
    expect(detail).toMatchObject({ spec: { version: 1 }, evaluations: expect.any(Array) as unknown });
    const picture = await ask(`/api/runs/0a1b2c3d4e/pictures/${sha256}`, { cookie });
    expect([picture.status, picture.headers['content-type'], picture.body]).toEqual([
      200,
      'image/png',
      'a picture',
    ]);
  });

  it.each([
    '/api/runs/none',
    '/api/nothing',
    '/api/runs/0a1b2c3d4e/pictures/m', // a model is not a picture
    '/api/runs/0a1b2c3d4e/pictures/..%2fmodel.onnx',
    '/missing.html',
    '/../secret.html',
    '/%2e%2e/secret.html',
    '/..%2fsecret.html',
    '/..%5csecret.html',
    '/assets',
  ])('knows nothing at %s', async (target) => {
    const { status, body } = await ask(target, { cookie: await enter() });
    expect(status).toBe(404);
    expect(body).not.toContain('not for the web');
  });

  it('refuses an address that cannot be decoded', async () => {
    expect((await ask('/%zz', { cookie: await enter() })).status).toBe(400);
  });

  it('does not pass off a changed file as the recorded picture', async () => {
    writeFileSync(path.join(workbench.run.folder, 'p.png'), 'tampered');
    const { status, body } = await ask(`/api/runs/0a1b2c3d4e/pictures/${sha256}`, { cookie: await enter() });
    expect(status).toBe(500);
    expect(body).toContain('was changed after it was written');
  });

  it('lets the page run its own files only, refusals included', async () => {
    for (const { headers } of [await ask('/', { cookie: await enter() }), await ask('/')]) {
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('says what to do when the pages are not built', () => {
    expect(() => createRoutes(workbench, path.join(folder, 'nowhere'))).toThrow(
      expect.objectContaining({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('npm run build') as string,
      }),
    );
  });
});
