import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cleanUp } from './home.ts';

/** A Node process beside the test's own, running TypeScript given as text; paths in it are relative to `workbench/`. */
export function startChild(source: string, environment: Record<string, string> = {}): Child {
  const base = new URL('../', import.meta.url).href;
  const code = source.replaceAll(
    /from '(\.[^']+)'/g,
    (_, path: string) => `from '${new URL(path, base).href}'`,
  );
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', code], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: fileURLToPath(base),
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  cleanUp(() => child.kill('SIGKILL'));
  return {
    child,
    exited,
    output: () => out,
    async printed(text) {
      for (let waited = 0; !out.includes(text); waited += 5) {
        if (waited > 20_000 || child.exitCode !== null)
          throw new Error(`child did not print ${text}: ${out}${err}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async finish() {
      await exited;
      if (child.exitCode !== 0)
        throw new Error(`child failed (${child.exitCode ?? child.signalCode}): ${err}`);
      return out;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

export interface Child {
  readonly child: ChildProcess;
  readonly exited: Promise<void>;
  output(): string;
  printed(text: string): Promise<void>;
  /** Waits for a clean exit; returns what it printed. */
  finish(): Promise<string>;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
}
