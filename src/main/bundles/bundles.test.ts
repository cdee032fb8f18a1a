import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { sha256 } from '../../files/hash.ts';
import type { RunDetail } from '../../shared/records.ts';
import type { Workbench } from '../workbench/api.ts';
import {
  cleanUp,
  errorOf,
  script,
  SCRIPTED_ENGINE,
  temporaryFolder,
  testWorkbench,
  until,
} from '../workbench/testing/home.ts';
import { openWorkbench } from '../workbench/service.ts';
import { testSpec } from '../workbench/testing/spec.ts';
import type { Manifest } from './format.ts';
import { readZip } from './testing/zip.ts';

const ALL = { checkpoints: 'all', samples: true } as const;
const LAST = { checkpoints: 'last', samples: true } as const;
const NONE = { checkpoints: 'none', samples: false } as const;
const newFile = () => join(temporaryFolder(), 'run.clifford');

async function trained(workbench: Workbench, seed = 3): Promise<string> {
  const { id } = workbench.createRun({
    spec: testSpec({ seed }),
    name: 'kept',
    preset: 'p',
    tags: ['b', 'a'],
  });
  script('ok');
  await workbench.train(id, { engine: 'auto' });
  return id;
}

/** Trains until a step, with a checkpoint there. */
async function stoppedAt(workbench: Workbench, step: number): Promise<string> {
  const { id } = workbench.createRun({ spec: testSpec({ steps: 40 }) });
  script('await-stop', { step });
  const stop = new AbortController();
  await workbench.train(id, {
    engine: 'auto',
    signal: stop.signal,
    onEvent: (e) => e.type === 'progress' && e.step === step && stop.abort(),
  });
  script('ok');
  return id;
}

/** What must be the same in both homes. */
function withoutFolder({ folder: _, ...detail }: RunDetail): Omit<RunDetail, 'folder'> {
  return detail;
}

/** Names in the folder of runs, hidden ones too. */
const folders = (workbench: Workbench) => readdirSync(join(workbench.home, 'runs')).sort();

