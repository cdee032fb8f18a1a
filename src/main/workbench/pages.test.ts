import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { RunPage, RunQuery } from '../../shared/contract/runs.ts';
import type { RunSpec } from '../../shared/run-spec.ts';
import type { Workbench } from './api.ts';
import { recordEvaluation } from './store/evaluations.ts';
import { insertPoints } from './store/metrics.ts';
import { getRun, patchRun } from './store/runs.ts';
import type { RunRow } from './store/schema.ts';
import { errorOf, temporaryFolder, testWorkbench } from './testing/home.ts';
import { evaluationWith, otherStore } from './testing/records.ts';
import { testSpec } from './testing/spec.ts';

let home: string;
let workbench: Workbench;
beforeEach(() => {
  home = temporaryFolder();
  workbench = testWorkbench(home);
});

const query = (change: Partial<RunQuery> = {}): RunQuery => RunQuery.parse(change);
const page = (change: Partial<RunQuery> = {}): RunPage => RunPage.parse(workbench.pageRuns(query(change)));
const names = (change: Partial<RunQuery> = {}): string[] => page(change).rows.map((row) => row.name);
const byKey = (key: string, descending = false): string[] => names({ sort: { key, descending } });

interface Given {
  spec?: RunSpec;
  preset?: string;
  tags?: string[];
  parent?: string;
  columns?: Partial<RunRow>;
  accuracies?: Record<string, number>[];
  metrics?: Record<string, number>;
}

/** A run with what training would have recorded of it; its evaluations are at steps 0, 1 … */
function addRun(name: string, given: Given = {}): string {
  const { spec = testSpec(), columns = {}, accuracies = [], metrics = {}, ...input } = given;
  const { id } = workbench.createRun({ spec, name, ...input });
  const store = otherStore(home);
  store.write((db) => {
    const { pk } = getRun(db, id)!;
    accuracies.forEach((accuracy, step) =>
      recordEvaluation(db, pk, evaluationWith(step, accuracy), 'training', '2026-01-01T00:00:00.000Z'),
    );
    insertPoints(
      db,
      pk,
      Object.entries(metrics).map(([key, value]) => ({ step: 1, key, value })),
    );
    if (Object.keys(columns).length > 0) patchRun(db, pk, columns);
  });
  store.dispose();
  return id;
}

function withLayers(heldOut: [number, number] | null, seed = 0): RunSpec {
  const spec = testSpec({ seed });
  const layer = heldOut
    ? [{ type: 'band' as const, axis: 'x' as const, range: heldOut, mode: 'add' as const }]
    : [];
  return { ...spec, dataset: { ...spec.dataset, heldOut: layer } };
}

test('a row tells what the history knows of a run', () => {
  const parent = addRun('parent');
  const id = addRun('child', {
    spec: withLayers([2, 3]),
    parent,
    tags: ['b', 'a'],
    accuracies: [{ overall: 0.5, vertical: 0.75 }, { overall: 0.25 }],
    metrics: { loss: 0.125, 'accuracy/overall/both': 0.25 },
    columns: { seconds: 12.5 },
  });
  workbench.star(id, true);
  workbench.enqueue(id, 'back');
  const [row] = page({ search: 'child' }).rows;
  expect(row).toMatchObject({
    id,
    starred: true,
    tags: ['a', 'b'],
    parent: { id: parent, name: 'parent' },
    accuracy: { overall: 0.25 },
    best: { overall: 0.5, vertical: 0.75 },
    latest: { loss: 0.125, 'accuracy/overall/both': 0.25 },
    progress: null,
    queuePosition: 0,
    seconds: 12.5,
    region: { side: 8, heldOut: 16 / 64, trainingImages: 48 },
  });
  expect(workbench.rowOf(id)).toEqual(row);
  // The summary of the command line says the same.
  const { best, latest, region, ...rest } = row!;
  expect(rest).toMatchObject(workbench.resolveRun(id));
});

