import { and, asc, eq, gt } from 'drizzle-orm';
import { Evaluation } from '../../../shared/records.ts';
import { CliffordError } from '../../../core/base/errors.ts';
import type { Db } from './database.ts';
import { evaluations } from './schema.ts';

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
  if (source === 'training') {
    const own = and(eq(evaluations.step, step), eq(evaluations.final, final), eq(evaluations.source, source));
    db.delete(evaluations)
      .where(and(eq(evaluations.runPk, runPk), own))
      .run();
  }
  const accuracy = Object.fromEntries(evaluation.sections.map((s) => [s.section, s.both.mean]));
  db.insert(evaluations)
    .values({ runPk, step, final, source, accuracy, body: JSON.stringify(evaluation), createdAt: at })
    .run();
}

/** Forgets what was measured beyond a step: the engine is about to go on from there. */
export function dropEvaluationsAfter(db: Db, runPk: number, step: number): void {
  db.delete(evaluations)
    .where(and(eq(evaluations.runPk, runPk), gt(evaluations.step, step)))
    .run();
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
