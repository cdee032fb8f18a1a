import { describe, expect, it } from 'vitest';
import { Rng } from '../../base/rng.ts';
import type { FactorizationResult, FactorizationTest } from '../records-analysis.ts';
import { FACTORIZATION_TESTS, FactorizationResult as Schema } from '../records-analysis.ts';
import { angleGrid, cliffordTorus, torusOfRevolution } from '../representation/ideal.ts';
import type { Points } from '../representation/points.ts';
import { measureFactorization } from './factorization.ts';
import { factorizationScore } from './score.ts';

type Label = readonly [number, number];

function gridLabels(n: number): Label[] {
  return Array.from({ length: n * n }, (_, i) => [i % n, Math.floor(i / n)] as const);
}
const labels = gridLabels(16);
const angles = angleGrid(16, 16);
const options = { size: 16, draws: 3000, seed: 0 };
const test = (result: FactorizationResult, name: FactorizationTest) =>
  result.tests.find((entry) => entry.test === name)!;
const of = (points: Points, change: Partial<typeof options> = {}) =>
  measureFactorization(points, labels, { ...options, ...change });

describe('on the ideal shapes', () => {
  const n = 128;
  const draws = 40_000;
  const result = measureFactorization(torusOfRevolution(angleGrid(n, n), 'x'), gridLabels(n), {
    ...{ size: n, draws, seed: 0 },
  });

  it('is that of the Clifford torus: orthogonality 0, parallelism 1', () => {
    const zero = test(result, 'orthogonality-xy').clifford;
    expect([zero.mean, zero.sd, zero.count, zero.excluded]).toEqual([0, 0, draws, 0]);
    for (const name of ['parallelism-x', 'parallelism-y'] as const) {
      const { mean, sd } = test(result, name).clifford;
      expect(mean).toBeCloseTo(1, 12);
      expect(sd).toBeCloseTo(0, 12);
    }
  });

  it('is that of the 3D torus with x around the axis', () => {
    expect(test(result, 'parallelism-x').model.mean).toBeCloseTo(1, 12);
    // cos = sin²φ cos(x′ − x) + cos²φ with φ = (y + y′)/2. Over uniform angles: mean ½, variance 3/16 + 3/8 − ¼ = 5/16;
    // x ≠ x′ on n values takes ½/(n − 1) from the mean. Four standard errors of 40,000 draws are 0.011.
    const along = test(result, 'parallelism-y').model;
    expect(Math.abs(along.mean! - (0.5 - 0.5 / (n - 1)))).toBeLessThan(0.011);
    expect(Math.abs(along.sd! - Math.sqrt(5 / 16))).toBeLessThan(0.011);
    // paper.md's 0.505 ± 0.554 and 0.003 ± 0.498 are of random draws too, rounded to three digits.
    expect(Math.abs(along.mean! - 0.505)).toBeLessThan(0.02);
    expect(Math.abs(along.sd! - 0.554)).toBeLessThan(0.02);
    const across = test(result, 'orthogonality-xy').model;
    expect(Math.abs(across.mean! - 0.003)).toBeLessThan(0.015);
    expect(Math.abs(across.sd! - 0.498)).toBeLessThan(0.015);
  });

  it('has mean 0 and SD 0.71 over disjoint pairs of one feature on all, so that these cannot discriminate', () => {
    for (const name of ['orthogonality-xx', 'orthogonality-yy'] as const) {
      const { model, clifford, torusY, distance } = test(result, name);
      for (const { mean, sd } of [model, clifford, torusY]) {
        expect(Math.abs(mean!)).toBeLessThan(0.015);
        expect(sd).toBeCloseTo(0.71, 2);
      }
      expect(distance.clifford).toBeLessThan(1e-9);
    }
  });

  it('has the cosine of the angle between the bases for equal steps, on the Clifford torus', () => {
    // Bases x, x′ with a common step of a grid that does not wrap: the difference turns by x′ − x.
    const { model, clifford } = test(result, 'steps-xx');
    expect(clifford.count).toBe(draws);
    expect(model.mean).toBeCloseTo(clifford.mean!, 9);
    const [three] = [0, 1, 2].map(() => gridLabels(3)); // steps ±1 from two bases, ±2 from one: cos 1 radian
    const small = measureFactorization(cliffordTorus(Float64Array.from(three!.flat())), three!, {
      size: 2 * Math.PI,
      draws: 500,
      seed: 0,
    });
    expect(test(small, 'steps-xx').model).toMatchObject({ count: 500, sd: expect.closeTo(0, 9) });
    expect(test(small, 'steps-xx').model.mean).toBeCloseTo(Math.cos(1), 9);
    // No row of three has two disjoint pairs.
    expect(test(small, 'orthogonality-xx').model).toMatchObject({ mean: null, sd: null, count: 0 });
    expect(test(small, 'orthogonality-xx').distance.clifford).toBeNull();
    expect(small.score).toBeCloseTo(1, 9);
  });
});

