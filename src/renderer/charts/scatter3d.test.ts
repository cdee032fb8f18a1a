import { describe, expect, it } from 'vitest';
import { echarts } from './echarts.ts';
import { pointColors, type ColoredLabels } from './scatter3d-colors.ts';
import { labelsOption } from './scatter3d-labels.ts';
import { CYCLIC, paletteColor, rgbOf } from './scatter3d-palette.ts';
import { projected, START_ROTATION, turned, type Rotation } from './scatter3d-project.ts';
import { cloudCsv, cloudOption, CLOUD_MARGIN, placesOf, pointText, type Cloud } from './scatter3d.ts';
import { LIGHT } from './theme.ts';

const IDENTITY: Rotation = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const distance = (a: ArrayLike<number>, i: number, j: number): number =>
  Math.hypot(...[0, 1, 2].map((k) => a[3 * i + k]! - a[3 * j + k]!));

describe('turning', () => {
  const points = new Float32Array([1, 0, 0, 0, 2, 0, 0, 0, 3, -1, -1, -1]);

  it('changes no distance, also after thousands of small turns', () => {
    let rotation = START_ROTATION;
    for (let i = 0; i < 5000; i++) rotation = turned(rotation, 0.013 * Math.sin(i), 0.011);
    const seen = projected(points, rotation);
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < i; j++) expect(distance(seen, i, j)).toBeCloseTo(distance(points, i, j), 4);
    }
  });

  it('follows the hand: what is in front moves right with a drag to the right, and down with one downwards', () => {
    const front = new Float32Array([0, 0, 1, 0, 0, -1]);
    const [x] = projected(front, turned(IDENTITY, 0.2, 0));
    expect(x).toBeCloseTo(Math.sin(0.2), 6);
    const [, y] = projected(front, turned(IDENTITY, 0, 0.2));
    expect(y).toBeCloseTo(-Math.sin(0.2), 6); // up is positive
  });

  it('is undone by the turn back, and a whole turn is none', () => {
    const back = turned(turned(START_ROTATION, 0.4, 0), -0.4, 0);
    START_ROTATION.forEach((v, i) => expect(back[i]).toBeCloseTo(v, 9));
    const around = turned(START_ROTATION, 0, 2 * Math.PI);
    START_ROTATION.forEach((v, i) => expect(around[i]).toBeCloseTo(v, 9));
  });
});

const labels = [
  [0, 0],
  [1, 0],
  [0, 1],
] as const;
const cloud: Cloud = {
  positions: new Float32Array([0, 0, 5, 4, 0, 0, 0, 4, -5]),
  axes: ['PC 1 (60 %)', 'PC 2 (30 %)', 'PC 3 (5 %)'],
  labels,
  sections: ['in-distribution', 'vertical', 'vertical'],
  notes: ['accuracy 0.50', '', ''],
};
const colored: ColoredLabels = {
  labels,
  sections: cloud.sections,
  accuracy: [0.5, null, 1],
  extent: { x: [-0.5, 1.5], y: [-0.5, 1.5] },
  periodic: false,
};
const view = { rotation: IDENTITY, lines: [[0, 1]], selected: new Set<number>(), width: 600, height: 300 };
type Series = { name: string; data: number[][] };
const seriesOf = (option: object, name: string): Series =>
  (option as { series: Series[] }).series.find((s) => s.name === name)!;

