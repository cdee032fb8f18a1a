import { expect, it } from 'vitest';
import type { LiveSeries } from '../live/liveSeries.ts';
import { axisLength, LOSS, metricCurves, metricSettings, otherCharts } from './curveData.ts';

const series = (...keys: string[]): LiveSeries => ({
  epoch: 0,
  byKey: new Map(keys.map((key) => [key, [[1, 0.5] as const]])),
});
const style = { color: '#123456', dash: 'dotted', marker: 'rect' } as const;

it('has a chart for each metric that was recorded, and none for others', () => {
  const titles = otherCharts(series('loss', 'learningRate', 'accuracy/overall/x', 'surprise')).map(
    (c) => c.title,
  );
  expect(titles).toEqual(['Learning rate', 'surprise']);
});

it('draws training loss in the style of the run, and tells validation apart from it', () => {
  const [training, validation] = metricCurves(LOSS, series('loss', 'validationLoss'), style, '#abcdef');
  expect(training!.style).toEqual(style);
  expect(validation!.style).not.toEqual(style);
  expect(metricCurves(LOSS, series('loss'), style, '#abcdef')).toHaveLength(1);
});

it('shows the beginning of a run large, all that is there, and the whole at its end', () => {
  for (let step = 0; step <= 900; step++) {
    const length = axisLength(step, 900);
    expect(length).toBeGreaterThanOrEqual(step);
    expect(length).toBeLessThanOrEqual(Math.max(2 * step, 20));
  }
  expect(axisLength(451, 900)).toBe(900);
  // It changes at doublings only, not with each step.
  const lengths = new Set(Array.from({ length: 901 }, (_, step) => axisLength(step, 900)));
  expect(lengths.size).toBeLessThan(10);
});

it('smooths and takes logarithms only where that makes sense', () => {
  const shown = { log: true, smoothing: 0.6, ignoreOutliers: true, cursor: 3, length: 100 };
  expect(metricSettings(LOSS, shown)).toMatchObject({ log: true, smoothing: 0.6, xMax: 100, cursor: 3 });
  const [rate] = otherCharts(series('learningRate'));
  expect(metricSettings(rate!, shown)).toMatchObject({ log: false, smoothing: 0 });
});
