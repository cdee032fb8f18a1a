import { truncateSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TrainOutcome, Workbench } from './api.ts';
import { tryLock } from './lock.ts';
import { startChild, type Child } from './testing/child.ts';
import {
  cleanUp,
  errorOf,
  script,
  SCRIPTED_ENGINE,
  temporaryFolder,
  testWorkbench,
  until,
} from './testing/home.ts';
import { testSpec } from './testing/spec.ts';

/** Recorded and queued; without steps the run goes on until it is stopped. */
function queued(workbench: Workbench, name: string, steps = 100_000): string {
  const { id } = workbench.createRun({ spec: testSpec({ steps }), name });
  workbench.enqueue(id, 'back');
  return id;
}

/** Starts the queue; it is stopped before the workbench closes. */
function drain(workbench: Workbench): { ended: string[]; stop: () => Promise<void> } {
  const ended: string[] = [];
  const onEnd = ({ run, state }: TrainOutcome): void => void ended.push(`${run.name} ${state}`);
  const queue = workbench.runQueue({ onEnd });
  cleanUp(() => void queue.stop());
  return { ended, stop: () => queue.stop() };
}

const waiting = (workbench: Workbench): string[] => workbench.queue().waiting.map((run) => run.name);
const running = (workbench: Workbench): string[] => workbench.queue().running.map((run) => run.name);
const stateOf = (workbench: Workbench, id: string): string => workbench.resolveRun(id).state;

/** A service of the same home in another process, which trains what is queued. */
function otherService(home: string): Child {
  return startChild(
    `
    import { openWorkbench } from './service.ts';
    const workbench = openWorkbench({ home: ${JSON.stringify(home)}, engineEntry: ${JSON.stringify(SCRIPTED_ENGINE)} });
    workbench.runQueue({ onEnd: ({ run, state }) => console.log(run.name + ' ' + state) });
    console.log('open');
  `,
    { SCRIPT: 'ok', SCRIPT_STEP_MS: '1' },
  );
}

test('queued runs train one after the other, in their order', async () => {
  script('ok');
  const workbench = testWorkbench();
  for (const name of ['b', 'c']) queued(workbench, name, 10);
  const { id } = workbench.createRun({ spec: testSpec({ steps: 10 }), name: 'a' });
  expect(workbench.enqueue(id, 'front')).toMatchObject({ state: 'queued', queuePosition: 0 });
  workbench.createRun({ spec: testSpec(), name: 'not queued' });
  expect(waiting(workbench)).toEqual(['a', 'b', 'c']);
  const { ended } = drain(workbench);
  await until(() => ended.length === 3);
  expect(ended).toEqual(['a finished', 'b finished', 'c finished']);
  expect(workbench.queue()).toMatchObject({ running: [], waiting: [], obstacle: null });
  expect(workbench.listRuns({ state: 'queued' }).map((run) => run.name)).toEqual(['not queued']);
  // What is queued later starts by itself.
  queued(workbench, 'd', 5);
  await until(() => ended.length === 4);
});

test('an engine that crashes fails its run with the reason, and the queue goes on without trying again', async () => {
  script('sigkill', { step: 15 });
  const workbench = testWorkbench();
  const crashing = queued(workbench, 'crashing', 20);
  queued(workbench, 'fine', 10);
  const { ended } = drain(workbench);
  await until(() => ended.length === 2);
  expect(ended).toEqual(['crashing failed', 'fine finished']);
  expect(workbench.rowOf(crashing)).toMatchObject({
    state: 'failed',
    reason: { code: 'ENGINE_CRASH', message: expect.stringContaining('SIGKILL') },
    queuePosition: null,
    progress: null,
  });
  // Queued again, it goes on from its checkpoint.
  script('ok');
  workbench.enqueue(crashing, 'back');
  await until(() => ended.length === 3);
  expect(workbench.showRun(crashing)).toMatchObject({ state: 'finished' });
  expect(workbench.showRun(crashing).events.map((e) => e.message)).toContain(
    'resumes from checkpoints/000010.state at step 10',
  );
});

test('a run that cannot even be started fails with the reason, and the queue goes on', async () => {
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec({ steps: 20 }), name: 'damaged' });
  script('sigkill', { step: 7 });
  await workbench.train(id, { engine: 'auto' });
  const { folder, artifacts } = workbench.showRun(id);
  for (const { file } of artifacts) truncateSync(join(folder, file), 0);
  script('ok');
  workbench.enqueue(id, 'back');
  queued(workbench, 'fine', 5);
  const { ended } = drain(workbench);
  await until(() => ended.length === 2);
  expect(ended).toEqual(['damaged failed', 'fine finished']);
  expect(workbench.resolveRun(id).reason).toMatchObject({
    code: 'STORAGE',
    message: expect.stringMatching(/no whole checkpoint/),
  });
});