describe('a bundle', () => {
  test('brings a run to another home as it was', async () => {
    const [here, there] = [testWorkbench(), testWorkbench()];
    const parent = here.createRun({ spec: testSpec({ seed: 3 }), name: 'parent' });
    const { id } = here.createRun({
      spec: testSpec({ seed: 3 }),
      name: 'kept',
      preset: 'p',
      tags: ['b', 'a'],
      parent: parent.id,
    });
    script('ok');
    await here.train(id, { engine: 'auto' });
    await here.evaluate(id, {});
    here.note(id, 'two\nlines, "quoted"');
    here.star(id, true);
    const out = newFile();
    const progress: number[] = [];
    await here.exportBundle(id, { contents: ALL, out, onProgress: (f) => progress.push(f) });
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));

    const unpacking: number[] = [];
    const answer = await there.importBundle(out, { onProgress: (f) => unpacking.push(f) });
    expect(answer).toEqual({ runId: id, name: 'kept', existed: false });
    expect(unpacking.at(-1)).toBe(1);
    const [before, after] = [here.showRun(id), there.showRun(id)];
    expect(withoutFolder(after)).toEqual(withoutFolder(before));
    for (const { file, sha256: hash } of after.artifacts) {
      expect(sha256(readFileSync(join(after.folder, file)))).toBe(hash);
    }
    // What is kept beside the detail: the star, the parent (unknown here), the seconds, the best accuracy.
    const [row, otherRow] = [here.rowOf(id), there.rowOf(id)];
    expect(otherRow).toEqual({ ...row, parent: { id: parent.id, name: null } });
    expect(otherRow.starred).toBe(true);
    expect(folders(there)).toEqual([id]);
    // Further evaluations are told apart from training's own, as in its first home.
    await there.evaluate(id, {});
    expect(there.showRun(id).evaluations).toHaveLength(before.evaluations.length + 1);
  });

  test('is one moment of the run and its files, and says so in a manifest with hashes', async () => {
    const workbench = testWorkbench();
    const id = await trained(workbench);
    const [first, second] = [newFile(), newFile()];
    await workbench.exportBundle(id, { contents: ALL, out: first });
    await workbench.exportBundle(id, { contents: ALL, out: second });
    const bytes = readFileSync(first);
    expect(bytes.equals(readFileSync(second))).toBe(true);

    const entries = readZip(bytes);
    expect(entries[0]!.name).toBe('manifest.json');
    const manifest = JSON.parse(entries[0]!.content.toString()) as Manifest;
    expect(manifest).toMatchObject({ format: 'clifford-bundle', version: 1, contents: ALL });
    expect(entries.slice(1).map((e) => e.name)).toEqual(manifest.files.map((f) => f.path));
    for (const [i, file] of manifest.files.entries()) {
      const { content, method } = entries[i + 1]!;
      expect([file.path, content.length, sha256(content)]).toEqual([file.path, file.bytes, file.sha256]);
      expect(method).toBe(file.path.startsWith('artifacts/') ? 0 : 8);
    }
    const text = (name: string) => entries.find((e) => e.name === name)!.content.toString();
    const detail = workbench.showRun(id);
    expect(JSON.parse(text('spec.json'))).toEqual(detail.spec);
    expect(JSON.parse(text('environment.json'))).toEqual(detail.environment);
    expect(text('metrics.csv').split('\n')[3]).toBe(`3,loss,${1 / 3}`);
    expect(manifest.files.filter((f) => f.kind === 'figure').map((f) => f.path)).toEqual(
      ['label-map', 'loss', 'accuracy'].flatMap((n) => ['svg', 'png', 'csv'].map((e) => `figures/${n}.${e}`)),
    );
    expect(text('figures/loss.csv')).toBe(text('metrics.csv'));
  });

  test('holds the checkpoints that were asked for, and runs on from them elsewhere', async () => {
    const workbench = testWorkbench();
    const id = await stoppedAt(workbench, 12);
    const kinds = async (contents: Parameters<Workbench['exportBundle']>[1]['contents']) => {
      const out = newFile();
      await workbench.exportBundle(id, { contents, out });
      const names = readZip(readFileSync(out)).map((e) => e.name);
      return { out, states: names.filter((n) => /checkpoints|milestones/.test(n)).map((n) => n.slice(10)) };
    };
    const [all, last, none] = [await kinds(ALL), await kinds(LAST), await kinds(NONE)];
    expect(all.states).toEqual([
      'checkpoints/000010.state',
      'milestones/best-10.state',
      'checkpoints/000012.state',
    ]);
    expect(last.states).toEqual(['checkpoints/000012.state']);
    expect(none.states).toEqual([]);

    const there = testWorkbench();
    await there.importBundle(last.out);
    const before = there.showRun(id);
    expect(before).toMatchObject({
      state: 'stopped',
      weightsStep: 12,
      weights: workbench.showRun(id).weights,
    });
    expect(await there.train(id, { engine: 'auto' })).toMatchObject({ state: 'finished' });
    const { metrics, events } = there.showRun(id);
    expect(metrics['loss']!.map(([step]) => step)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(events.map((e) => e.message).join()).toContain('resumes from checkpoints/000012.state at step 12');
  });

  test('without a checkpoint of a run that is not finished says what a resume will do', async () => {
    const [here, there] = [testWorkbench(), testWorkbench()];
    const id = await stoppedAt(here, 12);
    const out = newFile();
    await here.exportBundle(id, { contents: NONE, out });
    await there.importBundle(out);
    const detail = there.showRun(id);
    expect(detail).toMatchObject({ state: 'stopped', step: 12, weights: null, weightsStep: null });
    expect(detail.metrics['loss']).toHaveLength(12);
    expect(detail.events.at(-1)!.message).toMatch(/no checkpoint of step 12: resume starts the run again/);
    expect(await there.importBundle(out)).toMatchObject({ existed: true });
  });

  test('of a run that trains at that moment is whole, and interrupted where it arrives', async () => {
    const [here, there] = [testWorkbench(), testWorkbench()];
    const { id } = here.createRun({ spec: testSpec({ steps: 4000, checkpointEvery: 2 }) });
    script('ok', { stepMs: 40 });
    const stop = new AbortController();
    const training = here.train(id, { engine: 'auto', signal: stop.signal });
    await until(() => (here.showRun(id).weightsStep ?? 0) >= 10);
    // Checkpoints come and go meanwhile: a bundle that met a retired one would be refused.
    const outs = [newFile(), newFile(), newFile()];
    for (const out of outs) await here.exportBundle(id, { contents: ALL, out });
    expect(here.resolveRun(id).state).toBe('running');
    stop.abort();
    await training;

    await there.importBundle(outs[2]!);
    const detail = there.showRun(id);
    expect(detail).toMatchObject({ state: 'interrupted', endedAt: null });
    expect(detail.reason!.message).toMatch(
      new RegExp(`was running at step \\d+ of 4000 .*; resume goes on from step ${detail.weightsStep}$`),
    );
    expect(detail.events.at(-1)).toMatchObject({ state: 'interrupted', message: detail.reason!.message });
    // It belongs to nobody: a workbench that opens this home finds nothing to recover.
    const again = openWorkbench({ home: there.home, engineEntry: SCRIPTED_ENGINE });
    cleanUp(() => again.close());
    expect(withoutFolder(again.showRun(id))).toEqual(withoutFolder(detail));
    const further = new AbortController();
    await again.train(id, {
      engine: 'auto',
      signal: further.signal,
      onEvent: (e) => e.type === 'progress' && e.step > detail.step && further.abort(),
    });
    expect(again.showRun(id).step).toBeGreaterThan(detail.weightsStep!);
  });

  test('of a run that has not begun can be imported and trained', async () => {
    const [here, there] = [testWorkbench(), testWorkbench()];
    const { id } = here.createRun({ spec: testSpec() });
    const out = newFile();
    await here.exportBundle(id, { contents: ALL, out });
    await there.importBundle(out);
    expect(withoutFolder(there.showRun(id))).toEqual(withoutFolder(here.showRun(id)));
    script('ok');
    expect(await there.train(id, { engine: 'auto' })).toMatchObject({ state: 'finished' });
  });
});

