import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256, specHash } from '../../files/hash.ts';
import type { EngineEvent } from '../../shared/engine-protocol.ts';
import { RunDetail, RunSummary } from '../../shared/records.ts';
import { errorOf, script, setEnvironment, testWorkbench, trained, until } from './testing/home.ts';
import { testSpec } from './testing/spec.ts';

test('a run from creation to its end, as the history tells it', async () => {
  script('ok');
  const workbench = testWorkbench();
  const spec = testSpec({ seed: 7 });
  const created = workbench.createRun({ spec, preset: 'quick', tags: ['b', 'a', 'b'] });
  expect(RunSummary.parse(created)).toEqual(created);
  expect(created).toMatchObject({
    state: 'queued',
    seed: 7,
    steps: 20,
    step: 0,
    tags: ['a', 'b'],
    accuracy: {},
  });
  expect(created.specHash).toBe(specHash(spec));

  const seen: EngineEvent[] = [];
  const outcome = await workbench.train(created.id, { engine: 'auto', onEvent: (e) => void seen.push(e) });
  expect(outcome).toMatchObject({ state: 'finished', run: { step: 20, engine: 'scripted', reason: null } });
  const saved = seen.flatMap((e) =>
    e.type === 'checkpoint' && e.artifact.kind === 'checkpoint' ? [e.step] : [],
  );
  expect(saved).toEqual([0, 5, 10, 15, 20]);

  const detail = workbench.showRun(created.id);
  expect(RunDetail.parse(detail)).toEqual(detail);
  expect(detail.spec).toEqual(spec);
  expect(detail.weights).toBe(sha256('weights of step 20'));
  expect(detail.weightsStep).toBe(20);
  expect(detail.metrics.loss).toEqual(Array.from({ length: 20 }, (_, i) => [i + 1, 1 / (i + 1)]));
  expect(detail.evaluations.map((e) => [e.step, e.final])).toEqual([
    [0, false],
    [5, false],
    [10, false],
    [15, false],
    [20, true],
  ]);
  expect(detail.accuracy).toEqual({ overall: 1 });
  expect(detail.environment).toMatchObject({ node: process.version, parameters: '3' });
  expect(detail.events.map((e) => e.state)).toEqual(['queued', 'running', 'finished']);
  expect(workbench.summarizeMetrics(created.id)).toEqual([
    { key: 'loss', points: 20, latest: [20, 1 / 20], min: [20, 1 / 20], max: [1, 1] },
  ]);
  // Retired checkpoints are gone from the ledger and from the disk, and nothing else is.
  const listed = detail.artifacts.filter((a) => a.kind === 'checkpoint').map((a) => a.file);
  expect(listed).toEqual(['checkpoints/000015.state', 'checkpoints/000020.state']);
  expect(readdirSync(join(detail.folder, 'checkpoints')).map((f) => `checkpoints/${f}`)).toEqual(listed);
  expect(existsSync(join(workbench.home, 'train.lock.json'))).toBe(false);
});

test('a run that is finished or deleted is not trained', async () => {
  const workbench = testWorkbench();
  const id = await trained(workbench);
  expect(await errorOf(() => workbench.train(id, { engine: 'auto' }))).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringMatching(/is finished: step 20 of 20/),
  });
  const other = workbench.createRun({ spec: testSpec() });
  workbench.remove(other.id);
  expect(await errorOf(() => workbench.train(other.id, { engine: 'auto' }))).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining(`clifford runs restore ${other.id}`),
  });
  expect(await errorOf(() => workbench.train('nothing', { engine: 'auto' }))).toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('engine failures are states with reasons, and the run can be resumed', async () => {
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec() });
  script('sigkill', { step: 7 });
  expect(await workbench.train(id, { engine: 'auto' })).toMatchObject({
    state: 'failed',
    run: { reason: { code: 'ENGINE_CRASH', message: expect.stringContaining('SIGKILL') } },
  });
  script('non-finite', { step: 13 });
  expect(await workbench.train(id, { engine: 'auto' })).toMatchObject({
    state: 'failed',
    run: { step: 13, reason: { code: 'NON_FINITE' } },
  });
  expect(workbench.showRun(id)).toMatchObject({ weightsStep: 10, weights: sha256('weights of step 10') });
  script('ok');
  const { run } = await workbench.train(id, { engine: 'auto' });
  expect(run).toMatchObject({ state: 'finished', reason: null });
  const detail = workbench.showRun(id);
  // Every step once: points beyond each checkpoint were dropped before they were made again.
  expect(detail.metrics.loss!.map(([step]) => step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(detail.evaluations.map((e) => e.step)).toEqual([0, 5, 10, 15, 20]);
  const notices = detail.events.map((e) => e.message).filter((m) => m?.startsWith('resumes'));
  expect(notices).toEqual([
    'resumes from checkpoints/000005.state at step 5',
    'resumes from checkpoints/000010.state at step 10',
  ]);
});

