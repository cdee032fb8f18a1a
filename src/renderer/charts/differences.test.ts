import { describe, expect, it } from 'vitest';
import { differencesCsv, differencesOption, differenceText, isClear } from './differences.ts';
import { LIGHT } from './theme.ts';

const row = (mean: number, low: number | null, high: number | null) => ({ name: 'p', n: 3, mean, low, high });
const axisOf = (rows: ReturnType<typeof row>[]) =>
  differencesOption({ rows, xName: 'difference' }, LIGHT).xAxis as { min: number; max: number };

describe('differencesOption', () => {
  it('lies about zero, and holds every interval up to what is possible', () => {
    expect(axisOf([row(0.1, 0.02, 0.31)])).toMatchObject({ min: -0.5, max: 0.5 });
    expect(axisOf([row(-0.004, -0.005, 0)])).toMatchObject({ min: -0.05, max: 0.05 });
    // Two seeds give intervals wider than accuracies can differ.
    expect(axisOf([row(0.3, -2, 2.6)])).toMatchObject({ min: -1, max: 1 });
  });

  it('fills the marks whose interval leaves zero out', () => {
    expect(isClear(row(0.2, 0.1, 0.3))).toBe(true);
    expect(isClear(row(-0.2, -0.3, -0.1))).toBe(true);
    expect(isClear(row(0.2, -0.1, 0.5))).toBe(false);
    expect(isClear(row(0.2, null, null))).toBe(false);
    const { series } = differencesOption(
      { rows: [row(0.2, 0.1, 0.3), row(0.2, null, null)], xName: '' },
      LIGHT,
    ) as {
      series: { data: { itemStyle: { color: string } }[] }[];
    };
    expect(series[0]!.data[0]!.itemStyle.color).not.toBe(series[0]!.data[1]!.itemStyle.color);
  });
});

it('says that a single pair has no interval', () => {
  expect(differenceText(row(-0.25, null, null))).toContain('one pair: no interval');
  expect(differenceText(row(-0.25, -0.5, 0))).toBe('−0.250 (95 %: −0.500 to 0.000; 3 pairs)');
  expect(differencesCsv({ rows: [row(0.5, null, null)], xName: 'b − a' })).toBe(
    'section,b − a,low,high,pairs\r\np,0.5,,,3\r\n',
  );
});