test('as many train at once as asked, sharing the lock and the cores; a lower number holds for the next', async () => {
  script('ok', { stepMs: 2 });
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  workbench.setQueue({ concurrency: 2 });
  const [a, b, c] = ['a', 'b', 'c'].map((name) => queued(workbench, name));
  const { ended } = drain(workbench);
  await until(() => [a, b].every((id) => (workbench.showRun(id!).weightsStep ?? 0) > 0));
  expect(running(workbench)).toEqual(['a', 'b']);
  expect(waiting(workbench)).toEqual(['c']);
  const share = String(Math.max(1, Math.floor(availableParallelism() / 2)));
  expect(workbench.showRun(a!).environment.threads).toBe(share);
  // The lock is one, and its owner is told to others; the run itself is not trained twice.
  const other = testWorkbench(home);
  expect(await errorOf(() => other.train(c!, { engine: 'auto' }))).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining(`is training run ${a} (a)`),
  });
  expect(await errorOf(() => workbench.train(a!, { engine: 'auto' }))).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('is being trained by this process already'),
  });
  workbench.setQueue({ concurrency: 1 });
  expect(await workbench.stop(a!)).toBe('stopped');
  await until(() => ended.length === 1);
  expect(running(workbench)).toEqual(['b']);
  expect(tryLock(join(home, 'train.lock'))).toBeUndefined();
  expect(await errorOf(() => other.train(c!, { engine: 'auto' }))).toMatchObject({
    message: expect.stringContaining(`is training run ${b} (b)`),
  });
  await workbench.stop(b!);
  await until(() => running(workbench)[0] === 'c');
  // One at a time: all cores, unless the settings say otherwise.
  expect(workbench.showRun(b!).environment.threads).toBe(share);
  await until(() => workbench.showRun(c!).environment.threads === String(availableParallelism()));
  await workbench.stop(c!);
  // Stopped by the user, none of them comes back.
  expect(waiting(workbench)).toEqual([]);
  await until(() => ended.length === 3);
  tryLock(join(home, 'train.lock'))!.dispose();
});

test('a paused queue starts nothing and lets end what runs', async () => {
  script('ok');
  const workbench = testWorkbench();
  workbench.setQueue({ paused: true });
  queued(workbench, 'a', 30);
  const { ended } = drain(workbench);
  expect(workbench.queue()).toMatchObject({ paused: true, running: [], obstacle: 'The queue is paused.' });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(running(workbench)).toEqual([]);
  workbench.setQueue({ paused: false });
  queued(workbench, 'b', 30);
  await until(() => running(workbench).length === 1);
  workbench.setQueue({ paused: true });
  await until(() => ended.length === 1);
  expect(waiting(workbench)).toEqual(['b']);
  expect(await errorOf(() => workbench.setQueue({ concurrency: 0 }))).toMatchObject({
    code: 'INVALID_INPUT',
  });
});

test('the order can be changed; a deleted run waits no longer, and what cannot train cannot be queued', async () => {
  script('ok');
  const workbench = testWorkbench();
  const [a, b, c] = ['a', 'b', 'c'].map((name) => queued(workbench, name, 5));
  expect(workbench.moveInQueue(c!, 0).waiting.map((run) => run.name)).toEqual(['c', 'a', 'b']);
  expect(workbench.moveInQueue(c!, 1).waiting.map((run) => run.name)).toEqual(['a', 'c', 'b']);
  expect(workbench.moveInQueue(a!, 99).waiting.map((run) => run.name)).toEqual(['c', 'b', 'a']);
  expect(workbench.queue().waiting.map((run) => run.queuePosition)).toEqual([0, 1, 2]);
  workbench.enqueue(a!, 'front');
  expect(waiting(workbench)).toEqual(['a', 'c', 'b']);
  workbench.remove(c!);
  expect(workbench.leaveQueue(b!).waiting.map((run) => run.name)).toEqual(['a']);
  expect(stateOf(workbench, b!)).toBe('queued');
  expect(await errorOf(() => workbench.leaveQueue(b!))).toMatchObject({ code: 'CONFLICT' });
  expect(await errorOf(() => workbench.moveInQueue(b!, 0))).toMatchObject({ code: 'CONFLICT' });
  expect(await errorOf(() => workbench.enqueue(c!, 'back'))).toMatchObject({ code: 'CONFLICT' });
  // Trained otherwise, it leaves the queue as well.
  await workbench.train(a!, { engine: 'auto' });
  expect(waiting(workbench)).toEqual([]);
  expect(await errorOf(() => workbench.enqueue(a!, 'back'))).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('is finished'),
  });
});

