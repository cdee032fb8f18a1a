import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeNpy } from '../../../files/npy.ts';
import { main } from '../main.ts';
import { fakeContext, fakeTerminal, fakeWorkbench } from './fakes.ts';

/** `clifford analyze` as a user types it. */
export async function analyze(...args: string[]) {
  const terminal = fakeTerminal();
  const code = await main(['analyze', ...args], fakeContext(fakeWorkbench(), terminal));
  // Progress is told only where the machine is slow.
  const stderr = terminal.stderr.replaceAll(/^(reading|measuring) \d+ %\n/gm, '');
  return { code, stdout: terminal.stdout, stderr };
}

/** The document that --json prints. */
export async function analyzed<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await analyze(...args, '--json');
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

export const ENDINGS = ['csv', 'npy', 'json'] as const;

/** A folder of files to measure. */
export function dataFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'clifford-analyze-'));
  let written = 0;
  return {
    at: (name: string): string => path.join(folder, name),
    /** The rows as a file of one of the kinds. */
    file(rows: readonly (readonly number[])[], ending: (typeof ENDINGS)[number] = 'csv'): string {
      const name = path.join(folder, `${written++}.${ending}`);
      if (ending === 'json') writeFileSync(name, JSON.stringify(rows));
      else if (ending === 'csv') writeFileSync(name, rows.map((row) => row.join(',')).join('\n'));
      else writeNpy(name, { shape: [rows.length, rows[0]!.length], data: Float64Array.from(rows.flat()) });
      return name;
    },
    text(name: string, content: string): string {
      const where = path.join(folder, `${written++}-${name}`);
      writeFileSync(where, content);
      return where;
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
