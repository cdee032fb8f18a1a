import { execFile, fork } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { clifford, expect, test } from './harness.ts';

/** The build itself, without a window: that its files find each other, whatever the bundler did to them. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

test('the built engine trains under plain Node, to the same weights as from source', async ({
  trainedHome,
  home,
}) => {
  interface Shown {
    spec: object;
    weights: string;
  }
  const shown = await clifford(trainedHome.home, 'runs', 'show', trainedHome.runId, '--json');
  const { spec, weights } = JSON.parse(shown) as Shown;
  const child = fork(path.join(ROOT, 'out', 'engine', 'main.js'), [], {
    serialization: 'advanced',
    execArgv: [],
  });
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const events: { type: string; outcome?: string; weights?: string | null; artifact?: { kind: string } }[] =
    [];
  child.on('message', (event) => events.push(event as (typeof events)[number]));
  child.send({ type: 'train', runId: 'r', folder: home, spec, engine: 'auto', threads: 2, resumeFrom: null });
  expect(await exited).toBe(0);
  expect(events.at(-1)).toMatchObject({ type: 'ended', outcome: 'finished', weights });
  // Evaluation samples in threads of its own, and its picture needs the fonts.
  const kinds = events.map((event) => event.artifact?.kind);
  expect(kinds).toContain('model');
  expect(kinds).toContain('picture');
});

test('the built main process finds its pages, preload script, presets, migrations and engine', async ({
  home,
}) => {
  const driver = path.join(ROOT, 'e2e', 'testing', 'drive-built-main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [driver], {
    env: { ...process.env, CLIFFORD_HOME: home },
  });
  expect(JSON.parse(stdout)).toEqual({
    page: 200,
    script: 200,
    preload: true,
    icon: true,
    presets: expect.arrayContaining(['quick', 'tiny', 'paper']) as unknown,
    version: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown,
    run: 'finished',
    ended: 'quit',
  });
});
