import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunDetail } from '../../shared/records.ts';
import { savePreset } from '../presets/own.ts';
import { loadPreset } from '../presets/presets.ts';
import { openWorkbench } from '../workbench/service.ts';
import type { CliContext } from './context.ts';
import { main } from './main.ts';
import { fakeTerminal } from './testing/fakes.ts';

/** A lab member's way through the command line with the real engine: a preset, a fork, a comparison, a bundle. */

let folder: string;
let home: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'clifford-carry-'));
  home = path.join(folder, 'home');
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

async function clifford(...args: string[]) {
  const terminal = fakeTerminal();
  const context: CliContext = {
    terminal,
    openWorkbench: (at) => Promise.resolve(openWorkbench({ home: at! })),
  };
  const all = args.includes('--home') ? args : [...args, '--home', home];
  const code = await main([...all, '--json'], context);
  expect(terminal.stdout, terminal.stderr).not.toBe('');
  return { code, stderr: terminal.stderr, document: JSON.parse(terminal.stdout) as Record<string, unknown> };
}

it('trains a preset of its own, forks it with another region, compares the two and carries one away', async () => {
  const tiny = loadPreset('tiny').spec;
  const spec = {
    ...tiny,
    training: { ...tiny.training, steps: 20, rate: { ...tiny.training.rate, warmupSteps: 2 } },
  };
  savePreset(home, { name: 'mine', title: 'Mine', description: '', spec });
  const listed = await clifford('preset', 'list');
  expect(listed.document['presets']).toContainEqual({
    name: 'mine',
    title: 'Mine',
    description: '',
    own: true,
  });

  const trained = await clifford('train', 'mine', '--name', 'base', '--threads', '1');
  expect(trained.code, trained.stderr).toBe(0);
  const forked = await clifford(
    'fork',
    'base',
    '--hold-out',
    'cross,x=1:2,y=5:6',
    '--name',
    'moved',
    '--threads',
    '1',
  );
  expect(forked.code, forked.stderr).toBe(0);
  const base = (trained.document['run'] as RunDetail).id;
  const moved = (forked.document['run'] as RunDetail).id;
  expect(forked.document['weights']).not.toBe(trained.document['weights']);

  const compared = await clifford('compare', 'base', 'moved');
  expect(compared.document).toMatchObject({
    runs: [
      { id: base, parent: null, preset: 'mine' },
      { id: moved, parent: base },
    ],
    specification: [{ path: 'dataset.heldOut[0].x' }, { path: 'dataset.heldOut[0].y' }],
    paired: [{ pairs: [[base, moved]], steps: [20] }],
    // Two crosses of 2·2·8 − 4 = 28 labels that meet in 2·(2·2) = 8.
    regions: [{ run: moved, heldOut: { onlyFirst: 20, onlySecond: 20, both: 8, xor: 40 } }],
  });

  const file = path.join(folder, 'moved.clifford');
  const exported = await clifford('bundle', 'export', 'moved', '--out', file, '--checkpoints', 'all');
  expect(exported).toMatchObject({ code: 0, document: { run: moved, file } });
  const other = path.join(folder, 'other');
  const imported = await clifford('bundle', 'import', file, '--home', other);
  expect(imported.document).toMatchObject({ runId: moved, name: 'moved', existed: false });
  const [here, there] = [
    (await clifford('runs', 'show', moved)).document,
    (await clifford('runs', 'show', moved, '--home', other)).document,
  ];
  expect({ ...there, folder: '' }).toEqual({ ...here, folder: '' });
  expect((await clifford('bundle', 'import', file, '--home', other)).document).toMatchObject({
    existed: true,
  });

  const refused = await clifford('bundle', 'import', path.join(folder, 'missing.clifford'));
  expect(refused).toMatchObject({ code: 3, document: { error: { code: 'NOT_FOUND' } } });
});