describe('the factorization score', () => {
  const rotated = mixed(cliffordTorus(angles), 12, 7);

  it('is 1 on a Clifford torus turned into 12 dimensions, and 0 on either 3D torus, whose axis it finds', () => {
    expect(of(rotated).score).toBeCloseTo(1, 9);
    for (const major of ['x', 'y'] as const) {
      const result = of(mixed(torusOfRevolution(angles, major), 12, 7));
      expect(result.bestTorus).toBe(major);
      expect(result.score).toBeCloseTo(0, 9);
    }
  });

  it('does not change when points are turned, scaled and shifted', () => {
    const noisy = withNoise(torusOfRevolution(angles, 'y'), 0.3);
    const plain = of(noisy);
    const moved = of(mixed(noisy, 5, 3, 250, 40));
    expect(plain.score).toBeGreaterThan(0.05);
    expect(moved.score).toBeCloseTo(plain.score!, 9);
    expect(moved.bestTorus).toBe('y');
    for (const [i, { model }] of plain.tests.entries()) {
      expect(moved.tests[i]!.model.mean).toBeCloseTo(model.mean!, 9);
      expect(moved.tests[i]!.model.count).toBe(model.count);
    }
  });

  it('falls from 1 to 0 along the way from the one ideal to the other', () => {
    const scores = [0, 0.25, 0.5, 0.75, 1].map((part) => {
      const [a, b] = [cliffordTorus(angles), torusOfRevolution(angles, 'x')];
      const data = new Float64Array(7 * a.count);
      for (let i = 0; i < a.count; i++) {
        for (let k = 0; k < 4; k++) data[7 * i + k] = (1 - part) * a.data[4 * i + k]!;
        for (let k = 0; k < 3; k++) data[7 * i + 4 + k] = part * b.data[3 * i + k]!;
      }
      return of({ data, count: a.count, dimension: 7 }).score!;
    });
    expect(scores[0]).toBeCloseTo(1, 9);
    expect(scores[4]).toBeCloseTo(0, 9);
    for (let i = 1; i < scores.length; i++) expect(scores[i]).toBeLessThan(scores[i - 1]!);
  });

  it('is near ½ for points that have nothing to do with their labels', () => {
    // In many dimensions cosines are ½ where differences share an end, else 0, so that C = ½ + 1 + 1. On the torus with
    // x around its axis T = E|½ − c| + 1 + E|c′| = 0.6 + 1 + 0.63 over c of mean 0, SD ½ and c′ of mean ½, SD 0.56.
    const rng = new Rng(5, 'factorization');
    const data = Float32Array.from({ length: 256 * 400 }, () => rng.normal());
    const { score } = of({ data, count: 256, dimension: 400 });
    expect(score).toBeGreaterThan(0.45);
    expect(score).toBeLessThan(0.49);
  });

  it('is T / (C + T) with the nearer torus, and null without a deciding distance', () => {
    const at = (name: FactorizationTest, clifford: number | null, torusX: number, torusY: number) => ({
      test: name,
      distance: { clifford, torusX, torusY },
    });
    const tests = [
      at('orthogonality-xy', 0.1, 0.2, 0.2),
      at('parallelism-x', 0.2, 0.2, 0.6),
      at('parallelism-y', 0.1, 0.5, 0.1),
      at('orthogonality-xx', 9, 9, 9),
    ];
    // Sums: Clifford 0.4, torus 0.9 with either axis, of which x comes first.
    expect(factorizationScore(tests).score).toBeCloseTo(0.9 / 1.3, 12);
    expect(factorizationScore(tests).bestTorus).toBe('x');
    tests[2] = at('parallelism-y', null, 0.5, 0.1);
    expect(factorizationScore(tests).score).toBeNull();
  });
});

