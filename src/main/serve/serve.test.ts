import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { CliffordError, invalid } from '../../core/base/errors.ts';
import { SOCKET_PATH, type Contract } from '../../shared/contract/index.ts';
import { fakeWorkbench } from '../cli/testing/fakes.ts';
import { createHost, type HostServices } from '../rpc/host.ts';
import { createRouter } from '../rpc/router.ts';
import { createAnswer } from './answer.ts';
import { serveWorkbench, type ServeOptions, type WorkbenchServer } from './http.ts';

let folder: string;
let pages: string;
let host: HostServices;
let server: WorkbenchServer;
let workbench: ReturnType<typeof fakeWorkbench>;
const servers: WorkbenchServer[] = [];
const png = Buffer.from('a picture');
const sha256 = createHash('sha256').update(png).digest('hex');

beforeEach(async () => {
  workbench = fakeWorkbench();
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
  const view = workbench.viewRun.bind(workbench);
  workbench.viewRun = (id) => {
    if (id === workbench.run.id) return view(id);
    throw new CliffordError('NOT_FOUND', `no run ${id}`);
  };
  mkdirSync(workbench.run.folder);
  writeFileSync(path.join(workbench.run.folder, 'p.png'), png);
  writeFileSync(path.join(workbench.run.folder, 'model.onnx'), 'abc');
  host = createHost();
  server = await start();
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((s) => s.close()));
  host.downloads.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<ServeOptions> = {}): Promise<WorkbenchServer> {
  const router = createRouter(workbench, host);
  const answer = createAnswer(workbench, host, pages);
  const started = await serveWorkbench(answer, router, { host: '127.0.0.1', port: 0, ...options });
  servers.push(started);
  return started;
}

