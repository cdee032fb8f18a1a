import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import type { EngineEvent } from '../../shared/engine-protocol.ts';
import { processIdentity } from '../workbench/process-identity.ts';
import { startEngine } from '../workbench/supervisor.ts';
import { script, SCRIPTED_ENGINE, temporaryFolder, until } from '../workbench/testing/home.ts';
import { testSpec } from '../workbench/testing/spec.ts';
import { spawnUtility } from './engine-process.ts';

vi.mock('electron', () => import('./testing/electron-stand-in.ts'));

function start(name: string, options: { stepMs?: number } = {}) {
  script(name, options);
  const folder = temporaryFolder();
  const events: EngineEvent[] = [];
  const pids: number[] = [];
  const engine = startEngine({
    entry: SCRIPTED_ENGINE,
    spawn: spawnUtility,
    logFile: path.join(folder, 'engine.log'),
    request: {
      type: 'train',
      runId: 'r',
      folder,
      spec: testSpec(),
      engine: 'auto',
      threads: null,
      resumeFrom: null,
    },
    onEvent: (event) => void events.push(event),
    onSpawn: (pid) => void pids.push(pid),
  });
  return { engine, events, pids, log: () => readFileSync(path.join(folder, 'engine.log'), 'utf8') };
}

test('a job that ends well: every event in order, the pid once it is known', async () => {
  const { engine, events, pids } = start('ok');
  expect(engine.pid).toBeUndefined(); // unlike Node's, this process comes later
  expect(await engine.done).toMatchObject({ outcome: 'finished', step: 20, error: null });
  const steps = events.flatMap((e) => (e.type === 'metrics' ? e.points.map((p) => p.step) : []));
  expect(steps).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(pids).toEqual([engine.pid]);
  expect(processIdentity(pids[0]!)).toBeUndefined();
});

test('what it prints lands in the log, to the last word before a crash', async () => {
  const { engine, log } = start('exit');
  const end = await engine.done;
  expect(end).toMatchObject({ outcome: 'failed', error: { code: 'ENGINE_CRASH' } });
  expect(end.error!.message).toMatch(/exit code 3 .*cannot go on/);
  expect(log()).toContain('cannot go on');
});

test('stop and kill reach it, kill even before it runs', async () => {
  const first = start('count-stops', { stepMs: 20 });
  await until(() => first.events.length > 5);
  first.engine.stop();
  first.engine.stop();
  expect(await first.engine.done).toMatchObject({ outcome: 'stopped' });
  expect(first.log().match(/stop at/g)).toHaveLength(1);

  const second = start('hang-on-stop', { stepMs: 1000 });
  second.engine.kill();
  expect(await second.engine.done).toMatchObject({ outcome: 'failed', killed: true });
  expect(second.pids.filter((pid) => processIdentity(pid) !== undefined)).toEqual([]);
});

test('nothing is sent to a process that has ended, which would crash Electron', async () => {
  const { engine } = start('exit');
  await engine.done;
  expect(() => {
    engine.stop();
    engine.kill();
  }).not.toThrow();
});

test('the real engine leaves when its last event has arrived, and is not made to', async () => {
  const folder = temporaryFolder();
  const end = await startEngine({
    entry: fileURLToPath(new URL('../../engine/main.ts', import.meta.url)),
    spawn: spawnUtility,
    logFile: path.join(folder, 'engine.log'),
    request: {
      type: 'train',
      runId: 'r',
      folder,
      spec: testSpec({ steps: 2 }),
      engine: 'auto',
      threads: 1,
      resumeFrom: null,
    },
    onEvent: () => {},
    exitGraceMs: 600_000, // longer than this test may take
  }).done;
  expect(end).toMatchObject({ outcome: 'finished', step: 2, error: null });
}, 60_000);
