import { Matrix, solve } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { DecodingResult } from '../records-analysis.ts';
import { decode, decodingKind } from './decoding.ts';
import { angleGrid, cliffordTorus } from './ideal.ts';
import type { Label } from './labels.ts';
import { pointsOf, embedded, gaussian } from './testing.ts';
import { ridgeData, ridgePredict } from './ridge.ts';

function gridLabels(n: number): Label[] {
  return Array.from({ length: n * n }, (_, i) => [i % n, Math.floor(i / n)]);
}

/** The cross of the paper on an n × n grid: values from `from` up to `to` of x or y are held out. */
function crossSections(labels: readonly Label[], from: number, to: number): string[] {
  const held = (value: number) => value >= from && value <= to;
  return labels.map(([x, y]) =>
    held(x) ? (held(y) ? 'intersection' : 'vertical') : held(y) ? 'horizontal' : 'in-distribution',
  );
}

type Scores = ReturnType<typeof decode>['targets'][number]['scores'];
const r2 = (scores: Scores, on: string) => scores.find((score) => score.on === on)!.r2;

describe('ridgePredict', () => {
  // Normal equations written out with ml-matrix, on the training rows alone: an independent peer for both routes.
  it.each([
    ['primal', 20, 6],
    ['dual', 12, 30],
  ])('solves the normal equations (%s)', (_, count, dimension) => {
    const penalty = 0.3;
    const points = gaussian(count, dimension, 1, (c) => 1 + c);
    const targets = gaussian(count, 2, 2).data as Float64Array;
    const train = Array.from({ length: count - 4 }, (_, i) => i + 1);
    const test = [0, 3, count - 1];

    const all = Matrix.from1DArray(count, dimension, points.data);
    const x = all.subMatrixRow(train);
    const y = Matrix.from1DArray(count, 2, targets).subMatrixRow(train);
    const [meanX, meanY] = [x.mean('column'), y.mean('column')];
    x.subRowVector(meanX);
    y.subRowVector(meanY);
    const gram = x.transpose().mmul(x);
    const lambda = (penalty * gram.trace()) / dimension;
    const weights = solve(gram.add(Matrix.eye(dimension, dimension).mul(lambda)), x.transpose().mmul(y));
    const expected = all.subMatrixRow(test).subRowVector(meanX).mmul(weights).addRowVector(meanY).to1DArray();

    // The rows may be centred on anything: here on an arbitrary offset.
    const rows = Float64Array.from(points.data, (value, i) => value - (i % dimension));
    const got = ridgePredict(ridgeData(rows, count, dimension), targets, 2, train, test, penalty);
    expect(got.length).toBe(expected.length);
    for (const [i, value] of expected.entries()) expect(got[i]).toBeCloseTo(value, 9);
  });
});

