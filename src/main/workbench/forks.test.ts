import { expect, test } from 'vitest';
import type { RunSpec } from '../../shared/run-spec.ts';
import { errorOf, script, testWorkbench } from './testing/home.ts';
import { testSpec } from './testing/spec.ts';

const masked = (spec: RunSpec, x: number): RunSpec => ({
  ...spec,
  dataset: { ...spec.dataset, heldOut: [{ type: 'band', axis: 'x', range: [x, x], mode: 'add' }] },
});

test('a fork has its parent’s seed, and the family is told from parents to children', async () => {
  const workbench = testWorkbench();
  const spec = testSpec({ seed: 3 });
  const root = workbench.createRun({ spec, name: 'root' });
  const left = workbench.createRun({ spec: masked(spec, 1), name: 'left', parent: root.id });
  const right = workbench.createRun({ spec: masked(spec, 2), name: 'right', parent: root.id });
  const leaf = workbench.createRun({ spec: masked(spec, 3), name: 'leaf', parent: left.id });
  workbench.createRun({ spec, name: 'stranger' });
  const family = (id: string): string[] => workbench.lineage(id).map((run) => run.name);
  for (const { id } of [root, left, right, leaf])
    expect(family(id)).toEqual(['root', 'left', 'right', 'leaf']);
  expect(workbench.viewRun(root.id).children).toEqual([
    { id: left.id, name: 'left' },
    { id: right.id, name: 'right' },
  ]);
  expect(
    await errorOf(() => workbench.createRun({ spec: testSpec({ seed: 4 }), parent: root.id })),
  ).toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(/^seed: got 4, expected 3, the seed of run .* \(root\)/),
  });
  expect(await errorOf(() => workbench.createRun({ spec, parent: 'nobody' }))).toMatchObject({
    code: 'NOT_FOUND',
  });

  // Renamed, starred, then gone: the children know of it, and of each other.
  workbench.rename(root.id, 'origin');
  expect(workbench.rowOf(left.id).parent).toEqual({ id: root.id, name: 'origin' });
  workbench.remove(root.id);
  workbench.purge(root.id);
  expect(workbench.rowOf(left.id).parent).toEqual({ id: root.id, name: null });
  expect(family(leaf.id)).toEqual(['left', 'right', 'leaf']);
  expect(await errorOf(() => workbench.lineage(root.id))).toMatchObject({ code: 'NOT_FOUND' });
});

test('a run is renamed and starred, but not when it is deleted, nor to a name that breaks tables', async () => {
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec(), name: 'before' });
  expect(workbench.rename(id, '  after ').name).toBe('after');
  expect(workbench.resolveRun('after').id).toBe(id);
  expect(await errorOf(() => workbench.rename(id, 'latest'))).toMatchObject({ code: 'INVALID_INPUT' });
  workbench.star(id, true);
  expect(workbench.rowOf(id).starred).toBe(true);
  workbench.remove(id);
  expect(await errorOf(() => workbench.rename(id, 'x'))).toMatchObject({ code: 'CONFLICT' });
  expect(await errorOf(() => workbench.star(id, false))).toMatchObject({ code: 'CONFLICT' });
});

test('a view of a run has all but its points', async () => {
  script('ok');
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec() });
  await workbench.train(id, { engine: 'auto' });
  const { metrics, ...detail } = workbench.showRun(id);
  expect(workbench.viewRun(id)).toEqual({
    ...detail,
    row: workbench.rowOf(id),
    metricKeys: Object.keys(metrics),
    children: [],
  });
  expect(workbench.seriesOf(id)).toEqual({ epoch: 0, series: metrics, thinned: false });
  expect(workbench.seriesOf(id, { keys: ['nothing'] }).series).toEqual({});
  expect(workbench.seriesOf(id, { maxPoints: 10 })).toMatchObject({ thinned: true });
});
