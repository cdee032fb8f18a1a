import { describe, expect, it } from 'vitest';
import { buildDataset } from '../../core/dataset/dataset.ts';
import { fakeWorkbench } from '../cli/testing/fakes.ts';
import { bundleFigures } from './figures.ts';
import { lineChart } from './line-chart.ts';

const AXES = { title: 'T', subtitle: 'S', xTitle: 'x', yTitle: 'y' };

/** Centres of the dots of a chart, in the order of its points. */
function dots(svg: string): [number, number][] {
  return [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map((m) => [Number(m[1]), Number(m[2])]);
}

describe('lineChart', () => {
  const points = [
    { x: 0, y: 1 },
    { x: 1, y: 10 },
    { x: 4, y: 100 },
  ];

  it('places points in proportion, larger values higher', () => {
    const [a, b, c] = dots(lineChart({ ...AXES, series: [{ name: 's', points }] }).svg) as [number, number][];
    expect((b![0] - a![0]) * 4).toBeCloseTo(c![0] - a![0], 0);
    // 9 of 99 of the height.
    expect((a![1] - b![1]) / (a![1] - c![1])).toBeCloseTo(9 / 99, 2);
  });

  it('places equal ratios at equal distances on a logarithmic axis', () => {
    const chart = lineChart({ ...AXES, series: [{ name: 's', points }], logarithmic: true });
    const [a, b, c] = dots(chart.svg) as [number, number][];
    expect(a![1] - b![1]).toBeCloseTo(b![1] - c![1], 1);
    expect(b![1]).toBeLessThan(a![1]);
    for (const tick of ['1', '10', '100']) expect(chart.svg).toContain(`>${tick}</text>`);
  });

  it('draws a single point and a constant, where limits would be one and the same number', () => {
    const { svg } = lineChart({ ...AXES, series: [{ name: 's', points: [{ x: 5, y: 0 }] }] });
    expect(svg).not.toContain('NaN');
    expect(dots(svg)).toHaveLength(1);
  });

  it('draws bands only where there are intervals, and escapes names', () => {
    const banded = points.map((p) => ({ ...p, low: p.y - 1, high: p.y + 1 }));
    const series = [
      { name: '<a&b>', points: banded },
      { name: 'plain', points },
    ];
    const { svg } = lineChart({ ...AXES, series });
    expect(svg.match(/fill-opacity/g)).toHaveLength(1);
    expect(svg).toContain('&lt;a&amp;b&gt;');
  });
});

describe('bundleFigures', () => {
  const { run } = fakeWorkbench();
  const figures = (change: Partial<typeof run> = {}) => new Map(bundleFigures({ ...run, ...change }));

  it('has the numbers of each picture beside it', () => {
    const files = figures();
    const lines = (name: string) =>
      String(files.get(`figures/${name}.csv`))
        .trimEnd()
        .split('\n');
    expect(lines('loss')).toEqual(['step,key,value', '1,loss,0.9']);
    // Every evaluation, section and feature.
    expect(lines('accuracy')).toHaveLength(1 + 2 * 3 * 3);
    expect(lines('accuracy')[3]).toBe('0,false,overall,both,0.52,0.42000000000000004,0.62,0,0.0039,32,128');
    const { sections } = buildDataset(run.spec.dataset);
    expect(
      lines('label-map')
        .slice(1)
        .map((line) => line.split(',').slice(0, 3)),
    ).toEqual(sections.map((s) => [s.name, s.kind, String(s.labels.length)]));
    const png = files.get('figures/accuracy.png') as Uint8Array;
    expect(Buffer.from(png).toString('latin1', 1, 4)).toBe('PNG');
  });

  it('leaves out what there is nothing to draw of', () => {
    expect([...figures({ metrics: {}, evaluations: [] }).keys()]).toEqual(
      ['svg', 'png', 'csv'].map((extension) => `figures/label-map.${extension}`),
    );
  });
});
