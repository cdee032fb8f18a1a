import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256, specHash } from '../../files/hash.ts';
import type { EngineEvent } from '../../shared/engine-protocol.ts';
import { RunDetail, RunSummary } from '../../shared/records.ts';
import type { Workbench } from './api.ts';
import { openWorkbench } from './service.ts';
import {
  errorOf,
  script,
  SCRIPTED_ENGINE,
  setEnvironment,
  temporaryFolder,
  testWorkbench,
  until,
} from './testing/home.ts';
import { testSpec } from './testing/spec.ts';

async function trained(workbench: Workbench): Promise<string> {
  script('ok');
  const { id } = workbench.createRun({ spec: testSpec() });
  expect(await workbench.train(id, { engine: 'auto' })).toMatchObject({ state: 'finished' });
  return id;
}

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

test('runs are found by id, prefix, name and latest; what is ambiguous lists its candidates', async () => {
  const workbench = testWorkbench();
  expect(await errorOf(() => workbench.resolveRun('latest'))).toMatchObject({ code: 'NOT_FOUND' });
  const a = workbench.createRun({ spec: testSpec(), name: 'twin' });
  const b = workbench.createRun({ spec: testSpec(), name: 'twin' });
  const c = workbench.createRun({ spec: testSpec(), name: 'other' });
  expect(workbench.resolveRun(a.id.toUpperCase()).id).toBe(a.id);
  expect(workbench.resolveRun(a.id.slice(0, 9)).id).toBe(a.id);
  expect(workbench.resolveRun('twin').id).toBe(b.id);
  expect(workbench.resolveRun('latest').id).toBe(c.id);
  // Created within seconds of each other, the ids begin alike.
  const ambiguous = await errorOf(() => workbench.resolveRun(a.id.slice(0, 3)));
  expect(ambiguous.code).toBe('INVALID_INPUT');
  for (const { id } of [a, b, c]) expect(ambiguous.message).toContain(id);
  for (const nobody of ['%', '_', 'zzzz', '']) {
    expect(await errorOf(() => workbench.resolveRun(nobody))).toMatchObject({ code: 'NOT_FOUND' });
  }
});

test('names and tags that would break a table are refused', async () => {
  const workbench = testWorkbench();
  for (const name of ['', ' ', 'a\nb', 'latest', 'x'.repeat(121)]) {
    expect(await errorOf(() => workbench.createRun({ spec: testSpec(), name }))).toMatchObject({
      code: 'INVALID_INPUT',
    });
  }
  const bad = { ...testSpec(), seed: Number.NaN };
  expect(await errorOf(() => workbench.createRun({ spec: bad }))).toMatchObject({ code: 'INVALID_INPUT' });
  const { id } = workbench.createRun({ spec: testSpec() });
  expect(await errorOf(() => workbench.tag(id, { add: ['fine', '\u0007'] }))).toMatchObject({
    code: 'INVALID_INPUT',
  });
  // Valid by the schema, but its warm-up would never end.
  const { training } = testSpec();
  const endless = { ...testSpec(), training: { ...training, rate: { ...training.rate, warmupSteps: 20 } } };
  expect(await errorOf(() => workbench.createRun({ spec: endless }))).toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining('warmupSteps: got 20'),
  });
  expect(workbench.listRuns()).toHaveLength(1);
  expect(workbench.showRun(id).tags).toEqual([]);
});

test('tags, notes and filters', () => {
  const workbench = testWorkbench();
  const ids = [0, 1, 2].map(() => workbench.createRun({ spec: testSpec() }).id);
  workbench.tag(ids[0]!, { add: ['paper', 'seed 0'] });
  workbench.tag(ids[2]!, { add: ['paper'] });
  expect(workbench.tag(ids[0]!, { add: ['z'], remove: ['seed 0'] }).tags).toEqual(['paper', 'z']);
  expect(workbench.note(ids[1]!, 'first\nsecond').note).toBe('first\nsecond');
  expect(workbench.listRuns().map((r) => r.id)).toEqual([...ids].reverse());
  expect(workbench.listRuns({ tag: 'paper' }).map((r) => r.id)).toEqual([ids[2], ids[0]]);
  expect(workbench.listRuns({ tag: 'paper', limit: 1 }).map((r) => r.id)).toEqual([ids[2]]);
  expect(workbench.listRuns({ state: 'finished' })).toEqual([]);
});

