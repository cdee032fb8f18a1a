import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTorch, startTorchPeer } from './peer.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clifford-peer-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A stand-in for python3 that prints a version, or fails as without torch. */
function fakePython(name: string, version: string | null): string {
  mkdirSync(join(folder, name));
  const file = join(folder, name, 'python3');
  writeFileSync(file, `#!/bin/sh\n${version === null ? 'exit 1' : `echo ${version}`}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** A stand-in for the twin: JavaScript that sees each request as `r` and writes with `answer`. */
function fakePeer(body: string) {
  const script = `
    const answer = (v) => process.stdout.write(JSON.stringify(v) + '\\n');
    require('readline').createInterface({ input: process.stdin }).on('line', (l) => { const r = JSON.parse(l); ${body} });`;
  return startTorchPeer('', { command: [process.execPath, '-e', script] });
}

describe('findTorch', () => {
  it('takes the first python3 on the PATH that imports torch', () => {
    fakePython('without', null);
    const first = fakePython('first', '2.15.0');
    fakePython('second', '2.0.0');
    const PATH = ['without', 'absent', 'first', 'second'].map((name) => join(folder, name)).join(':');
    expect(findTorch({ PATH })).toEqual({ python: first, torch: '2.15.0' });
  });

  it('says what it tried when none does', () => {
    const python = fakePython('without', null);
    expect(findTorch({ PATH: join(folder, 'without') })).toEqual({
      missing: `PyTorch not measured: ${python} does not import torch; set BENCH_PYTHON to a Python with torch`,
    });
    expect(findTorch({ PATH: folder })).toMatchObject({
      missing: expect.stringContaining('no python3 on the PATH'),
    });
  });

  it('refuses a BENCH_PYTHON without torch instead of taking another', () => {
    const python = fakePython('without', null);
    fakePython('with', '2.0.0');
    expect(() => findTorch({ BENCH_PYTHON: python, PATH: join(folder, 'with') })).toThrow(
      `BENCH_PYTHON: got ${python}, expected a Python that imports torch`,
    );
  });
});

describe('startTorchPeer', () => {
  it('matches answers to requests in order', async () => {
    const peer = fakePeer(`answer({ imagesPerSecond: r.seconds, stepMs: 1, steps: 1, loss: 0, peakMiB: 1 })`);
    const answers = await Promise.all([peer.train(1), peer.train(2), peer.train(3)]);
    expect(answers.map((a) => a.imagesPerSecond)).toEqual([1, 2, 3]);
    peer.dispose();
  });

  it('rejects with what the peer says, and stays usable', async () => {
    const peer = fakePeer(
      `answer(r.seconds < 0 ? { error: 'no such mode' } : { imagesPerSecond: 1, stepMs: 1, steps: 1, loss: 0, peakMiB: 1 })`,
    );
    await expect(peer.train(-1)).rejects.toThrow('PyTorch peer: no such mode');
    expect((await peer.train(1)).steps).toBe(1);
    peer.dispose();
  });

  it('rejects what waits and what comes later when the peer ends', async () => {
    const peer = fakePeer(`console.error('out of memory'); process.exit(3)`);
    const pending = [peer.train(1), peer.train(1)];
    for (const p of await Promise.allSettled(pending)) {
      expect(String((p as PromiseRejectedResult).reason)).toMatch(
        /ended: exit code 3; it said: out of memory/,
      );
    }
    await expect(peer.info()).rejects.toThrow(/exit code 3/);
  });

  it('tunes malloc for the peer', async () => {
    const peer = fakePeer(
      `const e = process.env; answer({ torch: e.MALLOC_MMAP_THRESHOLD_, python: e.MALLOC_TRIM_THRESHOLD_, threads: 1, cpu: '', peakMiB: 1 })`,
    );
    expect(await peer.info()).toMatchObject({ torch: '4000000000', python: '20000000000' });
    peer.dispose();
  });

  it('rejects when the program cannot be started', async () => {
    const peer = startTorchPeer('', { command: [join(folder, 'none')] });
    await expect(peer.info()).rejects.toThrow(/PyTorch peer ended: .*ENOENT/);
  });
});