interface Answered {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

interface Sent {
  method?: string;
  host?: string;
  cookie?: string;
  origin?: string | null;
  body?: string;
}

/** A request exactly as written: no URL normalization, any Host. */
function ask(target: string, options: Sent = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', cookie, origin, body } = options;
    const own = method === 'POST' ? `http://127.0.0.1:${server.port}` : null;
    const from = origin === undefined ? own : origin;
    const headers = {
      host: options.host ?? `127.0.0.1:${server.port}`,
      ...(cookie === undefined ? {} : { cookie }),
      ...(from === null ? {} : { origin: from }),
    };
    const sent = request(
      { host: '127.0.0.1', port: server.port, path: target, method, headers },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: text }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

async function enter(): Promise<string> {
  const { search } = new URL(server.url);
  const { headers } = await ask(`/${search}`);
  return headers['set-cookie']![0]!.split(';')[0]!;
}

/** The status with which a WebSocket was refused, or 101. */
function upgrade(headers: Record<string, string>, target: string = SOCKET_PATH): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${target}`, { headers });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode!);
      socket.terminate();
    });
    socket.on('error', (error) => {
      if (!/Unexpected server response|before the connection/.test(error.message)) reject(error);
    });
  });
}

describe('who may enter', () => {
  it('exchanges the secret for a cookie that scripts and other sites cannot use', async () => {
    const { status, headers } = await ask(`/${new URL(server.url).search}`);
    expect(status).toBe(303);
    expect(headers.location).toBe('/'); // the secret leaves the address bar
    expect(headers['set-cookie']![0]).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
    expect((await ask('/', { cookie: await enter() })).body).toContain('Clifford');
  });

  it.each(['/', `/files/0a1b2c3d4e/${sha256}`, '/?token=', '/?token=guess', '/assets/x.js'])(
    'refuses %s without it',
    async (target) => {
      const { status, body } = await ask(target);
      expect(status).toBe(403);
      expect(body).not.toContain('a picture');
    },
  );

  it('refuses another workbench’s cookie', async () => {
    const cookie = await enter();
    const other = await start();
    const renamed = cookie.replace(String(server.port), String(other.port));
    const status = await new Promise((resolve) => {
      request(
        {
          host: '127.0.0.1',
          port: other.port,
          headers: { host: `127.0.0.1:${other.port}`, cookie: renamed },
        },
        (response) => resolve(response.resume().statusCode),
      ).end();
    });
    expect(status).toBe(403);
  });

  it('refuses names that a foreign page may have rebound to this machine', async () => {
    const cookie = await enter();
    for (const name of ['evil.example', `evil.example:${server.port}`, '127.0.0.1']) {
      expect((await ask('/', { cookie, host: name })).status, name).toBe(421);
    }
    expect((await ask('/', { cookie, host: `localhost:${server.port}` })).status).toBe(200);
  });

  it.each(['PUT', 'DELETE', 'OPTIONS', 'HEAD'])('refuses %s', async (method) => {
    expect((await ask('/', { method, cookie: await enter() })).status).toBe(405);
  });

  it('takes a POST from its own pages only', async () => {
    const cookie = await enter();
    const post = (origin: string | null, withCookie = true) =>
      ask('/bundles', { method: 'POST', origin, body: 'x', ...(withCookie ? { cookie } : {}) });
    expect((await post('http://evil.example')).status).toBe(403);
    expect((await post(null)).status).toBe(403);
    expect((await post('null')).status).toBe(403);
    // Ours by another of our names: the cookie would be another one too.
    expect((await post(`http://localhost:${server.port}`)).status).toBe(403);
    expect((await post(`http://127.0.0.1:${server.port}`, false)).status).toBe(403);
    expect(workbench.calls.map(([name]) => name)).not.toContain('importBundle');
    expect((await post(`http://127.0.0.1:${server.port}`)).status).toBe(200);
  });

  it('opens WebSockets for its own pages only', async () => {
    const cookie = await enter();
    const ours = { host: `127.0.0.1:${server.port}`, origin: `http://127.0.0.1:${server.port}` };
    expect(await upgrade({ ...ours, cookie })).toBe(101);
    expect(await upgrade(ours)).toBe(403);
    expect(await upgrade({ ...ours, cookie: `${cookie}x` })).toBe(403);
    expect(await upgrade({ host: ours.host, cookie })).toBe(403); // no Origin: no browser sends that
    expect(await upgrade({ ...ours, cookie, origin: 'http://evil.example' })).toBe(403);
    expect(await upgrade({ ...ours, cookie, host: 'evil.example' })).toBe(421);
    expect(await upgrade({ ...ours, cookie }, '/elsewhere')).toBe(404);
  });

  it('listens on loopback unless told what that means', async () => {
    await expect(start({ host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('--expose') as string,
    });
    await expect(start({ host: 'example.org', exposed: true })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    await expect(start({ port: server.port })).rejects.toMatchObject({ code: 'CONFLICT' });
    const open = await start({ host: '0.0.0.0', exposed: true });
    expect(open.url).not.toContain('0.0.0.0'); // no browser could open that
  });
});

