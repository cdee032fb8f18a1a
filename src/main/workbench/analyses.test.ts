import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRows } from '../../files/safetensors-stream.ts';
import { DEFAULT_ANALYSES, type RepresentationSpec } from '../../shared/analysis.ts';
import type { AnalyzeOptions, Workbench } from './api.ts';
import { openWorkbench } from './service.ts';
import { cleanUp, errorOf, temporaryFolder } from './testing/home.ts';
import { testSpec } from './testing/spec.ts';

/** Measurements of runs with the engine process that users get, on a network of a few hundred parameters. */

const { pca, factorization } = DEFAULT_ANALYSES;
const reading = (change: Partial<RepresentationSpec> = {}): RepresentationSpec => ({
  ...{ tap: 'down2', network: 'trained', weights: 'auto', mode: 'clean', timestep: 5, seed: 0, perAxis: 4 },
  ...change,
});

function open(home = temporaryFolder()): Workbench {
  const workbench = openWorkbench({ home });
  cleanUp(() => workbench.close());
  return workbench;
}

/** A home with a run of three steps, which each test copies. */
const template = mkdtempSync(join(tmpdir(), 'clifford-analyses-'));
let id: string;
beforeAll(async () => {
  const workbench = openWorkbench({ home: template });
  ({ id } = workbench.createRun({ spec: testSpec({ steps: 3 }) }));
  await workbench.train(id, { engine: 'auto', threads: 1 });
  workbench.close();
}, 60_000);
afterAll(() => rmSync(template, { recursive: true, force: true }));

function trainedRun() {
  const home = temporaryFolder();
  cpSync(template, home, { recursive: true });
  const workbench = open(home);
  const { folder } = workbench.showRun(id);
  const analyze = async (change: Partial<AnalyzeOptions> = {}) => {
    const notices: string[] = [];
    const onNotice = (sentence: string) => void notices.push(sentence);
    const options = { step: null, representation: reading(), request: pca, threads: 1, onNotice, ...change };
    return { notices, ...(await workbench.analyze(id, options)) };
  };
  const files = (kind: string) =>
    workbench.showRun(id).artifacts.filter((artifact) => artifact.kind === kind);
  return { workbench, folder, analyze, files };
}

/** The values of the run's only or newest representation. */
const valuesOf = (folder: string, file: string): Float32Array => {
  const rows = openRows(join(folder, file), 'representation');
  try {
    return rows.read(0, rows.count);
  } finally {
    rows.dispose();
  }
};

test('the same question is answered from the store, another one from the same representation', async () => {
  const { workbench, analyze, files } = trainedRun();
  const first = await analyze();
  expect(first).toMatchObject({
    stored: false,
    record: { runId: id, step: 3, dimension: 128, shape: [8, 4, 4] },
  });
  // The weights that were read, not "auto": the average begins with the first step.
  expect(first.record.representation).toEqual(reading({ weights: 'ema' }));
  expect(first.record.seconds).toBeGreaterThan(0);
  expect(await analyze()).toEqual({ ...first, stored: true });
  expect(await analyze({ step: 3, representation: reading({ weights: 'ema' }) })).toEqual({
    ...first,
    stored: true,
  });

  const events: string[] = [];
  const other = await analyze({
    request: factorization,
    onEvent: (e) => e.type === 'analysis' && events.push(e.phase),
  });
  expect(other).toMatchObject({ stored: false, record: { answer: { kind: 'factorization' } } });
  expect(other.notices.join()).toMatch(/ideal tori/);
  expect(new Set(events)).toEqual(new Set(['analysing']));
  expect([files('representation').length, files('analysis').length]).toEqual([1, 2]);
  expect(workbench.listAnalyses(id)).toMatchObject([
    { step: 3, request: factorization, sha256: files('analysis')[1]!.sha256 },
    { step: 3, request: pca, representation: { weights: 'ema' } },
  ]);
  // A stored answer says what there was to say of it.
  expect((await analyze({ request: factorization })).notices).toEqual(other.notices);
});

