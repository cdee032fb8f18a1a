import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../../files/hash.ts';
import type { EngineEvent } from '../../shared/engine-protocol.ts';
import { errorOf, script, temporaryFolder, testWorkbench, trained } from './testing/home.ts';
import { testSpec } from './testing/spec.ts';

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

test('a job ends with the workbench that nobody could be told its result by', async () => {
  const workbench = testWorkbench();
  const id = await trained(workbench);
  script('hang');
  const out = join(temporaryFolder(), 'samples');
  const { sampler } = workbench.showRun(id).spec.evaluation;
  const job = workbench.sample(id, { labels: [[8, 8]], count: 1, sampler, seed: 1, out });
  const end = errorOf(() => job);
  workbench.close();
  expect(await end).toMatchObject({ code: 'CANCELLED' });
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
