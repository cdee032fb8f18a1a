import { formatTable } from '../table.ts';
import type { Measured } from './analyze-measure.ts';

/** Measurements for a reader of the terminal. The JSON has every digit. */

const MOST_BARS = 8;
const MOST_COMPONENTS = 12;

export function topologyText(measured: Measured['topology']): string {
  const { diagrams, coveringRadius, enclosingRadius, points, landmarks, dimension } = measured;
  const sampled =
    landmarks < points ? ` through ${landmarks} landmarks, covering radius ${short(coveringRadius)}` : '';
  const rows = diagrams.flatMap((bars, dim) =>
    bars
      .slice(0, MOST_BARS)
      .map(([birth, death], i) => [
        i === 0 ? `H${dim}` : '',
        short(birth),
        death === null ? '∞' : short(death),
        death === null ? '∞' : short(death - birth),
      ]),
  );
  const counts = diagrams.map((bars, dim) => `H${dim} ${bars.length}`).join(', ');
  return [
    `${plural(points, 'point')} of ${plural(dimension, 'coordinate')}${sampled}`,
    `Bars: ${counts}; the filtration ends at the enclosing radius ${short(enclosingRadius)}`,
    '',
    formatTable([['', 'birth', 'death', 'length'], ...rows], [1, 2, 3]),
    ...(diagrams.some((bars) => bars.length > MOST_BARS)
      ? [`\nThe ${MOST_BARS} longest of each dimension; --json or --out has them all.`]
      : []),
  ].join('\n');
}

export function pcaText(measured: Measured['pca']): string {
  const { explainedVariance, explainedVarianceRatio, participationRatio, points, dimension, method, top4 } =
    measured;
  let sum = 0;
  const rows = explainedVariance.slice(0, MOST_COMPONENTS).map((variance, i) => {
    sum += explainedVarianceRatio[i]!;
    return [String(i + 1), short(variance), percent(explainedVarianceRatio[i]!), percent(sum)];
  });
  return [
    `${plural(points, 'point')} of ${plural(dimension, 'coordinate')}, ${method}`,
    `Participation ratio ${short(participationRatio)}; the first four components hold ${percent(top4)} of the variance`,
    '',
    formatTable([['component', 'variance', 'share', 'together'], ...rows], [0, 1, 2, 3]),
    ...(explainedVariance.length > MOST_COMPONENTS
      ? [`\nThe first ${MOST_COMPONENTS} of ${explainedVariance.length}; --json or --out has them all.`]
      : []),
  ].join('\n');
}

export function factorizationText(measured: Measured['factorization']): string {
  const { tests, score, bestTorus, definition, draws, seed, size } = measured;
  const rows = tests.map(({ test, model, distance }) => [
    test,
    model.mean === null ? '–' : `${model.mean.toFixed(3)} ± ${model.sd!.toFixed(3)}`,
    String(model.count),
    String(model.excluded),
    distanceText(distance.clifford),
    distanceText(distance.torusX),
    distanceText(distance.torusY),
  ]);
  return [
    `Score ${score === null ? '– (a deciding test has no cosine)' : score.toFixed(3)}; the nearer 3D torus has ` +
      `${bestTorus} around the axis`,
    `${draws} draws a test, seed ${seed}, period ${size}`,
    '',
    formatTable(
      [['test', 'cosine ± SD', 'draws', 'left out', 'to Clifford', 'to torus x', 'to torus y'], ...rows],
      [1, 2, 3, 4, 5, 6],
    ),
    '',
    definition,
  ].join('\n');
}

export function clustersText(measured: Measured['clusters']): string {
  const { components, largest, massRatio, sites, cutoff, periodic } = measured;
  const where = periodic === null ? '' : ` on a torus of side ${short(periodic)}`;
  return [
    `${plural(sites, 'site')}${where}, linked up to a distance of ${short(cutoff)}`,
    `${plural(components, 'cluster')}, the largest of ${plural(largest, 'site')}: mass ratio ${short(massRatio)}`,
  ].join('\n');
}

const plural = (n: number, what: string) => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const distanceText = (distance: number | null) => (distance === null ? '–' : distance.toFixed(3));

/** Five digits, without trailing zeros. */
function short(value: number): string {
  return String(Number(value.toPrecision(5)));
}