test('a workbench that is closed checkpoints its runs and finds them first in the queue when it opens again', async () => {
  script('ok', { stepMs: 2 });
  const home = temporaryFolder();
  const before = testWorkbench(home);
  before.setQueue({ concurrency: 3 });
  const ids = ['a', 'b', 'stopped by hand', 'c'].map((name) => queued(before, name));
  const { ended, stop } = drain(before);
  await until(() => ids.slice(0, 3).every((id) => (before.showRun(id).weightsStep ?? 0) > 0));
  // The user's stop counts although the workbench is closed at the same moment.
  const byHand = before.stop(ids[2]!);
  await stop();
  expect(await byHand).toBe('stopped');
  expect(ended.sort()).toEqual(['a stopped', 'b stopped', 'stopped by hand stopped']);
  expect(waiting(before)).toEqual(['a', 'b', 'c']);
  const { reason, step } = before.resolveRun(ids[0]!);
  expect(reason).toMatchObject({
    code: 'CANCELLED',
    message: `stopped at step ${step} of 100000 because the workbench was closed; it is first in the queue, and resume goes on from step ${step}`,
  });
  expect(before.showRun(ids[0]!).weightsStep).toBe(step);
  before.close();

  const after = testWorkbench(home);
  const again = drain(after);
  await until(() => running(after).length === 3);
  expect(running(after).sort()).toEqual(['a', 'b', 'c']);
  await until(() => after.resolveRun(ids[0]!).step > step);
  await again.stop();
});

test('a run that leaves the queue, or a queue that is stopped, while the lock is waited for starts nothing', async () => {
  script('ok');
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  const lock = tryLock(join(home, 'train.lock'))!;
  const id = queued(workbench, 'a', 5);
  const { ended, stop } = drain(workbench);
  workbench.leaveQueue(id);
  lock.dispose();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(stateOf(workbench, id)).toBe('queued');
  const again = tryLock(join(home, 'train.lock'))!;
  workbench.enqueue(id, 'back');
  const stopping = stop();
  again.dispose();
  await stopping;
  expect(waiting(workbench)).toEqual(['a']);
  expect(workbench.showRun(id).events.map((e) => e.state)).toEqual(['queued']);
  expect(ended).toEqual([]);
});

test('seconds of training add up over its stretches', async () => {
  script('await-stop', { step: 12 });
  const workbench = testWorkbench();
  const id = queued(workbench, 'a', 20);
  const { ended } = drain(workbench);
  await until(() => workbench.resolveRun(id).step === 12);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await workbench.stop(id);
  await until(() => ended.length === 1);
  const first = workbench.rowOf(id).seconds;
  expect(first).toBeGreaterThan(0.3);
  script('ok');
  workbench.enqueue(id, 'back');
  await until(() => ended.length === 2);
  expect(workbench.rowOf(id).seconds).toBeGreaterThan(first);
});

test('while another process trains the queue waits, says who it is, and goes on when that one is killed', async () => {
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  const { id } = workbench.createRun({ spec: testSpec({ steps: 100_000 }), name: 'elsewhere' });
  const trainer = startChild(
    `
    import { openWorkbench } from './service.ts';
    const workbench = openWorkbench({ home: ${JSON.stringify(home)}, engineEntry: ${JSON.stringify(SCRIPTED_ENGINE)} });
    await workbench.train(${JSON.stringify(id)}, { engine: 'auto', onEvent: (e) => console.log(e.type) });
  `,
    { SCRIPT: 'ok', SCRIPT_STEP_MS: '2' },
  );
  await trainer.printed('checkpoint');
  script('ok');
  const mine = queued(workbench, 'mine', 5);
  const { ended } = drain(workbench);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(workbench.queue()).toMatchObject({
    running: [{ name: 'elsewhere', progress: { phase: 'training', steps: 100_000 } }],
    waiting: [{ name: 'mine' }],
    obstacle: expect.stringContaining(`is training run ${id} (elsewhere) in process ${trainer.child.pid}`),
  });
  await trainer.kill();
  await until(() => ended.length === 1);
  expect(ended).toEqual(['mine finished']);
  expect(stateOf(workbench, mine)).toBe('finished');
  expect(workbench.resolveRun(id)).toMatchObject({ state: 'interrupted', reason: { code: 'ENGINE_CRASH' } });
  // Nobody asked for it to be tried again.
  expect(waiting(workbench)).toEqual([]);
});

test('two services of one home train each run once', async () => {
  script('ok', { stepMs: 1 });
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  const service = otherService(home);
  await service.printed('open');
  const { ended } = drain(workbench);
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) queued(workbench, name, 30);
  const theirs = (): string[] =>
    service
      .output()
      .split('\n')
      .filter((line) => line.includes(' '));
  await until(() => ended.length + theirs().length === 4);
  expect([...ended, ...theirs()].sort()).toEqual(names.map((name) => `${name} finished`));
  for (const { id } of workbench.listRuns()) {
    // From its beginning to its end in one go: nobody took it over.
    expect(workbench.showRun(id).events.map((e) => e.state)).toEqual(['queued', 'running', 'finished']);
  }
});

test('a service that is killed leaves its run interrupted, and another one goes on with the queue', async () => {
  script('ok');
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  const [long, last] = [queued(workbench, 'long'), queued(workbench, 'last', 5)];
  const service = otherService(home);
  await until(() => (workbench.showRun(long).weightsStep ?? 0) > 0);
  const { ended } = drain(workbench);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(running(workbench)).toEqual(['long']);
  await service.kill();
  await until(() => ended.length === 1);
  expect([stateOf(workbench, long), stateOf(workbench, last)]).toEqual(['interrupted', 'finished']);
});