test('all words of a search must be found in name, note, tags, preset or id, whatever their case', () => {
  const a = addRun('Größe one', { preset: 'quick', tags: ['seed 1'] });
  addRun('two', { tags: ['100%_sure'] });
  workbench.note(a, 'a lesion on the left');
  for (const [search, expected] of [
    ['GRÖSSE', []], // ß is not ss: nothing is guessed
    ['größe', ['Größe one']],
    ['LESION quick', ['Größe one']],
    ['lesion two', []],
    ['seed', ['Größe one']],
    [a.slice(-4), ['Größe one']],
    ['%', ['two']],
    ['_', ['two']],
    ["o'", []],
    ['  ', ['two', 'Größe one']],
  ] as const) {
    expect(names({ search }), search).toEqual(expected);
  }
});

test('filters: states, all of the tags, stars, the bin', () => {
  const [a, b, c] = [addRun('a', { tags: ['x', 'y'] }), addRun('b', { tags: ['x'] }), addRun('c')];
  otherStore(home).write((db) => patchRun(db, getRun(db, c)!.pk, { state: 'failed' }));
  workbench.star(b, true);
  expect(names({ tags: ['x'] })).toEqual(['b', 'a']);
  expect(names({ tags: ['x', 'y', 'x'] })).toEqual(['a']);
  expect(names({ states: ['failed', 'finished'] })).toEqual(['c']);
  expect(names({ starred: true })).toEqual(['b']);
  workbench.remove(a);
  expect(names()).toEqual(['c', 'b']);
  expect(names({ deleted: true })).toEqual(['a']);
  expect(page().known).toEqual({
    tags: ['x', 'y'],
    sections: [],
    metrics: [],
    states: { queued: 1, failed: 1 },
  });
});

test('sorting by columns, accuracies, metrics and parameters; runs without a value come last either way', () => {
  addRun('b', {
    spec: testSpec({ seed: 2, steps: 30 }),
    accuracies: [{ overall: 0.9, vertical: 0.1 }, { overall: 0.3 }],
  });
  addRun('A', {
    spec: testSpec({ seed: 10, steps: 40 }),
    accuracies: [{ overall: 0.5 }],
    metrics: { loss: 2 },
  });
  addRun('c', { spec: testSpec({ seed: 1, steps: 50 }), metrics: { loss: -1 }, columns: { step: 25 } });
  expect(byKey('name')).toEqual(['A', 'b', 'c']);
  expect(byKey('created', true)).toEqual(['c', 'A', 'b']);
  expect(byKey('seed')).toEqual(['c', 'b', 'A']);
  expect(byKey('progress', true)[0]).toBe('c');
  expect(byKey('accuracy:overall')).toEqual(['b', 'A', 'c']);
  expect(byKey('best:overall')).toEqual(['A', 'b', 'c']);
  expect(byKey('best:overall', true)).toEqual(['b', 'A', 'c']);
  expect(byKey('accuracy:vertical')).toEqual(['b', 'A', 'c']); // nobody's last evaluation has it: by age
  expect(byKey('metric:loss')).toEqual(['c', 'A', 'b']);
  expect(byKey('metric:loss', true)).toEqual(['A', 'c', 'b']);
  expect(byKey('spec:training.steps', true)).toEqual(['c', 'A', 'b']);
  expect(byKey('spec:dataset.parts.0.kind')).toEqual(['b', 'A', 'c']); // equal: by age
  expect(byKey('spec:no.such.thing', true)).toEqual(['c', 'A', 'b']);
  expect(byKey('metric:nothing')).toEqual(['b', 'A', 'c']);
});

test('a sort key that does not exist is refused, and none is ever a part of a statement', async () => {
  addRun('a', { metrics: { 'x; DROP TABLE runs': 1 } });
  for (const key of [
    'colour',
    'pk',
    'r.pk',
    'toString',
    'metric:',
    ':x',
    'name desc',
    'spec:',
    'spec:a..b',
    `spec:a"b`,
  ]) {
    expect(await errorOf(() => byKey(key)), key).toMatchObject({ code: 'INVALID_INPUT' });
  }
  for (const key of [
    `metric:'; DROP TABLE runs; --`,
    'metric:x; DROP TABLE runs',
    `best:" OR 1=1`,
    'spec:__proto__',
  ]) {
    expect(byKey(key)).toEqual(['a']);
  }
  expect(names({ search: `'); DROP TABLE runs; --` })).toEqual([]);
  expect(names({ tags: [`' OR '1'='1`] })).toEqual([]);
});

