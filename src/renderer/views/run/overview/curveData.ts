import type { Curve, CurveStyle, CurvesSettings } from '../../../charts/curves.ts';
import type { LiveSeries } from '../live/liveSeries.ts';

/** One chart of a run's recorded metrics. */
export interface MetricChart {
  readonly title: string;
  readonly yName: string;
  /** Keys of the series, the first in the run's own colour. */
  readonly keys: readonly { readonly key: string; readonly name: string }[];
  /** Can be shown on a logarithmic axis, where small values matter. */
  readonly logarithmic: boolean;
  readonly smoothed: boolean;
  readonly description: string;
}

/** Keys as engine/progress.ts and engine/trainer.ts record them. */
export const LOSS: MetricChart = {
  title: 'Loss',
  yName: 'mean squared error',
  keys: [
    { key: 'loss', name: 'training' },
    { key: 'validationLoss', name: 'validation' },
  ],
  logarithmic: true,
  smoothed: true,
  description: 'Training and validation loss over training steps',
};
const OTHERS: readonly MetricChart[] = [
  {
    title: 'Gradient norm',
    yName: 'norm before clipping',
    keys: [{ key: 'gradientNorm', name: 'gradient norm' }],
    logarithmic: true,
    smoothed: true,
    description: 'Norm of the gradient over training steps',
  },
  {
    title: 'Learning rate',
    yName: 'learning rate',
    keys: [{ key: 'learningRate', name: 'learning rate' }],
    logarithmic: false,
    smoothed: false,
    description: 'Learning rate over training steps',
  },
  {
    title: 'Throughput',
    yName: 'images/s',
    keys: [{ key: 'imagesPerSecond', name: 'images/s' }],
    logarithmic: false,
    smoothed: false,
    description: 'Training images per second over training steps',
  },
];

/** The charts besides loss and accuracy that there are points for; keys that nobody knows get one each. */
export function otherCharts({ byKey }: LiveSeries): MetricChart[] {
  const known = new Set([LOSS, ...OTHERS].flatMap(({ keys }) => keys.map(({ key }) => key)));
  const unknown = [...byKey.keys()].filter((key) => !known.has(key) && !key.startsWith('accuracy/')).sort();
  return [
    ...OTHERS.filter(({ keys }) => keys.some(({ key }) => byKey.has(key))),
    ...unknown.map((key) => ({
      title: key,
      yName: key,
      keys: [{ key, name: key }],
      logarithmic: false,
      smoothed: false,
      description: `${key} over training steps`,
    })),
  ];
}

/** The curves of a chart, in the run's own style; further ones dotted and darker or lighter than it. */
export function metricCurves(
  { keys }: MetricChart,
  { byKey }: LiveSeries,
  style: CurveStyle,
  second: string,
): Curve[] {
  return keys.flatMap(({ key, name }, i) => {
    const points = byKey.get(key);
    if (!points || points.length === 0) return [];
    const own = i === 0 ? style : { color: second, dash: 'dashed' as const, marker: 'diamond' as const };
    return [{ name, style: own, points, markers: points.length < 12 }];
  });
}

export interface Shown {
  readonly log: boolean;
  readonly smoothing: number;
  readonly ignoreOutliers: boolean;
  readonly cursor: number | null;
  /** Where the axis ends, as `axisLength` says. */
  readonly length: number;
}

/**
 * How much of a run's length the axis shows while it trains: the least half, quarter, eighth … that holds what is
 * there, so that the beginning can be seen and the axis seldom changes.
 */
export function axisLength(step: number, steps: number): number {
  let length = steps;
  while (Math.ceil(length / 2) >= Math.max(step, 10)) length = Math.ceil(length / 2);
  return length;
}

/** Fraction of the values that may lie beyond either end of the axis. */
const OUTLIERS = 0.02;

export function metricSettings(chart: MetricChart, shown: Shown): CurvesSettings {
  return {
    xName: 'training step',
    yName: chart.yName,
    log: chart.logarithmic && shown.log,
    smoothing: chart.smoothed ? shown.smoothing : 0,
    outliers: shown.ignoreOutliers ? OUTLIERS : 0,
    xMin: 0,
    xMax: shown.length,
    cursor: shown.cursor,
  };
}