describe('cloudOption', () => {
  it('draws what is near last, on top of what is far', () => {
    const option = cloudOption(cloud, pointColors('x', colored, LIGHT), view, LIGHT);
    const data = seriesOf(option, 'points').data;
    expect(data.map((d) => d[2])).toEqual([2, 1, 0]);
    expect(data.map((d) => d[3])).toEqual([0, 0.5, 1]);
  });

  it('draws every point once, those selected in a series of their own', () => {
    const option = cloudOption(
      cloud,
      pointColors('x', colored, LIGHT),
      { ...view, selected: new Set([1]) },
      LIGHT,
    );
    expect(seriesOf(option, 'points').data.map((d) => d[2])).toEqual([2, 0]);
    expect(seriesOf(option, 'selected').data.map((d) => d[2])).toEqual([1]);
  });

  it.each([
    ['flat', { ...cloud, positions: new Float32Array([0, 0, 30, 0, 0, 1]), axes: cloud.axes.slice(0, 2) }],
    ['in space', cloud],
  ])('gives units the same length along both axes and leaves no point outside (%s)', (_, shown) => {
    const option = cloudOption(shown, pointColors('section', colored, LIGHT), view, LIGHT) as unknown as {
      xAxis: { min: number; max: number };
      yAxis: { min: number; max: number };
    };
    const perUnit = (axis: { min: number; max: number }, px: number) => px / (axis.max - axis.min);
    const w = view.width - CLOUD_MARGIN.left - CLOUD_MARGIN.right;
    const h = view.height - CLOUD_MARGIN.top - CLOUD_MARGIN.bottom;
    expect(perUnit(option.xAxis, w)).toBeCloseTo(perUnit(option.yAxis, h), 6);
    const places = placesOf(shown, IDENTITY);
    for (let i = 0; i < 3; i++) {
      expect(places[3 * i]).toBeGreaterThan(option.xAxis.min);
      expect(places[3 * i]).toBeLessThan(option.xAxis.max);
      expect(places[3 * i + 1]).toBeGreaterThan(option.yAxis.min);
      expect(places[3 * i + 1]).toBeLessThan(option.yAxis.max);
    }
  });

  it('is drawn by the library, with the colours of the points and their names', () => {
    const chart = echarts.init(null, undefined, { renderer: 'svg', ssr: true, width: 600, height: 300 });
    const colors = pointColors('section', colored, LIGHT);
    chart.setOption(cloudOption(cloud, colors, view, LIGHT));
    const svg = chart.renderToSVGString();
    chart.dispose();
    expect(svg).toContain('vertical');
    expect(svg).toContain('PC 3');
  });
});

it('labelsOption shows each label once, dimmed when others are selected', () => {
  const colors = pointColors('y', colored, LIGHT);
  const rest = { outlines: [], text: () => '', spacing: { x: 1, y: 1 }, width: 400, height: 300 };
  const option = labelsOption(colored, colors, { ...rest, selected: new Set([2]) }, LIGHT);
  expect(seriesOf(option, 'labels').data).toEqual([
    [0, 0, 0],
    [1, 0, 1],
  ]);
  expect(seriesOf(option, 'selected').data).toEqual([[0, 1, 2]]);
  const none = labelsOption(colored, colors, { ...rest, selected: new Set() }, LIGHT);
  expect(seriesOf(none, 'labels').data).toHaveLength(3);
});

it('cloudCsv has a line for each point, with its label, also what is not known', () => {
  const rows = cloudCsv(cloud, colored.accuracy).trimEnd().split('\r\n');
  expect(rows[0]).toBe('x,y,section,accuracy,PC 1 (60 %),PC 2 (30 %),PC 3 (5 %)');
  expect(rows[2]).toBe('1,0,vertical,,4,0,0');
  expect(rows).toHaveLength(4);
  expect(pointText(cloud, 0)).toBe('x 0, y 0  in-distribution\naccuracy 0.50\nPC 1: 0, PC 2: 0, PC 3: 5');
});

describe('colours', () => {
  const apart = (a: string, b: string): number => Math.hypot(...rgbOf(a).map((v, i) => v - rgbOf(b)[i]!));

  it('of a periodic feature meet where the circle closes, and are told apart everywhere else', () => {
    expect(CYCLIC.at(0)).toBe(CYCLIC.at(-1));
    for (let i = 0; i < 32; i++) {
      expect(apart(CYCLIC[i]!, CYCLIC[i + 1]!)).toBeLessThan(40); // no seam
      expect(apart(CYCLIC[i]!, CYCLIC[(i + 16) % 32]!)).toBeGreaterThan(90); // half a turn away
    }
    const wheel = pointColors(
      'x',
      { ...colored, periodic: true, extent: { ...colored.extent, x: [0, 2] } },
      LIGHT,
    );
    expect(wheel.colors[0]).toBe(CYCLIC[0]);
    expect(wheel.colors[1]).toBe(CYCLIC[16]);
  });

  it('are those of the palette at its places, and between them in between', () => {
    expect(paletteColor(['#000000', '#ffffff'], 0.5)).toBe('#808080');
    expect(paletteColor(['#000000', '#ffffff', '#ff0000'], 1)).toBe('#ff0000');
    expect(paletteColor(['#000000', '#ffffff'], 7)).toBe('#ffffff');
  });

  it('say which labels were not evaluated, and name every section once', () => {
    const accuracy = pointColors('accuracy', colored, LIGHT);
    expect(accuracy.categories.map(({ name }) => name)).toEqual(['not evaluated']);
    expect(accuracy.colors[1]).toBe(accuracy.categories[0]!.color);
    const sections = pointColors('section', colored, LIGHT);
    expect(sections.categories.map(({ name }) => name)).toEqual(['in-distribution', 'vertical']);
    expect(sections.colors[1]).toBe(sections.colors[2]);
    expect(sections.colors[0]).not.toBe(sections.colors[1]);
  });
});