test('rm hides, restore brings back, purge removes record and files, and each refuses the wrong state', async () => {
  const workbench = testWorkbench();
  const id = await trained(workbench);
  const { folder } = workbench.showRun(id);
  expect(await errorOf(() => workbench.purge(id))).toMatchObject({ code: 'CONFLICT' });
  expect(await errorOf(() => workbench.restore(id))).toMatchObject({ code: 'CONFLICT' });
  expect(workbench.remove(id).deletedAt).not.toBeNull();
  expect(await errorOf(() => workbench.remove(id))).toMatchObject({ code: 'CONFLICT' });
  expect(workbench.listRuns()).toEqual([]);
  expect(workbench.listRuns({ includeDeleted: true })).toHaveLength(1);
  expect(await errorOf(() => workbench.resolveRun(id))).toMatchObject({
    message: expect.stringContaining('restore'),
  });
  expect(workbench.restore(id).deletedAt).toBeNull();
  expect(workbench.showRun(id).metrics.loss).toHaveLength(20);
  workbench.remove(id);
  workbench.purge(id);
  expect(existsSync(folder)).toBe(false);
  expect(await errorOf(() => workbench.showRun(id))).toMatchObject({ code: 'NOT_FOUND' });
});

test('export copies the model as recorded, and builds others from kept checkpoints', async () => {
  const workbench = testWorkbench();
  const id = await trained(workbench);
  const out = join(temporaryFolder(), 'model.onnx');
  const copy = await workbench.export(id, { out });
  expect(readFileSync(out, 'utf8')).toBe('model of step 20');
  expect(copy).toMatchObject({ kind: 'model', file: out, step: 20, sha256: sha256('model of step 20') });
  await workbench.export(id, { out, step: 15 });
  expect(readFileSync(out, 'utf8')).toBe('model of step 15 with tap null');
  expect(await workbench.export(id, { out, tap: 'mid' })).toMatchObject({
    kind: 'taps',
    step: 20,
    file: out,
  });

  expect(await errorOf(() => workbench.export(id, { out, step: 4 }))).toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('steps 15, 20'),
  });
  const inside = join(workbench.showRun(id).folder, 'model.onnx');
  expect(await errorOf(() => workbench.export(id, { out: inside }))).toMatchObject({ code: 'INVALID_INPUT' });
  const nowhere = join(temporaryFolder(), 'no', 'model.onnx');
  expect(await errorOf(() => workbench.export(id, { out: nowhere }))).toMatchObject({
    code: 'INVALID_INPUT',
  });
  expect(await errorOf(() => workbench.export(id, { out: temporaryFolder() }))).toMatchObject({
    code: 'INVALID_INPUT',
  });
});

test('what is stored is not overwritten by way of symbolic links', async () => {
  const workbench = testWorkbench();
  const id = await trained(workbench);
  const { folder } = workbench.showRun(id);
  const stored = readFileSync(join(folder, 'model.onnx'), 'utf8');
  const elsewhere = temporaryFolder();
  const [run, home, file] = ['run', 'home', 'new.onnx'].map((name) => join(elsewhere, name)) as [
    string,
    string,
    string,
  ];
  symlinkSync(folder, run);
  symlinkSync(workbench.home, home);
  symlinkSync(join(folder, 'not-there.onnx'), file);
  for (const out of [
    join(run, 'model.onnx'),
    join(home, 'runs', 'x.onnx'),
    join(home, 'clifford.db'),
    file,
  ]) {
    expect(await errorOf(() => workbench.export(id, { out, step: 15 }))).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('belongs to the run history'),
    });
  }
  const { sampler } = testSpec().evaluation;
  for (const out of [run, join(run, 'new', 'er'), join(home, 'runs')]) {
    const request = { labels: [[1, 2]] as [number, number][], count: 1, sampler, seed: 0, out };
    expect(await errorOf(() => workbench.sample(id, request))).toMatchObject({ code: 'INVALID_INPUT' });
  }
  expect(readFileSync(join(folder, 'model.onnx'), 'utf8')).toBe(stored);
  expect(readdirSync(elsewhere).sort()).toEqual(['home', 'new.onnx', 'run']);
});