describe('measureFactorization', () => {
  it('is decided by the seed, and fits its schema', () => {
    const points = withNoise(cliffordTorus(angles), 0.2);
    const first = of(points);
    expect(of(points)).toEqual(first);
    expect(of(points, { seed: 1 }).tests[0]!.model.mean).not.toBe(first.tests[0]!.model.mean);
    expect(Schema.parse(first)).toEqual(first);
    expect(first.tests.map((entry) => entry.test)).toEqual(FACTORIZATION_TESTS);
  });

  it('does not depend on the order of the points, and bears missing labels', () => {
    const order = new Rng(2, 'factorization').shuffle([...labels.keys()]).slice(0, 200);
    const points = withNoise(torusOfRevolution(angles, 'x'), 0.1);
    const some = measureFactorization(
      chosen(points, order),
      order.map((i) => labels[i]!),
      options,
    );
    const sorted = order.toSorted((a, b) => a - b);
    const same = measureFactorization(
      chosen(points, sorted),
      sorted.map((i) => labels[i]!),
      options,
    );
    expect(same).toEqual(some);
    expect(some.tests[1]!.model.count).toBe(options.draws);
  });

  it('exchanges x and y with the labels', () => {
    const points = withNoise(torusOfRevolution(angles, 'x'), 0.1);
    const there = of(points);
    const back = measureFactorization(
      points,
      labels.map(([x, y]) => [y, x] as const),
      options,
    );
    expect([there.bestTorus, back.bestTorus]).toEqual(['x', 'y']);
    // Other draws of the same distribution: standard errors of 3,000 draws are 0.01.
    expect(Math.abs(there.score! - back.score!)).toBeLessThan(0.05);
  });

  it('counts every cosine in a bin, the ends included', () => {
    for (const { model, clifford } of of(cliffordTorus(angles)).tests) {
      for (const { histogram, count } of [model, clifford]) {
        expect(histogram).toHaveLength(40);
        expect(histogram.reduce((a, b) => a + b)).toBe(count);
      }
    }
    const { histogram } = test(of(cliffordTorus(angles)), 'parallelism-x').model;
    expect(histogram[39]).toBe(options.draws);
    // Cosines of exactly 0 belong to the bin that begins there.
    expect(test(of(cliffordTorus(angles)), 'orthogonality-xy').clifford.histogram[20]).toBeGreaterThan(0);
  });

  it('leaves out differences near zero, by the scale of the whole shape, and counts them', () => {
    // y acts a millionth as much as x: it has no direction, though each of its differences resembles the others.
    const { data } = cliffordTorus(angles);
    const flat = { data: data.map((v, i) => (i % 4 < 2 ? v : v * 1e-6)), count: 256, dimension: 4 };
    const result = of(flat);
    expect(test(result, 'parallelism-y').model).toMatchObject({ mean: null, count: 0, excluded: 3000 });
    expect(test(result, 'parallelism-x').model).toMatchObject({ count: 3000, excluded: 0 });
    expect(test(result, 'parallelism-y').clifford.excluded).toBe(0);
    expect(result.score).toBeNull();
    // Two rows of labels share their points: some differences vanish, most do not.
    const twice = { data: data.slice(), count: 256, dimension: 4 };
    twice.data.copyWithin(4 * 16, 0, 4 * 16);
    const { model } = test(of(twice), 'parallelism-y');
    expect(model.excluded).toBeGreaterThan(0);
    expect(model.count + model.excluded).toBe(3000);
  });

  it('reports its progress up to 1, and stops when asked', () => {
    const seen: number[] = [];
    measureFactorization(cliffordTorus(angles), labels, { ...options, onProgress: (f) => seen.push(f) });
    expect(seen.every((f, i) => i === 0 || f >= seen[i - 1]!)).toBe(true);
    expect([seen[0], seen.at(-1)]).toEqual([0, 1]);
    expect(Math.max(...seen.slice(0, -1))).toBeLessThan(1);
    let asked = 0;
    expect(() =>
      measureFactorization(cliffordTorus(angles), labels, { ...options, shouldStop: () => ++asked > 3 }),
    ).toThrow(expect.objectContaining({ code: 'CANCELLED' }));
  });

  it('refuses what it cannot measure, and says what it got', () => {
    const points = cliffordTorus(angles);
    const bad =
      (p: Points, l: readonly Label[], change: Partial<typeof options> = {}) =>
      () =>
        measureFactorization(p, l, { ...options, ...change });
    const some = (keep: (label: Label) => boolean) => {
      const rows = [...labels.keys()].filter((i) => keep(labels[i]!));
      return [chosen(points, rows), rows.map((i) => labels[i]!)] as const;
    };
    expect(bad(points, labels.slice(1))).toThrow('got 255 labels for 256 points, expected one for each');
    expect(bad(...some(([x]) => x < 2))).toThrow('got 2 × 16 different values of x and y on 32 points');
    expect(bad(...some(([x, y]) => x < 2 && y < 2))).toThrow('got 4 points, expected at least 9');
    const data = points.data.slice();
    data[4 * 5 + 2] = NaN;
    expect(bad({ ...points, data }, labels)).toThrow('got NaN at point 5, coordinate 2');
    const odd = labels.with(3, [NaN, 1]);
    expect(bad(points, odd)).toThrow('got (NaN, 1) for point 3, expected two finite numbers');
    expect(bad(points, labels.with(3, [1, 0]))).toThrow(
      'got (1, 0) for points 1 and 3, expected each label once',
    );
    expect(bad({ ...points, data: data.fill(2) }, labels)).toThrow('expected points that differ');
    expect(bad(points, labels, { draws: 0 })).toThrow('got 0 draws');
    expect(bad(points, labels, { size: 0 })).toThrow('got size 0');
  });
});

