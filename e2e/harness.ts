import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test as base } from '@playwright/test';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLI = path.join(ROOT, 'src', 'main', 'cli', 'bin.mjs');

/** Ends with what the command line printed; a non-zero exit is an error with its messages. */
export async function clifford(home: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [CLI, ...args, '--home', home], { cwd: ROOT });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`clifford ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

interface Fixtures {
  /** A data folder of the test's own. */
  home: string;
  /** The link of `clifford serve` over it. */
  link: string;
}

interface WorkerFixtures {
  /** A data folder with one run of `tiny`, trained for real; tests must not change it. */
  trainedHome: { home: string; runId: string };
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  home: async ({}, use) => {
    const home = mkdtempSync(path.join(tmpdir(), 'clifford-e2e-'));
    await use(home);
    rmSync(home, { recursive: true, force: true });
  },
  link: async ({ home }, use) => {
    const server = await serve(home);
    await use(server.link);
    await server.close();
  },
  trainedHome: [
    async ({}, use) => {
      const home = mkdtempSync(path.join(tmpdir(), 'clifford-e2e-trained-'));
      const printed = await clifford(home, 'train', 'tiny', '--name', 'first', '--json');
      const { run } = JSON.parse(printed) as { run: { id: string } };
      await use({ home, runId: run.id });
      rmSync(home, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
});
export { expect } from '@playwright/test';

/** Starts `clifford serve` and waits for its link. */
export async function serve(
  home: string,
  ...options: string[]
): Promise<{ link: string; close(): Promise<void> }> {
  const child: ChildProcess = spawn(process.execPath, [CLI, 'serve', '--home', home, ...options], {
    cwd: ROOT,
  });
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const link = await new Promise<string>((resolve, reject) => {
    let output = '';
    const read = (text: string) => {
      output += text;
      const found = /http:\/\/\S+/.exec(output);
      if (found !== null) resolve(found[0]);
    };
    child.stdout!.setEncoding('utf8').on('data', read);
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('exit', (code) => reject(new Error(`clifford serve ended with ${code}: ${output}`)));
  });
  return {
    link,
    close: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
