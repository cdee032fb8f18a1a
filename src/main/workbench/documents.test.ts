import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorOf, temporaryFolder, testWorkbench } from './testing/home.ts';
import { otherStore } from './testing/records.ts';

test('of the documents that come under a key the newest stays, in whatever order they come', () => {
  const workbench = testWorkbench();
  let n = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.json()), { minLength: 1 }), (saves) => {
      const key = `draft/${++n}`;
      let kept: { savedAt: number; value: unknown } | undefined;
      for (const [savedAt, json] of saves) {
        const value = JSON.parse(json) as never;
        // Of equals the later one: a clock may stand still between two strokes.
        if (!kept || savedAt >= kept.savedAt) kept = { savedAt, value };
        expect(workbench.saveDocument({ key, value, savedAt })).toEqual({ key, ...kept });
      }
      expect(workbench.document(key)).toEqual({ key, ...kept });
    }),
    { numRuns: 30 },
  );
});

test('documents outlive the workbench, are listed by prefix, and can be removed', () => {
  const home = temporaryFolder();
  const before = testWorkbench(home);
  for (const key of ['view/a', 'view/b', 'views', 'draft'])
    before.saveDocument({ key, value: [key], savedAt: 1 });
  before.close();
  const workbench = testWorkbench(home);
  expect(workbench.documents('view/').map((d) => d.value)).toEqual([['view/a'], ['view/b']]);
  expect(workbench.documents('')).toHaveLength(4);
  expect([workbench.removeDocument('views'), workbench.removeDocument('views')]).toEqual([true, false]);
  expect(workbench.document('views')).toBeNull();
});

test('a document beyond 4 MiB, or under a key that is none, is refused, and the one before stays', async () => {
  const workbench = testWorkbench();
  workbench.saveDocument({ key: 'draft', value: 'small', savedAt: 1 });
  const big = 'ä'.repeat(2 ** 21); // 4 MiB of UTF-8, and two quotes
  expect(await errorOf(() => workbench.saveDocument({ key: 'draft', value: big, savedAt: 2 }))).toMatchObject(
    {
      code: 'INVALID_INPUT',
      message: 'document draft: got 4194306 bytes, expected at most 4194304 (4 MiB)',
    },
  );
  expect(workbench.document('draft')?.value).toBe('small');
  for (const key of ['', '../x', 'A', 'a b']) {
    expect(await errorOf(() => workbench.saveDocument({ key, value: 1, savedAt: 1 }))).toMatchObject({
      code: 'INVALID_INPUT',
    });
  }
});

test('settings are kept, and what makes no sense is refused', async () => {
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  expect(workbench.settings()).toEqual({ engine: 'auto', threads: null });
  expect(workbench.changeSettings({ threads: 3 })).toEqual({ engine: 'auto', threads: 3 });
  expect(await errorOf(() => workbench.changeSettings({ threads: 0 }))).toMatchObject({
    code: 'INVALID_INPUT',
  });
  expect(testWorkbench(home).settings().threads).toBe(3);
  // A newer version's engine must not make this one unusable.
  otherStore(home).write((db) =>
    db.$client.exec(`UPDATE settings SET value = '{"engine":"tpu","threads":2}'`),
  );
  expect(workbench.settings()).toEqual({ engine: 'auto', threads: null });
});