test('equal questions leave equal files, together in one home and in another', async () => {
  const one = trainedRun();
  const [a, b] = await Promise.all([one.analyze(), one.analyze()]);
  // The second one waited for the first, and found its answer.
  expect(a.record).toEqual(b.record);
  expect([a.stored, b.stored].sort()).toEqual([false, true]);
  const other = trainedRun();
  await other.analyze();
  const all = ({ files }: typeof one) =>
    [...files('representation'), ...files('analysis')].map(({ kind, file, bytes, sha256 }) => {
      // A representation names its run.
      return kind === 'analysis' ? { file, bytes, sha256 } : { file, bytes };
    });
  expect(all(one)).toHaveLength(2);
  expect(all(other)).toEqual(all(one));
});

test('the untrained network is that of step 0', async () => {
  const { workbench, folder, analyze, files } = trainedRun();
  expect(workbench.analysisOptions(id)).toMatchObject({
    steps: [0, 1, 2, 3],
    timesteps: 10,
    taps: expect.arrayContaining([
      { name: 'down2', shape: [8, 4, 4] },
      { name: 'conditioning', shape: [8] },
    ]),
  });
  await analyze({ representation: reading({ network: 'untrained' }) });
  const start = await analyze({ step: 0 });
  expect(start.record.representation.weights).toBe('raw');
  const [untrained, milestone] = files('representation');
  expect(valuesOf(folder, untrained!.file)).toEqual(valuesOf(folder, milestone!.file));
  expect(untrained!.file).not.toBe(milestone!.file);
});

test('what is damaged or gone is computed again, and said to be', async () => {
  const { folder, analyze, files } = trainedRun();
  const { record } = await analyze();
  const [representation, analysis] = [files('representation')[0]!.file, files('analysis')[0]!.file];
  appendFileSync(join(folder, analysis), ' ');
  rmSync(join(folder, representation));
  const again = await analyze();
  expect(again).toMatchObject({ stored: false, record: { answer: record.answer } });
  expect(again.notices).toEqual([
    expect.stringMatching(/^analysis file \S+ has \d+ bytes, expected \d+: computed again$/),
    expect.stringMatching(/^representation file \S+ is missing: read again$/),
  ]);
  expect(await analyze()).toMatchObject({ stored: true, notices: [] });
});

test('what cannot be asked is refused, naming what can', async () => {
  const { analyze, files } = trainedRun();
  const refusal = (change: Partial<AnalyzeOptions>) => errorOf(() => analyze(change));
  expect(await refusal({ representation: reading({ tap: 'layer4' }) })).toMatchObject({
    code: 'INVALID_INPUT',
    message: 'tap: got "layer4", expected one of conditioning, stem, down1, down2, bottleneck1, up1, up2',
  });
  expect(await refusal({ step: 9 })).toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(/keeps no checkpoint of step 9; it has those of steps 0, 1, 2, 3/),
  });
  expect((await refusal({ representation: reading({ timestep: 10 }) })).message).toMatch(/from 0 to 9/);
  expect((await refusal({ representation: reading({ perAxis: 9 }) })).message).toMatch(
    /got 9, expected at most 8/,
  );
  // What only the measurement itself finds: noise alone, before the label acts, is the same everywhere.
  const same = reading({ mode: 'fixed-noise', tap: 'stem' });
  expect(await refusal({ representation: same })).toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(/points that are all the same/),
  });
  expect(files('analysis')).toEqual([]);
});

test('an analysis that is cancelled leaves no file that nobody knows', async () => {
  const { folder, analyze, files } = trainedRun();
  const stop = new AbortController();
  const representation = reading({ mode: 'trajectory', perAxis: null });
  const error = await errorOf(() =>
    analyze({ representation, signal: stop.signal, onEvent: (e) => e.type === 'analysis' && stop.abort() }),
  );
  expect(error.code).toBe('CANCELLED');
  const known = files('representation').map((a) => a.file.replace('representations/', ''));
  expect(readdirSync(join(folder, 'representations'))).toEqual(known);
  expect(files('analysis')).toEqual([]);
});

test('a run that is purged while it is read is not given a folder again', async () => {
  const { workbench, folder, analyze } = trainedRun();
  let purged = false;
  const error = await errorOf(() =>
    analyze({
      onEvent: (event) => {
        if (event.type !== 'analysis' || purged) return;
        purged = true;
        workbench.remove(id);
        workbench.purge(id);
      },
    }),
  );
  expect(error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringMatching(/no run has the id/) });
  expect(existsSync(folder)).toBe(false);
});

