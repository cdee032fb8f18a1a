import { meanSeries, type MeanPoint, type Series } from '../../../../shared/compare/seeds.ts';
import type { Evaluation } from '../../../../shared/records.ts';
import type { Curve } from '../../../charts/curves.ts';
import { abscissaOf, type Abscissa } from './axes.ts';
import { parseMetric } from './metrics.ts';
import type { ComparedRun, Entry, SeriesOf } from './run.ts';

/**
 * The curves of one metric: one for each run, or for each group its mean with the 95 % interval over its runs.
 * Accuracies of single runs come with the interval of their evaluation.
 */
export function comparedCurves(
  entries: readonly Entry[],
  metric: string,
  x: Abscissa,
  seriesOf: SeriesOf,
): Curve[] {
  return entries.map(({ name, style, runs }) => {
    const drawn =
      runs.length === 1 ? curveOf(runs[0]!, metric, x, seriesOf) : meanOf(runs, metric, x, seriesOf);
    return { name, style, markers: parseMetric(metric)?.kind === 'accuracy', ...drawn };
  });
}

type Drawn = Pick<Curve, 'points' | 'band'>;
type Band = NonNullable<Curve['band']>[number];

function curveOf(run: ComparedRun, metric: string, x: Abscissa, seriesOf: SeriesOf): Drawn {
  const at = abscissaOf(run, x, seriesOf);
  const points = seriesFor(run, metric, seriesOf).flatMap(([step, value]): [number, number][] => {
    const place = at(step);
    return place === null ? [] : [[place, value]];
  });
  const parsed = parseMetric(metric);
  if (parsed?.kind !== 'accuracy') return { points };
  const band = lastOfEachStep(run.evaluations).flatMap((evaluation): Band[] => {
    const estimate = evaluation.sections.find((s) => s.section === parsed.section)?.[parsed.feature];
    const place = at(evaluation.step);
    return estimate === undefined || place === null ? [] : [[place, estimate.low, estimate.high]];
  });
  return { points, band };
}

function meanOf(runs: readonly ComparedRun[], metric: string, x: Abscissa, seriesOf: SeriesOf): Drawn {
  // A run without a single point (it waits in the queue) would leave no step that all have.
  const with_ = runs
    .map((run) => ({ at: abscissaOf(run, x, seriesOf), series: seriesFor(run, metric, seriesOf) }))
    .filter(({ series }) => series.length > 0);
  const places = (step: number): number | null => {
    const known = with_.map(({ at }) => at(step)).filter((place) => place !== null);
    return known.length === with_.length ? known.reduce((a, b) => a + b, 0) / known.length : null;
  };
  const means = meanSeries(with_.map(({ series }) => series)).flatMap(
    (mean): (MeanPoint & { x: number })[] => {
      const place = places(mean.step);
      return place === null ? [] : [{ ...mean, x: place }];
    },
  );
  return {
    points: means.map((mean) => [mean.x, mean.mean]),
    band: means.flatMap(({ x: place, low, high }): Band[] =>
      low === null || high === null ? [] : [[place, low, high]],
    ),
  };
}

/** Points of a metric by step, whether it was recorded while training or by evaluations. */
export function seriesFor(run: ComparedRun, metric: string, seriesOf: SeriesOf): Series {
  const parsed = parseMetric(metric);
  if (parsed === null) return [];
  if (parsed.kind === 'metric') return seriesOf(run.id, parsed.key) ?? [];
  return lastOfEachStep(run.evaluations).flatMap((evaluation): [number, number][] => {
    const section = evaluation.sections.find((s) => s.section === parsed.section);
    return section === undefined ? [] : [[evaluation.step, section[parsed.feature].mean]];
  });
}

/** One evaluation for each step: the full one where there are several, as records have it last. */
export function lastOfEachStep(evaluations: readonly Evaluation[]): Evaluation[] {
  return [...new Map(evaluations.map((evaluation) => [evaluation.step, evaluation])).values()].sort(
    (a, b) => a.step - b.step,
  );
}