describe('a run that is here already', () => {
  it('is left as it is', async () => {
    const workbench = testWorkbench();
    const id = await trained(workbench);
    const out = newFile();
    await workbench.exportBundle(id, { contents: ALL, out });
    workbench.note(id, 'written since');
    workbench.rename(id, 'renamed');
    const before = workbench.showRun(id);
    expect(await workbench.importBundle(out)).toEqual({ runId: id, name: 'renamed', existed: true });
    expect(workbench.showRun(id)).toEqual(before);
    expect(workbench.listRuns()).toHaveLength(1);
    expect(folders(workbench)).toEqual([id]);
    // In the bin it is not imported a second time either, nor silently brought back.
    workbench.remove(id);
    expect(await errorOf(() => workbench.importBundle(out))).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(`clifford runs restore ${id}`),
    });
    expect(folders(workbench)).toEqual([id]);
  });

  it('but has gone on since, stays; the bundle comes under a new id, and once', async () => {
    const workbench = testWorkbench();
    const id = await stoppedAt(workbench, 12);
    const out = newFile();
    await workbench.exportBundle(id, { contents: LAST, out });
    const then = workbench.showRun(id);
    await workbench.train(id, { engine: 'auto' });
    const before = workbench.showRun(id);
    const answer = await workbench.importBundle(out);
    expect(answer).toMatchObject({ name: then.name, existed: false });
    expect(answer.runId).not.toBe(id);
    const copy = workbench.showRun(answer.runId);
    expect(copy).toMatchObject({
      state: 'stopped',
      step: 12,
      weights: then.weights,
      createdAt: then.createdAt,
    });
    expect(copy.events.at(-1)!.message).toBe(
      `imported under the new id ${answer.runId}: the id ${id} of its bundle is taken in this home`,
    );
    expect(workbench.showRun(id)).toEqual(before);
    expect(await workbench.importBundle(out)).toEqual({ ...answer, existed: true });
    expect(workbench.listRuns()).toHaveLength(2);
  });

  it('as a folder without a record is not written into', async () => {
    const [here, there] = [testWorkbench(), testWorkbench()];
    const id = await trained(here);
    const out = newFile();
    await here.exportBundle(id, { contents: LAST, out });
    mkdirSync(join(there.home, 'runs', id));
    writeFileSync(join(there.home, 'runs', id, 'precious'), 'x');
    const { runId } = await there.importBundle(out);
    expect(runId).not.toBe(id);
    expect(readdirSync(join(there.home, 'runs', id))).toEqual(['precious']);
  });
});