test('of two who ask at once, the one that waits is told if the run is removed meanwhile', async () => {
  const { workbench, analyze } = trainedRun();
  const representation = reading({ timestep: 6 });
  const begun = Promise.withResolvers<void>();
  const first = analyze({ representation, onEvent: () => begun.resolve() });
  const second = errorOf(() => analyze({ representation, request: factorization }));
  await begun.promise;
  workbench.remove(id);
  await first.catch(() => undefined);
  expect(await second).toMatchObject({ code: 'CONFLICT', message: expect.stringMatching(/was deleted/) });
});

test('phases of generation are counted from the evaluations', () => {
  const { workbench } = trainedRun();
  const { counts, damaged } = workbench.phases(id);
  expect(damaged).toEqual([]);
  expect(counts.map(({ step, section, images }) => [step, section, images])).toEqual([
    [0, 'overall', 1],
    [0, 'in-distribution', 1],
    [3, 'overall', 1],
    [3, 'in-distribution', 1],
  ]);
  for (const { counts: phases } of counts) expect(Object.values(phases).reduce((a, b) => a + b)).toBe(1);
});

test('a damaged evaluation is named and does not take the phases of the others with it', () => {
  const { workbench, folder, files } = trainedRun();
  const file = files('evaluation').find((one) => one.step === 0)!.file;
  appendFileSync(join(folder, file), ' ');
  const { counts, damaged } = workbench.phases(id);
  expect(new Set(counts.map(({ step }) => step))).toEqual(new Set([3]));
  expect(damaged).toEqual([
    { step: 0, message: expect.stringContaining(`evaluation file ${file} of run ${id}`) },
  ]);
  rmSync(join(folder, file));
  expect(workbench.phases(id)).toMatchObject({ counts, damaged: [{ step: 0 }] });
});

test('representations can be deleted; answers stay, and new questions read them again', async () => {
  const { workbench, folder, analyze, files } = trainedRun();
  const first = await analyze();
  const { file, bytes } = files('representation')[0]!;
  const told = [{ runId: id, name: workbench.showRun(id).name, files: 1, bytes }];
  expect(workbench.pruneRepresentations(null, { dryRun: true })).toEqual(told);
  expect(existsSync(join(folder, file))).toBe(true);
  expect(workbench.pruneRepresentations([id, id])).toEqual(told);
  expect(readdirSync(join(folder, 'representations'))).toEqual([]);
  expect([files('representation').length, files('analysis').length]).toEqual([0, 1]);
  expect(await analyze()).toEqual({ ...first, stored: true });
  expect(workbench.pruneRepresentations([id])).toMatchObject([{ files: 0, bytes: 0 }]);
  expect(workbench.pruneRepresentations(null)).toEqual([]);

  expect(await analyze({ request: factorization })).toMatchObject({ stored: false });
  expect(files('representation')).toMatchObject([{ file, bytes }]);
  workbench.remove(id);
  // What is in the bin may be restored as it was.
  expect(workbench.pruneRepresentations(null)).toEqual([]);
  expect(() => workbench.pruneRepresentations([id])).toThrow(/deleted/);
});

test('analyses travel in bundles and answer there; representations when everything is asked for', async () => {
  const { workbench, analyze } = trainedRun();
  const { record } = await analyze();
  const take = async (checkpoints: 'last' | 'all') => {
    const out = join(temporaryFolder(), 'run.clifford');
    await workbench.exportBundle(id, { contents: { checkpoints, samples: false }, out });
    const there = open();
    await there.importBundle(out);
    const kinds = there.showRun(id).artifacts.map((a) => a.kind);
    const answer = await there.analyze(id, { step: null, representation: reading(), request: pca });
    return { there, answer, representations: kinds.filter((kind) => kind === 'representation').length };
  };
  for (const [checkpoints, representations] of [
    ['last', 0],
    ['all', 1],
  ] as const) {
    const taken = await take(checkpoints);
    expect(taken.representations).toBe(representations);
    expect(taken.answer).toEqual({ stored: true, record: { ...record, seconds: null } });
    expect(taken.there.listAnalyses(id)).toMatchObject([{ step: 3, request: pca }]);
    taken.there.remove(id);
    taken.there.purge(id);
    expect(taken.there.listRuns({ includeDeleted: true })).toEqual([]);
  }
});
