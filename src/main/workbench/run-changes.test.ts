import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorOf, testWorkbench, trained } from './testing/home.ts';
import { testSpec } from './testing/spec.ts';

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

test('notes have a limit', async () => {
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec() });
  expect(workbench.note(id, 'x'.repeat(10_000)).note).toHaveLength(10_000);
  expect(await errorOf(() => workbench.note(id, 'x'.repeat(10_001)))).toMatchObject({
    code: 'INVALID_INPUT',
    message: 'note: got 10001 characters, expected at most 10000',
  });
});