/** Points under a random isometry into more dimensions, times a scale, plus a shift. */
function mixed(points: Points, dimension: number, seed: number, scale = 1, shift = 0): Points {
  const rng = new Rng(seed, 'factorization');
  const axes: number[][] = [];
  for (let k = 0; k < points.dimension; k++) {
    let axis = Array.from({ length: dimension }, () => rng.normal());
    for (const known of axes) {
      const along = axis.reduce((sum, v, i) => sum + v * known[i]!, 0);
      axis = axis.map((v, i) => v - along * known[i]!);
    }
    const length = Math.hypot(...axis);
    axes.push(axis.map((v) => v / length));
  }
  const data = new Float64Array(points.count * dimension).fill(shift);
  for (let i = 0; i < points.count; i++) {
    for (const [k, axis] of axes.entries()) {
      const value = scale * points.data[points.dimension * i + k]!;
      axis.forEach((v, j) => (data[dimension * i + j]! += value * v));
    }
  }
  return { data, count: points.count, dimension };
}

function withNoise(points: Points, sd: number): Points {
  const rng = new Rng(11, 'factorization');
  return { ...points, data: Float64Array.from(points.data, (v) => v + sd * rng.normal()) };
}

function chosen({ data, dimension }: Points, rows: readonly number[]): Points {
  return {
    data: Float64Array.from(rows.flatMap((i) => [...data.subarray(dimension * i, dimension * (i + 1))])),
    count: rows.length,
    dimension,
  };
}
