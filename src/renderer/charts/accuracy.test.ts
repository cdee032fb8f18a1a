import { describe, expect, it } from 'vitest';
import type { Evaluation, SectionAccuracy } from '../../shared/records.ts';
import { accuracyCurves, accuracyReferences } from './accuracy-curves.ts';
import { curvesOption } from './curves.ts';
import { echarts } from './echarts.ts';
import { labelMapCsv, labelMapOption, type LabelMapData } from './label-map.ts';
import { sectionStyle } from './palettes.ts';
import { DARK, LIGHT } from './theme.ts';

const section = (name: string, mean: number, copy: number): SectionAccuracy => ({
  section: name,
  labels: 4,
  images: 4,
  unreadableLabels: 0,
  x: { mean, low: mean - 0.1, high: mean + 0.1 },
  y: { mean: 1, low: 1, high: 1 },
  both: { mean, low: mean, high: mean },
  copyBaseline: { x: copy, y: copy, both: copy },
  chance: { x: 0.06, y: 0.06, both: 0.004 },
  medianErrorPx: { x: 0, y: 0 },
  none: 0,
  several: 0,
});
const evaluation = (step: number, mean: number, final = false): Evaluation => ({
  step,
  final,
  tolerancePx: 1,
  readout: 'matchedFilter',
  weights: 'ema',
  seconds: 1,
  sections: [
    section('overall', mean, 0.5),
    section('in-distribution', mean, 1),
    section('vertical', mean, 0),
    section('horizontal', mean, 0),
    section('lesion', mean, 0.57),
  ],
  skipped: [],
});

describe('accuracyCurves', () => {
  it('has one curve for each section in steps, with its own interval', () => {
    const curves = accuracyCurves([evaluation(10, 0.5), evaluation(0, 0.1)], 'x', LIGHT);
    expect(curves.map((c) => c.name)).toEqual([
      'overall',
      'in-distribution',
      'vertical',
      'horizontal',
      'lesion',
    ]);
    expect(curves[1]!.points).toEqual([
      [0, 0.1],
      [10, 0.5],
    ]);
    expect(curves[1]!.band![1]).toEqual([10, 0.4, 0.6]);
  });

  it('takes the later of two evaluations of one step (the full one)', () => {
    const [overall] = accuracyCurves([evaluation(10, 0.5), evaluation(10, 0.7, true)], 'both', LIGHT);
    expect(overall!.points).toEqual([[10, 0.7]]);
  });

  it('switches the feature', () => {
    expect(accuracyCurves([evaluation(10, 0.5)], 'y', LIGHT)[1]!.points).toEqual([[10, 1]]);
  });
});

describe('accuracyReferences', () => {
  it('draws equal copy baselines once, and none for what was trained on', () => {
    const lines = accuracyReferences(evaluation(10, 0.5), 'both');
    expect(lines).toEqual([
      { name: 'copying (vertical, horizontal), chance', value: 0 },
      { name: 'copying (lesion)', value: 0.57 },
    ]);
  });

  it('keeps chance apart where it differs', () => {
    expect(accuracyReferences(evaluation(10, 0.5), 'x')).toContainEqual({ name: 'chance', value: 0.06 });
    expect(accuracyReferences(undefined, 'x')).toEqual([]);
  });
});

it('gives sections their colour whatever other sections there are, and each its own marker', () => {
  const alone = sectionStyle('vertical', ['vertical'], LIGHT).color;
  const all = ['overall', 'in-distribution', 'vertical', 'my hole', 'other hole'];
  expect(sectionStyle('vertical', all, LIGHT).color).toBe(alone);
  const looks = all.map((s) => Object.values(sectionStyle(s, all, LIGHT)).join());
  expect(new Set(looks).size).toBe(all.length);
  expect(sectionStyle('overall', all, DARK).color).toBe(DARK.ink);
});

const data: LabelMapData = {
  cells: [
    { x: 1, y: 2, section: 'vertical', images: 3, value: 0.5 },
    { x: 3, y: 0, section: 'in-distribution', images: 3, value: null },
  ],
  outlines: [{ name: 'held out', dashed: false, segments: [[0.5, -0.5, 0.5, 3.5]] }],
  spacing: { x: 1, y: 1 },
  extent: { x: [-0.5, 3.5], y: [-0.5, 3.5] },
  selected: [1, 2],
};
const settings = { quantity: 'accuracy (both)', bright: 1, dark: 0, side: 300 };

describe('label map', () => {
  const draw = (more: object) => {
    const chart = echarts.init(null, undefined, { renderer: 'svg', ssr: true, width: 480, height: 400 });
    chart.setOption(labelMapOption(data, { ...settings, ...more }, LIGHT));
    const svg = chart.renderToSVGString();
    chart.dispose();
    return svg;
  };

  it('draws evaluated labels as cells of the lattice in the colour of their value', () => {
    // Half-way along viridis; 300 px for 4 labels make cells of 75 px; label 1 has its cell from 56 + 75.
    expect(draw({})).toMatch(/d="M131 184l75 0l0 75l-75 0Z"[^>]*fill="rgb\(33,145,140\)"/);
  });

  it('turns the colours round where small is good', () => {
    expect(draw({ bright: 0, dark: 0.5 })).toMatch(/d="M131 184[^>]*fill="rgb\(68,1,84\)"/);
  });

  it('shades labels behind the cells when asked to', () => {
    const option = labelMapOption(
      { ...data, shaded: { name: 'cluster', labels: [[0, 0]] } },
      settings,
      LIGHT,
    );
    const series = option.series as { name: string; data: unknown[]; symbolSize?: number[] }[];
    // 300 px for 4 labels.
    expect(series.find((s) => s.name === 'cluster')).toMatchObject({ data: [[0, 0]], symbolSize: [75, 75] });
    expect(series.findIndex((s) => s.name === 'cluster')).toBeGreaterThan(0); // the colours belong to series 0
  });

  it('lets y run downwards, as images are drawn', () => {
    const { yAxis } = labelMapOption(data, settings, LIGHT);
    expect(yAxis).toMatchObject({ inverse: true });
  });

  it('exports numbers, and nothing where nothing was read', () => {
    expect(labelMapCsv(data, settings)).toBe(
      'x,y,section,images,accuracy (both)\r\n1,2,vertical,3,0.5\r\n3,0,in-distribution,3,\r\n',
    );
  });
});

it('draws accuracy curves with all their parts', () => {
  const curves = accuracyCurves([evaluation(0, 0.1), evaluation(10, 0.5)], 'x', LIGHT);
  const chart = echarts.init(null, undefined, { renderer: 'svg', ssr: true, width: 600, height: 300 });
  chart.setOption(
    curvesOption(
      curves,
      {
        xName: 'step',
        yName: 'accuracy',
        yMin: 0,
        yMax: 1,
        references: accuracyReferences(evaluation(10, 0.5), 'x'),
      },
      LIGHT,
    ),
  );
  const svg = chart.renderToSVGString();
  chart.dispose();
  for (const name of ['in-distribution', 'vertical', 'chance']) expect(svg).toContain(name);
});