describe('decode', () => {
  const labels = gridLabels(10);
  const sections = crossSections(labels, 4, 5);

  it('reads a linear code everywhere, held-out values included', () => {
    const points = embedded(pointsOf(labels.map(([x, y]) => [x, 2 * y])), 8, 1, 0.5, 3);
    const result = decode(points, labels, sections, { penalty: 1e-9 });
    expect(DecodingResult.parse(result)).toEqual(result);
    expect(result.targets.map(({ feature }) => feature)).toEqual(['x', 'y']);
    for (const { scores } of result.targets) {
      expect(scores.map(({ on, labels: count }) => [on, count])).toEqual([
        ['seen', 64],
        ['folds', 64],
        ['value-folds', 64],
        ['vertical', 16],
        ['horizontal', 16],
        ['intersection', 4],
      ]);
      for (const { r2: score } of scores) expect(score).toBeGreaterThan(0.9999);
    }
  });

  it('tells composition from interpolation in a code that has a coordinate for each value', () => {
    // One-hot: a value never seen has a coordinate that never varied, so nothing but the mean is read from it.
    const oneHot = pointsOf(
      labels.map(([x, y]) => Array.from({ length: 20 }, (_, c) => (c === x || c === 10 + y ? 1 : 0))),
    );
    const result = decode(oneHot, labels, sections, { penalty: 1e-4 });
    const [x, y] = [result.targets[0]!.scores, result.targets[1]!.scores];
    expect(r2(x, 'folds')).toBeGreaterThan(0.99);
    expect(r2(x, 'value-folds')).toBeLessThan(0.1);
    expect(r2(x, 'horizontal')).toBeGreaterThan(0.99); // x seen, with values of y never seen
    expect(r2(y, 'horizontal')).toBeLessThan(0.1);
    expect(r2(y, 'vertical')).toBeGreaterThan(0.99);
    expect(r2(x, 'intersection')).toBeLessThan(0.1);
  });

  it('finds nothing in noise that it has not seen', () => {
    const result = decode(gaussian(100, 400, 2), labels, sections);
    for (const { scores } of result.targets) {
      expect(r2(scores, 'seen')).toBeGreaterThan(0.9); // 400 numbers fit 64 labels
      expect(r2(scores, 'folds')).toBeLessThan(0.3);
    }
  });

  it('scores 0 for a section of which it knows only the mean', () => {
    // A code of y alone: x is decoded as its mean over the training labels, which is 4.5, and so is the mean of the
    // labels scored.
    const points = pointsOf(labels.map(([, y]) => [y, y * y]));
    const [x, y] = decode(points, labels, sections, { penalty: 1e-9 }).targets;
    expect(r2(x!.scores, 'seen')).toBeCloseTo(0, 9);
    expect(r2(x!.scores, 'horizontal')).toBeCloseTo(0, 9);
    expect(r2(y!.scores, 'vertical')).toBeCloseTo(1, 6);
  });

  it('has no R² where the target does not vary', () => {
    const single = crossSections(labels, 4, 4);
    const [x, y] = decode(gaussian(100, 3, 3), labels, single).targets;
    expect(r2(x!.scores, 'vertical')).toBeNull();
    expect(r2(y!.scores, 'vertical')).not.toBeNull();
    expect(r2(y!.scores, 'horizontal')).toBeNull();
    expect(r2(x!.scores, 'intersection')).toBeNull();
    // One value of y in distribution: no variance, and no folds of values.
    const row = labels.map(([, value]) => (value === 2 ? 'in-distribution' : 'lesion'));
    const flat = decode(gaussian(100, 3, 3), labels, row).targets[1]!.scores;
    expect(flat.slice(0, 3).map((score) => score.r2)).toEqual([null, null, null]);
    expect(r2(flat, 'lesion')).not.toBeNull();
  });

  it('reads angles around the seam', () => {
    // On a Clifford torus cos and sin are coordinates, so that a periodic decoder is perfect; x itself jumps at the
    // seam and no linear map follows.
    const torus = embedded(cliffordTorus(angleGrid(10, 10)), 6, 4, 2, 1);
    const everywhere = labels.map(() => 'in-distribution');
    const circular = decode(torus, labels, everywhere, { penalty: 1e-9, period: 10 });
    const straight = decode(torus, labels, everywhere, { penalty: 1e-9 });
    for (const target of [0, 1]) {
      for (const on of ['seen', 'folds', 'value-folds']) {
        expect(r2(circular.targets[target]!.scores, on)).toBeCloseTo(1, 9);
      }
      expect(r2(straight.targets[target]!.scores, 'seen')).toBeLessThan(0.7);
    }
  });

  it('gives a periodic decoder that knows nothing an R² near or below zero', () => {
    const everywhere = labels.map(() => 'in-distribution');
    const result = decode(gaussian(100, 4, 5), labels, everywhere, { period: 10 });
    for (const { scores } of result.targets) expect(r2(scores, 'folds')).toBeLessThan(0.2);
  });

  it('scores 0 for a periodic decoder that knows only the mean direction', () => {
    // A code of y alone, and x over half of the circle: the fit answers the mean of the unit vectors, whose direction
    // is the reference of the circular R².
    const half = gridLabels(5);
    const points = pointsOf(half.map(([, y]) => [y, Math.cos(y)]));
    const [x] = decode(
      points,
      half,
      half.map(() => 'in-distribution'),
      { period: 10 },
    ).targets;
    expect(r2(x!.scores, 'seen')).toBeCloseTo(0, 9);
  });

  it('gives both routes the same scores', () => {
    // Coordinates of zeros change the number of dimensions and, but for the penalty's unit, nothing else.
    const narrow = gaussian(100, 5, 6);
    const padded = pointsOf(
      Array.from({ length: 100 }, (_, i) => [
        ...narrow.data.subarray(5 * i, 5 * i + 5),
        ...new Array<number>(120).fill(0),
      ]),
    );
    const primal = decode(narrow, labels, sections, { penalty: 0.01 });
    const dual = decode(padded, labels, sections, { penalty: 0.01 * 25 });
    for (const [t, { scores }] of primal.targets.entries()) {
      for (const [s, score] of scores.entries()) {
        expect(dual.targets[t]!.scores[s]!.r2).toBeCloseTo(score.r2!, 8);
      }
    }
  });

  it('is a function of its seed, which only the folds depend on', () => {
    const points = gaussian(100, 7, 7);
    const run = (seed: number) => decode(points, labels, sections, { seed }).targets[0]!.scores;
    expect(run(1)).toEqual(run(1));
    expect(r2(run(1), 'folds')).not.toBe(r2(run(2), 'folds'));
    expect(r2(run(1), 'vertical')).toBe(r2(run(2), 'vertical'));
  });

  it('tells its progress and stops when asked to', () => {
    const seen: number[] = [];
    const points = gaussian(100, 200, 8);
    decode(points, labels, sections, { onProgress: (fraction) => void seen.push(fraction) });
    expect(seen.every((fraction, i) => i === 0 || fraction >= seen[i - 1]!)).toBe(true);
    expect(seen.at(-1)).toBe(1);
    for (const after of [0, 1, 10]) {
      let left = after;
      expect(() => decode(points, labels, sections, { shouldStop: () => left-- <= 0 })).toThrow(
        expect.objectContaining({ code: 'CANCELLED' }),
      );
    }
  });

  it('says what is wrong with its input', () => {
    const points = gaussian(100, 3, 9);
    expect(() => decode(points, labels.slice(1), sections)).toThrow(/99 labels for 100 points/);
    expect(() => decode(points, labels, sections.slice(1))).toThrow(/99 sections for 100 points/);
    expect(() => decode(points, labels, sections, { penalty: -1 })).toThrow(/penalty -1/);
    expect(() => decode(points, labels, sections, { penalty: NaN })).toThrow(/penalty NaN/);
    expect(() => decode(points, labels, sections, { period: 0 })).toThrow(/period 0/);
    const few = sections.map((_, i) => (i < 9 ? 'in-distribution' : 'lesion'));
    expect(() => decode(points, labels, few)).toThrow(
      /9 labels of section "in-distribution", expected at least 10/,
    );
    const partly = gaussian(100, 3, 9);
    for (const [i, section] of sections.entries()) {
      if (section === 'in-distribution') partly.data.fill(1, 3 * i, 3 * i + 3);
    }
    expect(() => decode(partly, labels, sections)).toThrow(
      /64 points of section "in-distribution" that are all/,
    );
    const wide = { data: new Float32Array(0), count: 100, dimension: 700_000 };
    expect(() => decode(wide, labels, sections)).toThrow(/expected at most 95 of that dimension/);
    const same = { ...points, data: new Float64Array(300).fill(1) };
    expect(() => decode(same, labels, sections)).toThrow(/all the same/);
    expect(() => decode(gaussian(100, 300, 9), labels, sections, { penalty: 0 })).toThrow(/singular/);
    points.data[5] = NaN;
    expect(() => decode(points, labels, sections)).toThrow(/NaN at point 1, coordinate 2/);
  });
});

describe('decodingKind', () => {
  it('follows which value was held out', () => {
    expect(decodingKind('x', 'vertical')).toBe('interpolation');
    expect(decodingKind('y', 'vertical')).toBe('composition');
    expect(decodingKind('x', 'horizontal')).toBe('composition');
    expect(decodingKind('y', 'horizontal')).toBe('interpolation');
    expect(decodingKind('x', 'intersection')).toBe('interpolation');
    expect(decodingKind('x', 'folds')).toBe('composition');
    expect(decodingKind('x', 'value-folds')).toBe('interpolation');
    expect(decodingKind('x', 'corner square')).toBeNull();
  });
});
