import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Answer, Ask } from '../serve/reply.ts';
import { isOurs, serveScheme } from './scheme.ts';
import * as electron from './testing/electron-stand-in.ts';

vi.mock('electron', () => import('./testing/electron-stand-in.ts'));

describe('isOurs', () => {
  it.each([
    ['clifford://workbench/', true],
    ['clifford://workbench/files/a/b?x#/runs', true],
    ['clifford://workbench.example.org/', false],
    ['clifford://example.org/workbench/', false],
    ['clifford://user:password@workbench/', false],
    ['clifford://workbench:80/', false],
    ['cliffords://workbench/', false],
    ['clifford:workbench', false],
    ['https://workbench/', false],
    ['file:///clifford://workbench/', false],
    ['', false],
  ])('%s: %s', (address, ours) => expect(isOurs(address)).toBe(ours));
});

describe('serveScheme', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'clifford-scheme-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  const served = (answer: Answer) => {
    serveScheme(electron.session.defaultSession as never, answer);
    const handler = electron.handlers.get('protocol:clifford') as unknown as (
      request: Request,
    ) => Promise<Response>;
    return (url: string, init?: RequestInit): Promise<Response> => handler(new Request(url, init));
  };
  const ok = { status: 200, headers: { 'content-type': 'text/plain' } };

  it('passes on decoded paths without the query, and the bytes of a POST', async () => {
    const asked: (Omit<Ask, 'body'> & { body: string })[] = [];
    const ask = served(async ({ body, ...rest }) => {
      let text = '';
      for await (const chunk of body ?? []) text += new TextDecoder().decode(chunk);
      asked.push({ ...rest, body: text });
      return { ...ok, body: '' };
    });
    await ask('clifford://workbench/files/a%20b?token=1');
    await ask('clifford://workbench/bundles', { method: 'POST', body: 'bytes of a bundle' });
    expect(asked).toEqual([
      { method: 'GET', pathname: '/files/a b', body: '' },
      { method: 'POST', pathname: '/bundles', body: 'bytes of a bundle' },
    ]);
  });

  it('sends text, bytes and files with their headers, which cannot weaken the policy', async () => {
    const file = path.join(folder, 'file.bin');
    writeFileSync(file, new Uint8Array(200_000).fill(7));
    const headers = { 'content-type': 'text/plain', 'content-security-policy': 'script-src *' };
    const bodies = [
      [`héllo`, new TextEncoder().encode('héllo')],
      [Uint8Array.of(0, 255, 10), Uint8Array.of(0, 255, 10)],
      [{ file }, new Uint8Array(200_000).fill(7)],
    ] as const;
    for (const [body, bytes] of bodies) {
      const response = await served(() => Promise.resolve({ status: 200, headers, body }))(
        'clifford://workbench/',
      );
      expect(response.headers.get('content-type')).toBe('text/plain');
      expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
      expect(response.headers.get('content-security-policy')).not.toContain('*');
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
    }
  });

  it('says that a file was sent when it was, and when its reader went away', async () => {
    const file = path.join(folder, 'download.bin');
    writeFileSync(file, new Uint8Array(5_000_000));
    let sent = 0;
    const ask = served(() => Promise.resolve({ ...ok, body: { file }, sent: () => sent++ }));
    await (await ask('clifford://workbench/downloads/1')).arrayBuffer();
    await vi.waitFor(() => expect(sent).toBe(1));
    const reader = (await ask('clifford://workbench/downloads/2')).body!.getReader();
    await reader.read();
    expect(sent).toBe(1);
    await reader.cancel();
    await vi.waitFor(() => expect(sent).toBe(2));
  });
});