test('a home that is reached by a symbolic link protects its real place too', async () => {
  const real = temporaryFolder();
  const link = join(temporaryFolder(), 'link');
  symlinkSync(real, link);
  const workbench = testWorkbench(link);
  const id = await trained(workbench);
  const out = join(real, 'runs', id, 'model.onnx');
  expect(await errorOf(() => workbench.export(id, { out }))).toMatchObject({ code: 'INVALID_INPUT' });
  await workbench.export(id, { out: join(real, '..', `${id}.onnx`) }); // beside the home
  rmSync(join(real, '..', `${id}.onnx`));
});

test('a finished run whose model file is damaged or missing lends that of its newest checkpoint, and says so', async () => {
  const workbench = testWorkbench();
  const id = await trained(workbench);
  const model = join(workbench.showRun(id).folder, 'model.onnx');
  const notices: string[] = [];
  const onNotice = (sentence: string): void => void notices.push(sentence);
  const out = join(temporaryFolder(), 'model.onnx');
  writeFileSync(model, 'model of step 99');
  await workbench.export(id, { out, step: 20, onNotice });
  expect(readFileSync(out, 'utf8')).toBe('model of step 20 with tap null');
  expect(notices).toEqual([]); // that step's model, as asked for
  await workbench.export(id, { out, onNotice });
  expect(readFileSync(out, 'utf8')).toBe('model of step 20 with tap null');
  expect(notices).toEqual([
    expect.stringMatching(
      /^model file model\.onnx of run .* has sha256 .*: using the model of step 20, exported again from its newest whole checkpoint$/,
    ),
  ]);
  rmSync(model);
  expect(await workbench.evaluate(id, { onNotice })).toMatchObject({ step: 20 });
  expect(notices).toHaveLength(1); // the model exported again is the run's now
});

test('a history that was lost is told while the run folders are there', async () => {
  const home = temporaryFolder();
  const first = openWorkbench({ home, engineEntry: SCRIPTED_ENGINE });
  await trained(first);
  first.close();
  const notices: string[] = [];
  const open = (): void =>
    openWorkbench({ home, onNotice: (sentence) => void notices.push(sentence) }).close();
  open();
  expect(notices).toEqual([]);
  writeFileSync(join(home, 'clifford.db'), '');
  open();
  expect(notices).toEqual([
    expect.stringContaining(`${join(home, 'runs')} holds 1 run folder without a record`),
  ]);
  const fresh = temporaryFolder();
  mkdirSync(join(fresh, 'runs'));
  openWorkbench({ home: fresh, onNotice: (sentence) => void notices.push(sentence) }).close();
  expect(notices).toHaveLength(1);
});

test('notes have a limit', async () => {
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec() });
  expect(workbench.note(id, 'x'.repeat(10_000)).note).toHaveLength(10_000);
  expect(await errorOf(() => workbench.note(id, 'x'.repeat(10_001)))).toMatchObject({
    code: 'INVALID_INPUT',
    message: 'note: got 10001 characters, expected at most 10000',
  });
});

test('a damaged model file without a whole checkpoint is refused, and nothing is written', async () => {
  const workbench = testWorkbench();
  const id = await trained(workbench);
  const { folder, artifacts } = workbench.showRun(id);
  for (const { file, kind } of artifacts) {
    if (kind === 'checkpoint' || kind === 'milestone') writeFileSync(join(folder, file), '99');
  }
  writeFileSync(join(folder, 'model.onnx'), 'model of step 99');
  const out = join(temporaryFolder(), 'model.onnx');
  for (const action of [
    () => workbench.export(id, { out }),
    () => workbench.evaluate(id, {}),
    () =>
      workbench.sample(id, {
        labels: [[1, 2]],
        count: 1,
        sampler: testSpec().evaluation.sampler,
        seed: 0,
        out,
      }),
  ]) {
    const error = await errorOf(action);
    expect(error.code).toBe('STORAGE');
    expect(error.message).toContain(`checkpoints/000020.state has sha256 ${sha256('99')}`);
    expect(existsSync(out)).toBe(false);
  }
});

