import path from 'node:path';
import { expect, it } from 'vitest';
import { CliffordError } from '../../core/base/errors.ts';
import type { ShellCommand } from '../../shared/contract/system.ts';
import { bundlesIn, importBundles } from './open-files.ts';

it('finds bundles among the arguments of Electron and Chromium', () => {
  const argv = ['/repo', '--flag=/x.clifford', '-h', 'a.clifford', '/there/B.CLIFFORD', 'c.zip', '.', ''];
  expect(bundlesIn(argv, '/here')).toEqual([
    path.resolve('/here/a.clifford'),
    path.resolve('/there/B.CLIFFORD'),
  ]);
});

it('imports one after the other, tells of each, and shows the last that succeeded', async () => {
  const told: ShellCommand[] = [];
  const kept: string[] = [];
  let running = 0;
  const importBundle = async (file: string) => {
    expect(++running).toBe(1);
    await Promise.resolve();
    running--;
    if (file.includes('bad')) throw new CliffordError('INVALID_INPUT', 'this is no run bundle');
    return { runId: file, name: `run ${file}`, existed: file === 'again' };
  };
  await importBundles(
    ['new', 'again', 'bad'],
    { importBundle },
    (c) => told.push(c),
    (file) => kept.push(file),
  );
  expect(told).toEqual([
    { type: 'notice', level: 'success', text: 'imported run new', runId: 'new' },
    { type: 'notice', level: 'info', text: 'run again is in this home already', runId: 'again' },
    { type: 'notice', level: 'error', text: 'bad was not imported: this is no run bundle', runId: null },
    { type: 'navigate', to: '/runs/again' },
  ]);
  expect(kept).toEqual(['new', 'again']);
});
