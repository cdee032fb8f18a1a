import { describe, expect, it } from 'vitest';
import type { Diagrams } from '../../core/metrics/records-analysis.ts';
import { barcodeCsv, barcodeOption, barcodeRows, hiddenBars } from './barcode.ts';
import { echarts } from './echarts.ts';
import { looksLikeTorus, torusRatios } from './persistence-bars.ts';
import {
  artefactLength,
  distinctClasses,
  evenTicks,
  persistenceCsv,
  persistenceHeight,
  persistenceOption,
  type PersistencePanel,
} from './persistence.ts';
import { layPanels } from './persistence-panels.ts';
import { DARK, LIGHT } from './theme.ts';

/** A 10 × 10 grid on the Clifford torus: its longest bars by the closed form (paper, reference numbers). */
const LONG = [0.618034, 1.902113] as [number, number];
const clifford: Diagrams = [
  [[0, null], ...Array.from({ length: 4 }, () => [0, 0.618034] as [number, number])],
  [LONG, LONG, [0.618034, 0.874032]],
  [
    [0.874032, 1.902113],
    [1.2, 1.25],
  ],
];
const panel: PersistencePanel = { name: 'model', diagrams: clifford, enclosingRadius: 2.8, artefacts: 0.3 };
const settings = { scaled: false, columns: 3, dimensions: [0, 1, 2], size: { width: 1200, height: 400 } };
type Drawn = {
  type: string;
  name?: string;
  xAxisIndex: number;
  data: { value: number[]; text: string; label: { show: boolean; formatter: string } }[];
};
const series = (option: object) => (option as { series: Drawn[] }).series;

describe('persistenceOption', () => {
  it('draws coinciding classes once, with how many they are', () => {
    const h1 = series(persistenceOption([panel], settings, LIGHT)).find(({ name }) => name === 'H₁')!;
    expect(h1.data.map(({ value }) => value)).toEqual([LONG, [0.618034, 0.874032]]);
    expect(h1.data[0]!.label).toMatchObject({ show: true, formatter: '×2' });
    expect(h1.data[1]!.label.show).toBe(false);
    expect(h1.data[0]!.text).toContain('persistence 1.284');
    expect(distinctClasses(clifford[1]!, 2.8).map(({ count }) => count)).toEqual([2, 1]);
  });

  it('puts classes that never die on a line above all deaths', () => {
    const option = persistenceOption([panel], settings, LIGHT) as { yAxis: { max: number }[] };
    const h0 = series(option).find(({ name }) => name === 'H₀')!;
    const [birth, death] = h0.data[0]!.value;
    expect(birth).toBe(0);
    expect(death).toBeGreaterThan(1.902113);
    expect(death).toBeLessThan(option.yAxis[0]!.max);
    expect(h0.data[0]!.text).toContain('never dies');
  });

  it('gives shapes of other sizes the same axes once they are scaled', () => {
    const double: PersistencePanel = {
      name: 'twice as large',
      diagrams: clifford.map((pairs) =>
        pairs.map(([b, d]) => [2 * b, d === null ? null : 2 * d] as [number, number | null]),
      ),
      enclosingRadius: 5.6,
      artefacts: null,
    };
    const option = persistenceOption([panel, double], { ...settings, scaled: true }, LIGHT);
    const { xAxis } = option as { xAxis: { max: number; name: string }[] };
    expect(xAxis[0]!.max).toBe(xAxis[1]!.max);
    expect(xAxis[0]!.name).toContain('enclosing radius');
    const [one, two] = series(option).filter(({ name }) => name === 'H₂');
    expect(two!.data.map(({ value }) => value)).toEqual(one!.data.map(({ value }) => value));
    const own = persistenceOption([panel, double], settings, LIGHT) as { xAxis: { max: number }[] };
    expect(own.xAxis[1]!.max).toBeCloseTo(2 * own.xAxis[0]!.max);
  });

  it('shades the band of possible artefacts where landmarks were chosen, and only there', () => {
    const bands = (artefacts: number | null): number =>
      series(persistenceOption([{ ...panel, artefacts }], settings, LIGHT)).filter((s) => s.type === 'custom')
        .length;
    expect(bands(artefactLength(0.15))).toBe(1);
    expect(bands(null)).toBe(0);
    expect(artefactLength(0.15)).toBe(0.3);
  });

  it('survives a shape of one point', () => {
    const single: PersistencePanel = {
      name: 'point',
      diagrams: [[[0, null]]],
      enclosingRadius: 0,
      artefacts: null,
    };
    const [h0] = series(persistenceOption([single], { ...settings, scaled: true }, LIGHT));
    expect(h0!.data[0]!.value.every(Number.isFinite)).toBe(true);
  });

  it('writes every class with its death, empty for ever', () => {
    const lines = persistenceCsv([panel]).trim().split('\r\n');
    expect(lines).toHaveLength(1 + 5 + 3 + 2);
    expect(lines[1]).toBe('model,0,0,,,2.8,no');
    expect(lines.at(-1)).toMatch(/^model,2,1.2,1.25,0\.05\d*,2.8,yes$/);
  });
});