test('evaluating and sampling again', async () => {
  const workbench = testWorkbench();
  const id = await trained(workbench);
  expect(await workbench.evaluate(id, {})).toMatchObject({ step: 20, sections: [{ both: { mean: 0.75 } }] });
  const detail = workbench.showRun(id);
  expect(detail.accuracy).toEqual({ overall: 0.75 });
  expect(detail.evaluations.filter((e) => e.step === 20)).toHaveLength(2);
  expect(detail.artifacts.filter((a) => a.kind === 'evaluation')).toHaveLength(1);
  const out = join(temporaryFolder(), 'new', 'samples');
  const request = {
    labels: [[8, 8.5]] as [number, number][],
    count: 2,
    sampler: detail.spec.evaluation.sampler,
    seed: 1,
  };
  expect(await workbench.sample(id, { ...request, out })).toEqual({
    files: [join(out, 'samples.npy')],
    step: 20,
  });
  expect(readFileSync(join(out, 'samples.npy'), 'utf8')).toContain('[[8,8.5]]');
  script('hang');
  const cancelled = workbench.sample(id, { ...request, out, signal: AbortSignal.timeout(300) });
  expect(await errorOf(() => cancelled)).toMatchObject({ code: 'CANCELLED' });
  const queued = workbench.createRun({ spec: testSpec() });
  expect(await errorOf(() => workbench.evaluate(queued.id, {}))).toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(/has no exported model: it is queued at step 0 of 20/),
  });
});

test('a run that is not finished lends the model of its newest whole checkpoint, exported once', async () => {
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec() });
  script('sigkill', { step: 12 });
  await workbench.train(id, { engine: 'auto' });
  const { folder } = workbench.showRun(id);
  const models = () => workbench.showRun(id).artifacts.filter((a) => a.kind === 'model');
  const notices: string[] = [];
  const onNotice = (sentence: string): void => void notices.push(sentence);

  expect(await workbench.evaluate(id, { onNotice })).toMatchObject({ step: 10 });
  expect(notices).toEqual([
    expect.stringMatching(/ is failed at step 12 of 20: using the model of step 10, its newest checkpoint$/),
  ]);
  const text = 'model of step 10 with tap null';
  expect(models()).toEqual([
    { kind: 'model', file: 'model-step-00000010.onnx', step: 10, bytes: text.length, sha256: sha256(text) },
  ]);
  expect(readFileSync(join(folder, 'model-step-00000010.onnx'), 'utf8')).toBe(text);

  const out = temporaryFolder();
  const { sampler } = testSpec().evaluation;
  const request = { labels: [[1, 2]] as [number, number][], count: 1, sampler, seed: 0, out };
  const seen: string[] = [];
  const onEvent = (e: EngineEvent): void => void seen.push(e.type);
  expect(await workbench.sample(id, { ...request, onEvent })).toMatchObject({ step: 10 });
  expect(seen).toEqual(['artifact', 'ended']); // one job: the model was there already
  await workbench.export(id, { out: join(out, 'model.onnx') });
  expect(readFileSync(join(out, 'model.onnx'), 'utf8')).toBe(text);

  // A damaged newest checkpoint: the one before. A newer one: a newer model. At the end: the run's own.
  writeFileSync(join(folder, 'milestones', 'best-10.state'), '99');
  writeFileSync(join(folder, 'checkpoints', '000010.state'), '99');
  expect(await workbench.evaluate(id, {})).toMatchObject({ step: 5 });
  script('sigkill', { step: 17 });
  await workbench.train(id, { engine: 'auto' });
  expect(await workbench.evaluate(id, {})).toMatchObject({ step: 15 });
  script('ok');
  await workbench.train(id, { engine: 'auto' });
  notices.length = 0;
  expect(await workbench.evaluate(id, { onNotice })).toMatchObject({ step: 20 });
  expect(notices).toEqual([]);
});

test('without a whole checkpoint there is no model to lend, and each is named', async () => {
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec() });
  script('sigkill', { step: 7 });
  await workbench.train(id, { engine: 'auto' });
  const { folder, artifacts } = workbench.showRun(id);
  for (const { file } of artifacts) writeFileSync(join(folder, file), '');
  const error = await errorOf(() => workbench.export(id, { out: join(temporaryFolder(), 'm.onnx') }));
  expect(error.code).toBe('STORAGE');
  for (const { file } of artifacts) expect(error.message).toContain(`${file} has 0 bytes, expected 1`);
});

test('a spec that this version cannot read spoils its own run only', async () => {
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  const { id } = workbench.createRun({ spec: testSpec() });
  const { default: Database } = await import('better-sqlite3');
  const client = new Database(join(home, 'clifford.db'));
  client.prepare(`UPDATE runs SET spec = '{"version":2}' WHERE id = ?`).run(id);
  client.close();
  expect(workbench.listRuns()).toHaveLength(1);
  expect(await errorOf(() => workbench.showRun(id))).toMatchObject({ code: 'STORAGE' });
});
