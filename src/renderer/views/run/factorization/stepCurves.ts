import type { FactorizationResult } from '../../../../core/metrics/records-analysis.ts';
import type { Curve, Reference } from '../../../charts/curves.ts';
import { TEST_TEXT } from '../../../charts/cosines.ts';
import { DECIDING_TESTS } from '../../../../core/metrics/factorization/score.ts';

/** The factorization over training steps. */
export interface ScoreAtStep {
  readonly control: 'trained' | 'untrained' | 'conditioning';
  readonly step: number;
  readonly result: FactorizationResult;
}

const COLORS = ['#0072b2', '#d55e00', '#cc79a7'] as const;
const MARKERS = ['triangle', 'rect', 'diamond'] as const;

/** The score, and the mean cosine of each deciding test; steps without a number have no point. */
export function scoreCurves(found: readonly ScoreAtStep[]): Curve[] {
  const steps = found.filter(({ control }) => control === 'trained').sort((a, b) => a.step - b.step);
  const curve = (
    name: string,
    style: Curve['style'],
    valueOf: (result: FactorizationResult) => number | null,
  ): Curve => ({
    name,
    style,
    points: steps.flatMap(({ step, result }) => {
      const value = valueOf(result);
      return value === null ? [] : [[step, value] as const];
    }),
    markers: true,
  });
  if (steps.length === 0) return [];
  return [
    curve('score', { color: '#009e73', dash: 'solid', marker: 'circle' }, ({ score }) => score),
    ...DECIDING_TESTS.map((test, i) =>
      curve(
        `mean, ${TEST_TEXT[test].title}`,
        { color: COLORS[i]!, dash: 'dashed', marker: MARKERS[i]! },
        ({ tests }) => tests.find((one) => one.test === test)?.model.mean ?? null,
      ),
    ),
  ];
}

/** Scores of the controls: what a trained network must leave behind. */
export function scoreReferences(found: readonly ScoreAtStep[]): Reference[] {
  return found.flatMap(({ control, result: { score } }) =>
    control === 'trained' || score === null ? [] : [{ name: `${control}: score`, value: score }],
  );
}
