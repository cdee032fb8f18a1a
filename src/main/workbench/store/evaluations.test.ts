import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Evaluation } from '../../../shared/records.ts';
import { cleanUp, temporaryFolder } from '../testing/home.ts';
import { evaluationWith } from '../testing/records.ts';
import { openStore } from './database.ts';
import { dropEvaluationsAfter, recordEvaluation } from './evaluations.ts';
import { insertRun } from './runs.ts';

test('best and last accuracy by section are those of the evaluations, whatever comes and goes', () => {
  const store = openStore(join(temporaryFolder(), 'clifford.db'));
  cleanUp(() => store.dispose());
  const accuracy = fc.dictionary(
    fc.constantFrom('overall', 'vertical', "o'brien"),
    fc.integer({ min: 0, max: 4 }),
  );
  const record = fc.record({
    step: fc.integer({ min: 0, max: 5 }),
    final: fc.boolean(),
    source: fc.constantFrom('training' as const, 'request' as const),
    accuracy,
  });
  // Bugs this catches: a best that outlives its evaluation (replaced or rewound), a last of an older evaluation, a
  // last for a section that the latest one did not measure.
  const action = fc.oneof(
    { weight: 4, arbitrary: record },
    fc.record({ after: fc.integer({ min: -1, max: 5 }) }),
  );
  let n = 0;
  fc.assert(
    fc.property(fc.array(action, { maxLength: 10 }), (actions) => {
      const id = `run${++n}`;
      const createdAt = '2026-01-01T00:00:00.000Z';
      const run = { id, name: id, preset: null, spec: '{}', specHash: 'h', seed: 0, steps: 10, createdAt };
      const pk = store.write((db) => insertRun(db, run).pk);
      let kept: { evaluation: Evaluation; source: string }[] = [];
      for (const a of actions) {
        if ('after' in a) {
          store.write((db) => dropEvaluationsAfter(db, pk, a.after));
          kept = kept.filter(({ evaluation }) => evaluation.step <= a.after);
          continue;
        }
        const evaluation = evaluationWith(a.step, a.accuracy, a.final);
        store.write((db) => recordEvaluation(db, pk, evaluation, a.source, createdAt));
        const same = (k: (typeof kept)[number]): boolean =>
          k.source === 'training' && k.evaluation.step === a.step && k.evaluation.final === a.final;
        if (a.source === 'training') kept = kept.filter((k) => !same(k));
        kept.push({ evaluation, source: a.source });
      }
      const latest = kept
        .map((k, i) => ({ ...k.evaluation, i }))
        .sort((a, b) => a.step - b.step || Number(a.final) - Number(b.final) || a.i - b.i)
        .at(-1);
      const expected = new Map<string, { section: string; last: number | null; best: number }>();
      for (const { evaluation } of kept) {
        for (const { section, both } of evaluation.sections) {
          const best = Math.max(both.mean, expected.get(section)?.best ?? -1);
          const last = latest!.sections.find((s) => s.section === section)?.both.mean ?? null;
          expected.set(section, { section, last, best });
        }
      }
      const found = store.read((db) =>
        db.$client
          .prepare('SELECT section, last, best FROM accuracies WHERE run_pk = ? ORDER BY section')
          .all(pk),
      );
      expect(found).toEqual([...expected.values()].sort((a, b) => (a.section < b.section ? -1 : 1)));
    }),
    { numRuns: 60 },
  );
});
