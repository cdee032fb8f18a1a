import { describe, expect, it } from 'vitest';
import { rgbOf } from './scatter3d-palette.ts';
import { DIVERGING } from './scatter3d-palette.ts';
import {
  blockSize,
  matrixPixels,
  pairText,
  scaleOf,
  similarityCsv,
  similarityHeight,
  similarityLayout,
  similarityOption,
  type Similarities,
} from './similarity.ts';
import { LIGHT } from './theme.ts';

const data: Similarities = {
  measure: 'cosine',
  labels: [
    [0, 0],
    [0, 5],
    [3, 0],
    [3, 5],
  ],
  order: 'x-then-y',
  matrix: new Float32Array(16).map((_, i) => -1 + i / 8),
  factorized: new Float32Array(16).fill(0.5),
};

describe('matrixPixels', () => {
  it('puts −1, 0 and 1 at the ends and the middle of the palette, and leaves gaps clear', () => {
    const pixels = matrixPixels(new Float32Array([-1, 0, 1, NaN]), scaleOf(data));
    const pixel = (i: number) => [...pixels.slice(4 * i, 4 * i + 4)];
    expect(pixel(0)).toEqual([...rgbOf(DIVERGING[0]!), 255]);
    expect(pixel(2)).toEqual([...rgbOf(DIVERGING.at(-1)!), 255]);
    expect(Math.min(...pixel(1).slice(0, 3))).toBeGreaterThan(225); // near white
    expect(pixel(3)[3]).toBe(0);
  });

  it('shares one scale between both matrices, from 0 to the greatest distance', () => {
    const { from, to } = scaleOf({ ...data, measure: 'distance', factorized: new Float32Array(16).fill(7) });
    expect([from, to]).toEqual([0, 7]);
  });
});

it('blocks are the rows of one value of the feature that comes first', () => {
  expect(blockSize(data.labels, 'x')).toBe(2);
  expect(
    blockSize(
      [
        [0, 0],
        [1, 0],
        [2, 0],
        [0, 1],
      ],
      'y',
    ),
  ).toBe(3);
  expect(
    blockSize(
      [
        [0, 0],
        [0, 1],
      ],
      'x',
    ),
  ).toBe(2);
});

it('rows and columns are named by their labels, in the text and in the CSV', () => {
  expect(pairText(data, 0, 3)).toBe('(0, 0) with (3, 5): cosine -0.625, factorized 0.500');
  const rows = similarityCsv(data).trimEnd().split('\r\n');
  expect(rows).toHaveLength(17);
  expect(rows[4]).toBe('0,0,3,5,-0.625,0.5');
});

it('both squares fit, do not meet, and fill the width at the height that is meant for it', () => {
  for (const width of [300, 700, 1500]) {
    const height = similarityHeight(width);
    const { side, left, top } = similarityLayout(width, height);
    expect(left[0] + side).toBeLessThan(left[1]);
    expect(left[1] + side).toBeLessThan(width);
    expect(top + side).toBeLessThan(height);
  }
});

it('ticks stand at whole blocks and name the value of the feature that comes first', () => {
  const { xAxis } = similarityOption(data, [null, null], { width: 600, height: 300 }, LIGHT) as unknown as {
    xAxis: { interval: number; axisLabel: { formatter: (row: number) => string } }[];
  };
  expect(xAxis[0]!.interval).toBe(2);
  expect([0, 2, 4].map(xAxis[0]!.axisLabel.formatter)).toEqual(['0', '3', '']);
});
