import { expect, test } from 'vitest';
import type { PointCursor, RunPulse, SeriesMap } from '../../shared/contract/runs.ts';
import type { Workbench } from './api.ts';
import { startChild, type Child } from './testing/child.ts';
import { cleanUp, script, SCRIPTED_ENGINE, temporaryFolder, testWorkbench, until } from './testing/home.ts';
import { testSpec } from './testing/spec.ts';

/** A window that watches a run until the test ends, with real engines (scripted) and real time. */
function watch(workbench: Workbench, id: string): { pulses: RunPulse[]; series: () => SeriesMap } {
  const ends = new AbortController();
  const pulses: RunPulse[] = [];
  let series: SeriesMap = {};
  let cursor: PointCursor | null = null;
  void (async () => {
    for await (const pulse of workbench.watchRun(id, cursor, ends.signal)) {
      pulses.push(pulse);
      if (pulse.type !== 'points') continue;
      if (pulse.reset) series = {};
      for (const [key, points] of Object.entries(pulse.series)) (series[key] ??= []).push(...points);
      cursor = { epoch: pulse.epoch, last: {} };
    }
  })();
  cleanUp(() => ends.abort());
  return { pulses, series: () => series };
}

const STEPS = Array.from({ length: 60 }, (_, i) => [i + 1, 1 / (i + 1)]);

function trainer(home: string, id: string): Child {
  return startChild(
    `
    import { openWorkbench } from './service.ts';
    const workbench = openWorkbench({ home: ${JSON.stringify(home)}, engineEntry: ${JSON.stringify(SCRIPTED_ENGINE)} });
    const { state } = await workbench.train(${JSON.stringify(id)}, { engine: 'auto', onEvent: (e) => console.log(e.type + (e.step ?? '')) });
    console.log('ended ' + state);
    workbench.close();
  `,
    { SCRIPT: 'ok', SCRIPT_STEP_MS: '20' },
  );
}

test('a run trained here is seen as it goes, through a crash and a resume, to its end', async () => {
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec({ steps: 60 }) });
  const { pulses, series } = watch(workbench, id);
  script('sigkill', { step: 33, stepMs: 15 });
  const states = (): string[] => pulses.flatMap((p) => (p.type === 'row' ? [p.row.state] : []));
  await workbench.train(id, { engine: 'auto' });
  await until(() => states().at(-1) === 'failed');
  script('ok', { stepMs: 15 });
  await workbench.train(id, { engine: 'auto' });
  await until(() => states().at(-1) === 'finished');
  await until(() => series().loss?.length === 60);
  expect(series().loss).toEqual(STEPS);
  expect([...new Set(states())]).toEqual(['queued', 'running', 'failed', 'finished']);
  // Points beyond the checkpoint of step 30 were taken back: the reader was told to forget.
  expect(pulses.filter((p) => p.type === 'points' && p.reset).length).toBeGreaterThanOrEqual(2);
  expect(pulses.some((p) => p.type === 'changed')).toBe(true);
  const told = pulses.flatMap((p) =>
    p.type === 'progress' ? p.progress : p.type === 'row' ? p.row.progress : null,
  );
  expect(new Set(told.map((progress) => progress?.step)).size).toBeGreaterThan(4);
  expect(workbench.rowOf(id).progress).toBeNull();
});

test('a run that another process trains is seen too, and so is that process’ death', async () => {
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  const { id } = workbench.createRun({ spec: testSpec({ steps: 60 }) });
  const { pulses, series } = watch(workbench, id);
  const first = trainer(home, id);
  await first.printed('progress30');
  await until(() => pulses.some((p) => p.type === 'row' && p.row.progress !== null));
  expect(series().loss!.length).toBeGreaterThan(0);
  await first.kill();
  // Nobody opens the home anew: the open window finds out.
  await until(() => pulses.some((p) => p.type === 'row' && p.row.state === 'interrupted'));
  const second = trainer(home, id);
  expect(await second.finish()).toContain('ended finished');
  await until(() => series().loss?.length === 60);
  expect(series().loss).toEqual(STEPS);
});