// What an engine must not get away with, and what must still be there afterwards.
test.for([
  ['wrong-size', 'STORAGE', /reported checkpoints\/000005\.state, but the file has 1 bytes, expected 2/],
  ['escape-write', 'INTERNAL', /"\.\.\/evil" does not stay in the run's folder/],
  ['malformed', 'INTERNAL', /does not fit the protocol/],
] as const)('an engine that does "%s" fails its run and harms nothing', async ([name, code, message]) => {
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec() });
  script(name);
  const { run } = await workbench.train(id, { engine: 'auto' });
  expect(run).toMatchObject({ state: 'failed', reason: { code, message: expect.stringMatching(message) } });
  for (const { file, bytes } of workbench.showRun(id).artifacts) {
    expect(readFileSync(join(workbench.showRun(id).folder, file))).toHaveLength(bytes);
  }
});

test('a milestone that a better one replaces goes, from the ledger and from the disk', async () => {
  const workbench = testWorkbench();
  const { folder, artifacts } = workbench.showRun(await trained(workbench));
  expect(artifacts.filter((a) => a.kind === 'milestone').map((a) => a.file)).toEqual([
    'milestones/best-15.state',
  ]);
  expect(readdirSync(join(folder, 'milestones'))).toEqual(['best-15.state']);
});

test('what is recorded is checked by size alone, and its hash when it is used', async () => {
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec() });
  script('wrong-hash', { step: 7 });
  expect((await workbench.train(id, { engine: 'auto' })).run.reason?.code).toBe('ENGINE_CRASH');
  expect(workbench.showRun(id).weightsStep).toBe(5);
  script('ok');
  expect(await workbench.train(id, { engine: 'auto' })).toMatchObject({ state: 'finished' });
  const messages = workbench.showRun(id).events.map((e) => e.message);
  expect(messages).toContainEqual(
    expect.stringMatching(/^checkpoint checkpoints\/000005\.state has sha256 .*; skipped$/),
  );
  expect(messages).toContain('resumes from checkpoints/000000.state at step 0');
});

test('the record keeps where a run started, and its history tells what a resumed one differs in', async () => {
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec() });
  const notices = (): (string | null)[] =>
    workbench.showRun(id).events.flatMap((e) => (e.message?.startsWith('goes on with') ? [e.message] : []));
  script('sigkill', { step: 7 });
  await workbench.train(id, { engine: 'auto' });
  script('sigkill', { step: 12 });
  await workbench.train(id, { engine: 'auto' });
  expect(notices()).toEqual([]); // the same machine
  const { environment } = workbench.showRun(id);
  setEnvironment('SCRIPT_DEVICE', 'slide rule');
  setEnvironment('SCRIPT_THREADS', '9'); // does not change the result, so nothing to tell
  script('ok');
  await workbench.train(id, { engine: 'auto' });
  expect(notices()).toEqual([
    'goes on with other versions or hardware than it started with: device slide rule (abacus at its start); ' +
      'the result may differ in the last bits from that of a run in one go',
  ]);
  expect(workbench.showRun(id).environment).toEqual(environment);
});

test('an engine cannot have files deleted that are not its run’s', async () => {
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec() });
  script('escape-retire');
  await workbench.train(id, { engine: 'auto' });
  expect(existsSync(join(workbench.home, 'clifford.db'))).toBe(true);
  expect(workbench.resolveRun(id).id).toBe(id);
});

test('the first abort stops with a checkpoint, the second ends at once', async () => {
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec({ steps: 1000 }) });
  script('ok', { stepMs: 5 });
  const stopper = new AbortController();
  const onEvent = (e: EngineEvent): void => {
    if (e.type === 'progress' && e.step === 12) stopper.abort();
  };
  const stopped = await workbench.train(id, { engine: 'auto', signal: stopper.signal, onEvent });
  expect(stopped).toMatchObject({ state: 'stopped', run: { reason: { code: 'CANCELLED' } } });
  expect(stopped.run.step).toBeGreaterThanOrEqual(12);
  expect(workbench.showRun(id).weightsStep).toBe(stopped.run.step);

  script('hang-on-stop', { stepMs: 5 });
  const [first, second] = [new AbortController(), new AbortController()];
  const killed = await workbench.train(id, {
    engine: 'auto',
    signal: first.signal,
    kill: second.signal,
    onEvent(e) {
      if (e.type !== 'progress') return;
      if (e.step === stopped.run.step + 2) first.abort();
      if (e.step === stopped.run.step + 30) second.abort();
    },
  });
  expect(killed.run).toMatchObject({
    state: 'stopped',
    reason: {
      code: 'CANCELLED',
      message: expect.stringMatching(/ended at once by the user .* resume goes on from step/),
    },
  });
});

test('a listener that throws does not end the training', async () => {
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec() });
  script('ok');
  const warned: Error[] = [];
  const collect = (warning: Error): void => void warned.push(warning);
  process.on('warning', collect);
  const outcome = await workbench.train(id, {
    engine: 'auto',
    onEvent(e) {
      if (e.type === 'started') throw new Error('the terminal is gone');
    },
  });
  await until(() => warned.length > 0);
  process.off('warning', collect);
  expect(outcome.state).toBe('finished');
  expect(warned[0]!.message).toBe('the terminal is gone');
});