describe('barcodeOption', () => {
  it('shows the longest of each dimension and counts the others', () => {
    const rows = barcodeRows(panel, { dimensions: [0, 1, 2], most: 2 });
    expect(rows.map(({ dimension }) => dimension)).toEqual([0, 0, 1, 1, 2, 2]);
    expect(rows[0]).toMatchObject({ essential: true, end: 2.8 });
    expect(rows[5]).toMatchObject({ birth: 1.2, mayBeArtefact: true });
    expect(hiddenBars(panel, [0, 1, 2], 2)).toEqual([3, 1, 0]);
    expect(barcodeCsv([panel]).split('\r\n')[6]).toBe('model,1,1,0.618034,1.902113,1.284079');
  });
});

describe('torusRatios', () => {
  it('compares the second loop with the third and the first void with the second (claim C1)', () => {
    const { h1, h2 } = torusRatios(clifford);
    expect(h1.value).toBeCloseTo(1.284079 / 0.255998);
    expect(h2.value).toBeCloseTo(1.028081 / 0.05);
    expect(looksLikeTorus(clifford)).toBe(true);
    // A third loop of half the length of the second is just still a torus, a longer one is none.
    const third = (length: number): Diagrams => [
      [],
      [
        [0, 1],
        [0, 1],
        [0, length],
      ],
      [[0, 1]],
    ];
    expect(looksLikeTorus(third(0.5))).toBe(true);
    expect(looksLikeTorus(third(0.51))).toBe(false);
  });

  it('has no value for a bar that is not there, and no upper end without a next one', () => {
    expect(torusRatios([[], [LONG]]).h1.value).toBeNull();
    expect(torusRatios([[], [LONG, LONG]]).h1.value).toBe(Infinity);
    expect(looksLikeTorus([[], [LONG, LONG]])).toBeNull();
    expect(looksLikeTorus([[], [LONG, LONG], []])).toBe(false);
  });
});

it('lays panels out in rows without overlap, about square', () => {
  const size = { width: 1200, height: persistenceHeight(5, 3, 1200) };
  const places = layPanels(5, 3, { left: 58, right: 14, top: 28, bottom: 46, head: 22 }, size);
  for (const { inner } of places) expect(Math.abs(inner.width - inner.height)).toBeLessThan(1);
  const edge = (text: string): number => Number.parseFloat(text);
  expect(edge(places[1]!.box.left)).toBeGreaterThan(100 - edge(places[0]!.box.right));
  expect(edge(places[3]!.box.top)).toBeGreaterThan(100 - edge(places[0]!.box.bottom));
  expect(places.map(({ first }) => first)).toEqual([true, false, false, true, false]);
});

it('ticks an axis at round numbers that it holds', () => {
  expect(evenTicks(0.72)).toEqual([0, 0.2, 0.4, 0.6]);
  expect(evenTicks(1.902113)).toEqual([0, 0.5, 1, 1.5]);
  expect(evenTicks(0.6)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
  expect(evenTicks(15.7)).toEqual([0, 5, 10, 15]);
});

it('can be drawn', () => {
  const chart = echarts.init(null, undefined, { renderer: 'svg', ssr: true, width: 1200, height: 400 });
  chart.setOption(persistenceOption([panel, { ...panel, name: 'ideal' }], settings, DARK));
  expect(chart.renderToSVGString()).toContain('×2');
  expect(chart.renderToSVGString()).toContain('∞');
  chart.setOption(barcodeOption([panel], { ...settings, most: 12 }, LIGHT), { notMerge: true });
  expect(chart.renderToSVGString()).toContain('#d55e00');
  chart.dispose();
});