test('groups come in the order of their first runs, with their counts, and pages cut through them', () => {
  addRun('old quick', { preset: 'quick', spec: withLayers([2, 3], 1) });
  addRun('none', { spec: withLayers(null) });
  addRun('new quick', { preset: 'quick', spec: withLayers([2, 3], 2) });
  const grouped = page({ group: 'preset' });
  expect(grouped.rows.map((r) => r.name)).toEqual(['new quick', 'old quick', 'none']);
  expect(grouped.groupOf).toEqual(['quick', 'quick', '']);
  expect(grouped.groups).toEqual([
    { key: 'quick', title: 'quick', count: 2 },
    { key: '', title: 'without a preset', count: 1 },
  ]);
  // Sorted by another column, another run is first.
  expect(
    page({ group: 'preset', sort: { key: 'seed', descending: false } }).groups.map((g) => g.key),
  ).toEqual(['', 'quick']);
  const second = page({ group: 'preset', offset: 1, limit: 1 });
  expect(second.rows.map((r) => r.name)).toEqual(['old quick']);
  expect(second).toMatchObject({ total: 3, groupOf: ['quick'], groups: grouped.groups });
  expect(page({ group: 'region' }).groups.map((g) => [g.title, g.count])).toEqual([
    ['25.0 % held out', 2],
    ['nothing held out', 1],
  ]);
  expect(page({ group: 'specButSeed' }).groups.map((g) => g.count)).toEqual([2, 1]);
  expect(page().groups).toEqual([]);
});

test('runs are forks of one parent, also after it is purged', () => {
  const parent = addRun('parent');
  const child = addRun('child', { parent });
  const forks = () => page({ group: 'parent' }).groups.map((g) => [g.title, g.count]);
  expect(forks()).toEqual([
    ['parent', 1],
    ['not forked', 1],
  ]);
  workbench.remove(parent);
  workbench.purge(parent);
  expect(forks()).toEqual([[`${parent} (purged)`, 1]]);
  expect(workbench.rowOf(child).parent).toEqual({ id: parent, name: null });
});

test('pages, put together, are the whole, whatever the order', () => {
  for (let i = 0; i < 12; i++) {
    addRun(`run ${i}`, {
      spec: withLayers(i % 3 === 0 ? null : [1, 1 + (i % 3)], i % 4),
      ...(i % 2 === 0 ? { preset: 'quick' } : {}),
      metrics: i % 5 === 0 ? {} : { loss: i % 3 },
    });
  }
  fc.assert(
    fc.property(
      fc.constantFrom('created', 'seed', 'preset', 'heldOut', 'metric:loss', 'images'),
      fc.boolean(),
      fc.constantFrom(null, 'preset' as const, 'region' as const, 'specButSeed' as const),
      fc.integer({ min: 1, max: 5 }),
      (key, descending, group, limit) => {
        const sort = { key, descending };
        const whole = page({ sort, group });
        const parts = Array.from({ length: Math.ceil(12 / limit) }, (_, i) =>
          page({ sort, group, limit, offset: i * limit }),
        );
        expect(parts.flatMap((p) => p.rows.map((r) => r.id))).toEqual(whole.rows.map((r) => r.id));
        expect(new Set(whole.rows.map((r) => r.id)).size).toBe(12);
        expect(parts.flatMap((p) => p.groupOf)).toEqual(whole.groupOf);
        // A group is never left and entered again.
        const entered = whole.groupOf.filter((g, i) => g !== whole.groupOf[i - 1]);
        expect(entered).toEqual(whole.groups.map((g) => g.key));
      },
    ),
    { numRuns: 40 },
  );
});

test('parameters of the spec come with their rows', () => {
  addRun('a', { spec: withLayers([1, 2]) });
  addRun('b', { spec: withLayers(null) });
  const parameters = ['training.steps', 'dataset.heldOut.0.range', 'dataset.parts.0.kind', 'nothing'];
  expect(page({ parameters }).parameters).toEqual([
    { 'training.steps': 20, 'dataset.parts.0.kind': 'bump2d' },
    { 'training.steps': 20, 'dataset.heldOut.0.range': [1, 2], 'dataset.parts.0.kind': 'bump2d' },
  ]);
});
