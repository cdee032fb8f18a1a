import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunDetail } from '../../shared/records.ts';

/** How the process of the command line meets its streams and signals, with the real engine on the preset `tiny`. */
const BIN = fileURLToPath(new URL('./bin.mjs', import.meta.url));
const POSIX = process.platform !== 'win32';

let home: string;
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'clifford-process-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

/** Runs a shell line in which $CLIFFORD is the command and `code` is what it ended with. */
function shell(line: string) {
  return spawnSync('bash', ['-c', line], {
    encoding: 'utf8',
    env: { ...process.env, CLIFFORD: `${process.execPath} ${BIN}`, CLIFFORD_HOME: home },
  });
}

describe.runIf(POSIX)('streams', () => {
  it('a closed pipe for progress or result does not end a training', () => {
    const lines = {
      both: '$CLIFFORD train tiny --steps 300 --name both 2>&1 | head -1; echo code ${PIPESTATUS[0]}',
      result: '$CLIFFORD train tiny --name result 2>/dev/null | true; echo code ${PIPESTATUS[0]}',
    };
    for (const [name, line] of Object.entries(lines)) {
      expect(shell(line).stdout).toMatch(/^code 0$/m);
      const shown = JSON.parse(shell(`$CLIFFORD runs show ${name} --json`).stdout) as RunDetail;
      expect(shown).toMatchObject({ state: 'finished', step: shown.steps });
    }
  });

  it.runIf(process.platform === 'linux')(
    'a full disk under the result is one sentence and exit code 6',
    () => {
      const { stderr, status } = shell('$CLIFFORD runs list --json >/dev/full');
      expect(status).toBe(6);
      expect(stderr).toMatch(/^clifford: standard output: got ENOSPC.*\n$/);
    },
  );
});

describe.runIf(POSIX)('signals', () => {
  it('an interrupt while the command is being loaded gives the document of an error', async () => {
    const child = spawn(
      process.execPath,
      [BIN, 'train', 'tiny', '--json', '--home', path.join(home, 'early')],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, NODE_OPTIONS: `--import=${pathToInterrupt()}` },
      },
    );
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'CANCELLED', message: expect.stringContaining('SIGINT') },
    });
  });
});

/** A module that interrupts its process as soon as anybody listens: the earliest moment that can be heard. */
function pathToInterrupt(): string {
  const source = `
    import { isMainThread } from 'node:worker_threads';
    if (isMainThread) {
      process.once('newListener', function wait(name) {
        if (name === 'SIGINT') setImmediate(() => process.kill(process.pid, 'SIGINT'));
        else process.once('newListener', wait);
      });
    }`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