describe('what is served', () => {
  it('sends a run’s files by their hash, for ever', async () => {
    const { status, headers, body } = await ask(`/files/0a1b2c3d4e/${sha256}`, { cookie: await enter() });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('image/png');
    expect(headers['cache-control']).toContain('immutable');
    expect(body).toBe('a picture');
  });

  it.each([
    `/files/none/${sha256}`,
    '/files/0a1b2c3d4e/p.png', // by hash, never by name
    `/files/0a1b2c3d4e/${sha256}/more`,
    '/files/0a1b2c3d4e/..%2fmodel.onnx',
    '/downloads/guess',
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

  it('does not pass off a changed file as the recorded one', async () => {
    writeFileSync(path.join(workbench.run.folder, 'p.png'), 'tampered');
    const { status, body } = await ask(`/files/0a1b2c3d4e/${sha256}`, { cookie: await enter() });
    expect(status).toBe(500);
    expect(body).toContain('was changed after it was written');
  });

  it('lets the page run its own files only, refusals included', async () => {
    for (const { headers } of [await ask('/', { cookie: await enter() }), await ask('/')]) {
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'; script-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe-|https?:|\*/);
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('sends a download once, under its name, and forgets it', async () => {
    const file = path.join(folder, 'made.clifford');
    writeFileSync(file, 'bundle');
    const address = host.downloads.offer({ file, name: 'mein Lauf ö.clifford' }, () => rmSync(file));
    const cookie = await enter();
    const { headers, body } = await ask(address, { cookie });
    expect(body).toBe('bundle');
    expect(headers['content-disposition']).toBe("attachment; filename*=UTF-8''mein%20Lauf%20%C3%B6.clifford");
    expect((await ask(address, { cookie })).status).toBe(404);
    await expect.poll(() => existsSync(file)).toBe(false);
  });

  it('imports the bundle that is sent to it, and leaves nothing lying about', async () => {
    let received = '';
    let where = '';
    workbench.importBundle = (file) => {
      received = readFileSync(file, 'utf8');
      where = file;
      return Promise.resolve({ runId: 'new', name: 'imported', existed: false });
    };
    const cookie = await enter();
    const sent = await ask('/bundles', { method: 'POST', cookie, body: 'a bundle' });
    expect(JSON.parse(sent.body)).toEqual({ runId: 'new', name: 'imported', existed: false });
    expect(received).toBe('a bundle');
    expect(existsSync(where)).toBe(false);

    workbench.importBundle = () => Promise.reject(invalid('upload: got text, expected a run bundle'));
    const refused = await ask('/bundles', { method: 'POST', cookie, body: 'nonsense' });
    expect(refused.status).toBe(400);
    expect(JSON.parse(refused.body)).toEqual({
      error: { code: 'INVALID_INPUT', message: 'upload: got text, expected a run bundle' },
    });
  });

  it('says what to do when the pages are not built', () => {
    expect(() => createAnswer(workbench, host, path.join(folder, 'nowhere'))).toThrow(
      expect.objectContaining({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('npm run build') as string,
      }),
    );
  });
});

describe('the contract over the WebSocket', () => {
  async function connect(): Promise<{ client: ContractRouterClient<Contract>; socket: WebSocket }> {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${SOCKET_PATH}`, {
      headers: {
        cookie: await enter(),
        host: `127.0.0.1:${server.port}`,
        origin: `http://127.0.0.1:${server.port}`,
      },
    });
    const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket });
    return { client: createORPCClient(link), socket };
  }

  it('answers requests, and errors with their code and sentence', async () => {
    const { client, socket } = await connect();
    expect((await client.runs.get({ id: workbench.run.id })).name).toBe(workbench.run.name);
    await expect(client.runs.get({ id: 'other' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'no run other',
    });
    await expect(client.runs.get({ id: '' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('id') as string,
    });
    workbench.rename = () => {
      throw new TypeError('a bug');
    };
    await expect(client.runs.rename({ id: 'x', name: 'y' })).rejects.toMatchObject({
      code: 'INTERNAL',
      message: 'a bug',
    });
    socket.close();
  });

  it('streams, and ends a stream on the server when its reader goes', async () => {
    const { client, socket } = await connect();
    const first = await client.system.commands();
    const second = await client.system.commands();
    // Listening begins with the first pull.
    const heard = [first.next(), second.next()];
    await expect
      .poll(() => {
        host.commands.send({ type: 'navigate', to: '/runs' });
        return Promise.race([Promise.all(heard).then(() => true), new Promise((r) => setTimeout(r, 20))]);
      })
      .toBe(true);
    expect((await heard[0]!).value).toEqual({ type: 'navigate', to: '/runs' });
    await second.return?.(undefined as never);

    let ended = false;
    workbench.watchChanges = async function* (signal) {
      yield { revision: 1 };
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      ended = true;
    };
    const changes = await client.runs.changes();
    await changes.next();
    socket.terminate();
    await expect.poll(() => ended).toBe(true);
  });
});
