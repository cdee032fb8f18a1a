import { and, asc, eq, gt } from 'drizzle-orm';
import { Evaluation } from '../../../shared/records.ts';
import { CliffordError } from '../../../core/base/errors.ts';
import type { Db } from './database.ts';
import { accuracies, evaluations } from './schema.ts';

/** Where an evaluation came from: the schedule of a training run, or a user who asked. */
export type EvaluationSource = 'training' | 'request';

/** Records an evaluation. Training reports each (step, final) once: told again, it replaces its own. */
export function recordEvaluation(
  db: Db,
  runPk: number,
  evaluation: Evaluation,
  source: EvaluationSource,
  at: string,
): void {
  const { step, final } = evaluation;
  let replaces = false;
  if (source === 'training') {
    const own = and(eq(evaluations.step, step), eq(evaluations.final, final), eq(evaluations.source, source));
    const gone = db
      .delete(evaluations)
      .where(and(eq(evaluations.runPk, runPk), own))
      .run();
    replaces = gone.changes > 0;
  }
  const accuracy = Object.fromEntries(evaluation.sections.map((s) => [s.section, s.both.mean]));
  db.insert(evaluations)
    .values({ runPk, step, final, source, accuracy, body: JSON.stringify(evaluation), createdAt: at })
    .run();
  if (replaces) summarizeAccuracy(db, runPk);
  else addAccuracy(db, runPk, accuracy);
}

/** Forgets what was measured beyond a step: the engine is about to go on from there. */
export function dropEvaluationsAfter(db: Db, runPk: number, step: number): void {
  const gone = db
    .delete(evaluations)
    .where(and(eq(evaluations.runPk, runPk), gt(evaluations.step, step)))
    .run();
  if (gone.changes > 0) summarizeAccuracy(db, runPk);
}

/** Brings the table of best and last accuracies up to date after one more evaluation, without reading the others. */
function addAccuracy(db: Db, runPk: number, accuracy: Record<string, number>): void {
  const upsert = db.$client.prepare(
    `INSERT INTO accuracies (run_pk, section, last, best) VALUES (@runPk, @section, NULL, @value)
     ON CONFLICT (run_pk, section) DO UPDATE SET best = max(best, @value)`,
  );
  for (const [section, value] of Object.entries(accuracy)) upsert.run({ runPk, section, value });
  setLast(db, runPk);
}

/** The same from all evaluations, after some were taken away. */
function summarizeAccuracy(db: Db, runPk: number): void {
  db.delete(accuracies).where(eq(accuracies.runPk, runPk)).run();
  db.$client
    .prepare(
      `INSERT INTO accuracies (run_pk, section, last, best)
       SELECT @runPk, j.key, NULL, max(CAST(j.value AS REAL)) FROM evaluations e, json_each(e.accuracy) j
       WHERE e.run_pk = @runPk GROUP BY j.key`,
    )
    .run({ runPk });
  setLast(db, runPk);
}

/** Sections that the latest evaluation did not measure have no last accuracy. */
function setLast(db: Db, runPk: number): void {
  const latest = JSON.stringify(latestAccuracy(db)(runPk));
  db.$client
    .prepare(
      `UPDATE accuracies SET last = (SELECT CAST(j.value AS REAL) FROM json_each(@latest) j WHERE j.key = section)
       WHERE run_pk = @runPk`,
    )
    .run({ runPk, latest });
}

/** All evaluations by step, the full one last. */
export function readEvaluations(db: Db, runPk: number): Evaluation[] {
  return db
    .select({ body: evaluations.body, step: evaluations.step })
    .from(evaluations)
    .where(eq(evaluations.runPk, runPk))
    .orderBy(asc(evaluations.step), asc(evaluations.final), asc(evaluations.pk))
    .all()
    .map(({ body, step }) => {
      const parsed = Evaluation.safeParse(JSON.parse(body));
      if (parsed.success) return parsed.data;
      throw new CliffordError(
        'STORAGE',
        `the evaluation recorded at step ${step} cannot be read: ${parsed.error.message}`,
      );
    });
}

/** A look-up, by run, of the `both` accuracy by section of its latest evaluation; empty before the first. */
export function latestAccuracy(db: Db): (runPk: number) => Record<string, number> {
  const query = db.$client
    .prepare(
      'SELECT accuracy FROM evaluations WHERE run_pk = ? ORDER BY step DESC, final DESC, pk DESC LIMIT 1',
    )
    .pluck();
  return (runPk) => JSON.parse((query.get(runPk) as string | undefined) ?? '{}') as Record<string, number>;
}