describe('export', () => {
  it.each([
    ['has sha256', (path: string) => writeFileSync(path, 'x'.repeat(readFileSync(path).length))],
    ['has 3 bytes', (path: string) => writeFileSync(path, 'xyz')],
    ['has more than', (path: string) => writeFileSync(path, 'x'.repeat(500))],
    ['is missing', (path: string) => rmSync(path)],
  ])('refuses a file that %s, by name, and leaves what was there', async (what, damage) => {
    const workbench = testWorkbench();
    const id = await trained(workbench);
    const path = join(workbench.showRun(id).folder, 'model.onnx');
    damage(path);
    const out = newFile();
    writeFileSync(out, 'an older bundle');
    const error = await errorOf(() => workbench.exportBundle(id, { contents: NONE, out }));
    expect(error.code).toBe('STORAGE');
    expect(error.message).toContain(
      `model file ${path} of run ${id} (kept) is not as it was recorded: it ${what}`,
    );
    expect(readFileSync(out, 'utf8')).toBe('an older bundle');
    expect(readdirSync(dirname(out))).toEqual(['run.clifford']);
  });

  it('refuses places that will not do', async () => {
    const workbench = testWorkbench();
    const id = await trained(workbench);
    const { folder } = workbench.showRun(id);
    for (const [out, message] of [
      [join(workbench.home, 'clifford.db'), /belongs to the run history/],
      [join(folder, 'x.clifford'), /belongs to the run history/],
      [temporaryFolder(), /is a folder/],
      [join(temporaryFolder(), 'no', 'x.clifford'), /expected the file's folder to exist/],
    ] as const) {
      expect(await errorOf(() => workbench.exportBundle(id, { contents: NONE, out }))).toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringMatching(message),
      });
    }
    workbench.remove(id);
    expect(await errorOf(() => workbench.exportBundle(id, { contents: NONE, out: newFile() }))).toMatchObject(
      {
        code: 'CONFLICT',
      },
    );
  });

  it('can be cancelled, before and in the middle, and leaves nothing', async () => {
    const workbench = testWorkbench();
    const id = await trained(workbench);
    for (const at of [0, 0.3]) {
      const out = newFile();
      const cancel = new AbortController();
      if (at === 0) cancel.abort();
      const onProgress = (fraction: number): void => {
        if (fraction >= at) cancel.abort();
      };
      const exporting = () =>
        workbench.exportBundle(id, { contents: ALL, out, onProgress, signal: cancel.signal });
      expect((await errorOf(exporting)).code).toBe('CANCELLED');
      expect(readdirSync(dirname(out))).toEqual([]);
    }
  });
});

test('an import can be cancelled in the middle and leaves nothing', async () => {
  const [here, there] = [testWorkbench(), testWorkbench()];
  const id = await trained(here);
  const out = newFile();
  await here.exportBundle(id, { contents: ALL, out });
  const cancel = new AbortController();
  const importing = () =>
    there.importBundle(out, { signal: cancel.signal, onProgress: (f) => f > 0.3 && f < 1 && cancel.abort() });
  expect((await errorOf(importing)).code).toBe('CANCELLED');
  expect(there.listRuns({ includeDeleted: true })).toEqual([]);
  expect(folders(there)).toEqual([]);
  expect(existsSync(out)).toBe(true);
  expect(await there.importBundle(out)).toMatchObject({ existed: false });
});

test('what an import that was killed left behind is no run, and goes with a later import', async () => {
  const [here, home] = [testWorkbench(), temporaryFolder()];
  const id = await trained(here);
  const out = newFile();
  await here.exportBundle(id, { contents: NONE, out });
  const [old, recent] = ['.import-1-0', '.import-2-0'].map((name) => join(home, 'runs', name));
  for (const folder of [old!, recent!]) mkdirSync(folder, { recursive: true });
  const twoDaysAgo = new Date(Date.now() - 48 * 3600 * 1000);
  utimesSync(old!, twoDaysAgo, twoDaysAgo);
  const notices: string[] = [];
  const there = openWorkbench({ home, engineEntry: SCRIPTED_ENGINE, onNotice: (s) => notices.push(s) });
  cleanUp(() => there.close());
  // An empty history beside folders of runs means that it was lost; these are none.
  expect(notices).toEqual([]);
  await there.importBundle(out);
  // The recent one may belong to another process.
  expect(folders(there)).toEqual(['.import-2-0', id]);
});
