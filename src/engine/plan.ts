import type { RunSpec } from '../shared/run-spec.ts';

/** What happens at which optimizer step; step k means "after k steps". */
export interface TrainingPlan {
  /** Steps with an evaluation: 0, evenly spaced ones, the last. Ascending. */
  readonly evaluations: readonly number[];
  /** Steps whose weights are kept for analysis: 0, logarithmically spaced ones, the last. */
  readonly milestones: ReadonlySet<number>;
  /** Loss and norms are recorded as means over this many steps. */
  readonly recordEvery: number;
}

/** At most about this many points for each curve, however long the run. */
const POINTS = 2000;

export function planTraining({ training, evaluation }: RunSpec): TrainingPlan {
  const { steps } = training;
  const evenly = Array.from({ length: evaluation.points }, (_, i) =>
    Math.round(((i + 1) * steps) / (evaluation.points + 1)),
  );
  const { milestones } = training.checkpoint;
  const logarithmic = Array.from({ length: milestones }, (_, i) =>
    Math.round(steps ** ((i + 1) / (milestones + 1))),
  );
  return {
    evaluations: [...new Set([0, ...evenly, steps])].sort((a, b) => a - b),
    milestones: new Set([0, ...logarithmic, steps]),
    recordEvery: Math.max(1, Math.ceil(steps / POINTS)),
  };
}
