import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Rng } from '../../base/rng.ts';
import type { Diagrams } from '../records-analysis.ts';
import { angleGrid, cliffordTorus } from '../representation/ideal.ts';
import type { Points } from '../representation/points.ts';
import { boundaryMatrixDiagrams, byBirth } from '../testing/boundary-matrix.ts';
import { withinBottleneck } from '../testing/bottleneck.ts';
import reference from '../testing/reference.json' with { type: 'json' };
import { Column } from './column.ts';
import { mostPoints } from './memory.ts';
import { persistence } from './persistence.ts';

function pointsOf(rows: readonly (readonly number[])[]): Points {
  const dimension = rows[0]!.length;
  return { data: Float64Array.from(rows.flat()), count: rows.length, dimension };
}

function normalCloud(count: number, dimension: number, seed: number): Points {
  const rng = new Rng(seed, 'noise');
  return { data: Float64Array.from({ length: count * dimension }, () => rng.normal()), count, dimension };
}

/** Largest difference of a birth or death, bars taken by birth; infinite if their numbers differ. */
function difference(a: Diagrams, b: Diagrams): number {
  if (a.length !== b.length) return Infinity;
  const [p, q] = [byBirth(a), byBirth(b)];
  let worst = 0;
  p.forEach((bars, k) => {
    if (bars.length !== q[k]!.length) worst = Infinity;
    bars.forEach(([birth, death], i) => {
      const [otherBirth, otherDeath] = q[k]![i] ?? [Infinity, Infinity];
      const deaths =
        death === null || otherDeath === null ? (death === otherDeath ? 0 : Infinity) : death - otherDeath;
      worst = Math.max(worst, Math.abs(birth - otherBirth), Math.abs(deaths));
    });
  });
  return worst;
}

describe('persistence against ripser', () => {
  // reference.json was made with ripser.py and rounded to six digits.
  for (const { name, points, maxDim, diagrams } of reference.topology) {
    it(`gives every bar of the ${name}`, () => {
      const ours = persistence(pointsOf(points), { maxDim }).diagrams;
      expect(ours.map((bars) => bars.length)).toEqual(diagrams.map((bars) => bars.length));
      expect(difference(ours, diagrams as Diagrams)).toBeLessThan(2e-6);
    });

    it(`keeps the bars of the ${name} when its points move by 1e-7`, () => {
      const rng = new Rng(1, 'noise');
      const moved = pointsOf(points);
      for (let i = 0; i < moved.data.length; i++) moved.data[i]! += 1e-7 * (2 * rng.uniform() - 1);
      const ours = persistence(moved, { maxDim }).diagrams;
      // Lengths change by at most 2 · 1e-7 · √12, and diagrams by no more (stability); the reference has six digits.
      ours.forEach((bars, k) => {
        expect(withinBottleneck(bars, (diagrams as Diagrams)[k]!, 1.3e-6)).toBe(true);
      });
    });
  }
});

describe('persistence of a grid on the Clifford torus', () => {
  // In closed form: the two circles are n-gons of side 2 sin(π/n), filled once a triangle reaches around; each of the grid's
  // squares but one is a loop that its diagonal, √2 times the side, fills.
  for (const n of [5, 6, 7, 9, 10, 12]) {
    it(`has the loops of ${n}×${n}`, () => {
      const [, loops] = persistence(cliffordTorus(angleGrid(n, n)), { maxDim: 1 }).diagrams;
      const side = 2 * Math.sin(Math.PI / n);
      const around = 2 * Math.sin((Math.PI * Math.ceil(n / 3)) / n);
      const expected: Diagrams[number] = [
        ...Array.from({ length: n * n - 1 }, (): [number, number] => [side, Math.SQRT2 * side]),
        [side, around],
        [side, around],
      ];
      expect(difference([loops!], [expected])).toBeLessThan(1e-12);
      expect(loops![0]![1]).toBeCloseTo(around, 12); // longest first
      expect(loops![1]![1]).toBeCloseTo(around, 12);
    });
  }

  it('has the void of 10×10', () => {
    const [, , voids] = persistence(cliffordTorus(angleGrid(10, 10)), { maxDim: 2 }).diagrams;
    expect(voids![0]![0]).toBeCloseTo(2 * Math.SQRT2 * Math.sin(Math.PI / 10), 12); // .874032
    expect(voids![0]![1]).toBeCloseTo(2 * Math.sin((4 * Math.PI) / 10), 12); // 1.902113
  });

  it('does not take rounding for bars', () => {
    // Of 14×14 points, equal lengths differ in the last bits; whatever lives shorter than 1e-6 is made of them.
    const { diagrams } = persistence(cliffordTorus(angleGrid(14, 14)), { maxDim: 1 });
    expect(diagrams.flat().filter(([b, d]) => d !== null && d - b < 1e-6)).toEqual([]);
  });
});

describe('persistence against the reduction of the whole boundary matrix', () => {
  /** Any symmetric matrix filters a complex; few distinct values make ties, which is where shortcuts go wrong. */
  const matrices = fc.integer({ min: 2, max: 9 }).chain((n) =>
    fc.record({
      n: fc.constant(n),
      values: fc.array(fc.integer({ min: 0, max: 7 }), {
        minLength: (n * (n - 1)) / 2,
        maxLength: (n * (n - 1)) / 2,
      }),
      threshold: fc.constantFrom(Infinity, Infinity, 5, 3, 2),
    }),
  );

  it('agrees on any matrix with ties and thresholds', () => {
    fc.assert(
      fc.property(matrices, ({ n, values, threshold }) => {
        const rows = Array.from({ length: n }, () => new Array<number>(n).fill(0));
        let next = 0;
        for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) rows[i]![j] = rows[j]![i] = values[next++]!;
        const matrix = { distances: Float64Array.from(rows.flat()), count: n };
        const ours = persistence(matrix, { maxDim: 2, threshold }).diagrams;
        expect(byBirth(ours)).toEqual(boundaryMatrixDiagrams(rows, 2, threshold));
      }),
      { numRuns: 300 },
    );
  });

  for (const [count, dimension] of [
    [12, 2],
    [13, 3],
    [13, 5],
  ] as const) {
    it(`agrees on ${count} normal points in ${dimension}-D`, () => {
      for (let seed = 0; seed < 4; seed++) {
        const { data } = normalCloud(count, dimension, seed);
        const row = (i: number) => data.subarray(i * dimension, (i + 1) * dimension);
        const distances = Array.from({ length: count }, (_, i) =>
          Array.from({ length: count }, (_, j) => Math.hypot(...row(i).map((x, k) => x - row(j)[k]!))),
        );
        const ours = persistence({ data, count, dimension }, { maxDim: 2 }).diagrams;
        expect(difference(ours, boundaryMatrixDiagrams(distances, 2))).toBeLessThan(1e-12);
      }
    });
  }

  it('agrees on 20 points with random distances, whose columns are added to each other', () => {
    for (let seed = 0; seed < 4; seed++) {
      const rng = new Rng(seed, 'noise');
      const rows = Array.from({ length: 20 }, () => new Array<number>(20).fill(0));
      for (let i = 0; i < 20; i++) for (let j = 0; j < i; j++) rows[i]![j] = rows[j]![i] = 1 + rng.uniform();
      const ours = persistence(
        { distances: Float64Array.from(rows.flat()), count: 20 },
        { maxDim: 2 },
      ).diagrams;
      expect(difference(ours, boundaryMatrixDiagrams(rows, 2))).toBeLessThan(1e-12);
    }
  });

  it('finds the void of an octahedron and keeps it below a threshold', () => {
    const rows = [0, 1, 2].flatMap((k) => [1, -1].map((s) => [0, 1, 2].map((i) => (i === k ? s : 0))));
    expect(persistence(pointsOf(rows), { maxDim: 2 }).diagrams[2]).toEqual([[Math.SQRT2, 2]]);
    expect(persistence(pointsOf(rows), { maxDim: 2, threshold: 1.5 }).diagrams[2]).toEqual([
      [Math.SQRT2, null],
    ]);
  });
});

describe('persistence is a property of the space', () => {
  const cloud = normalCloud(60, 4, 3);
  const { diagrams, enclosingRadius } = persistence(cloud, { maxDim: 2 });

  it('whatever the order of the points', () => {
    const order = new Rng(5, 'subsample').shuffle(Int32Array.from({ length: 60 }, (_, i) => i));
    const data = new Float64Array(240);
    order.forEach((from, to) => data.set(cloud.data.subarray(4 * from, 4 * from + 4), 4 * to));
    const shuffled = persistence({ ...cloud, data }, { maxDim: 2 });
    expect(shuffled.enclosingRadius).toBe(enclosingRadius);
    expect(shuffled.diagrams).toEqual(diagrams);
  });

  it('turned and shifted', () => {
    const data = cloud.data.slice();
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    for (let i = 0; i < 60; i++) {
      for (const [k, l] of [
        [0, 1],
        [1, 3],
        [2, 0],
      ] as const) {
        const [x, y] = [data[4 * i + k]!, data[4 * i + l]!];
        data[4 * i + k] = c * x - s * y + 2;
        data[4 * i + l] = s * x + c * y - 1;
      }
    }
    expect(difference(persistence({ ...cloud, data }, { maxDim: 2 }).diagrams, diagrams)).toBeLessThan(1e-12);
  });

  it.each([1e-60, 1e60])('in any unit: %s', (unit) => {
    const scaled = persistence({ ...cloud, data: cloud.data.map((x) => x * unit) }, { maxDim: 1 }).diagrams;
    const back = scaled.map((bars) =>
      bars.map(([b, d]) => [b / unit, d === null ? null : d / unit] as [number, number]),
    );
    expect(difference(back, diagrams.slice(0, 2))).toBeLessThan(1e-12);
  });

  it('with points twice, which add no bars', () => {
    const data = new Float64Array(260);
    data.set(cloud.data);
    data.set(cloud.data.subarray(40, 60), 240);
    const doubled = persistence({ data, count: 65, dimension: 4 }, { maxDim: 2 }).diagrams;
    expect(doubled).toEqual(diagrams);
  });

  it('and up to a threshold is the same filtration cut off', () => {
    const many = normalCloud(150, 4, 6);
    const all = persistence(many, { maxDim: 1 }).diagrams;
    const [born, dies] = all[1]![0]!;
    const threshold = (born + dies!) / 2;
    const cut = all.map((bars) =>
      bars
        .filter(([birth]) => birth <= threshold)
        .map(([birth, death]): [number, number | null] => [birth, death! > threshold ? null : death]),
    );
    const ours = persistence(many, { maxDim: 1, threshold }).diagrams;
    expect(byBirth(ours)).toEqual(byBirth(cut));
    expect(ours[1]!.some(([, death]) => death === null)).toBe(true);
  });

  it('whose one component never dies, and whose dimensions are those asked for', () => {
    for (const maxDim of [0, 1, 2]) {
      const { diagrams: some } = persistence(cloud, { maxDim });
      expect(some).toEqual(diagrams.slice(0, maxDim + 1));
    }
    expect(diagrams[0]![0]).toEqual([0, null]);
    expect(diagrams.flat().filter(([, death]) => death === null)).toHaveLength(1);
  });

  it('and is listed longest first', () => {
    for (const bars of diagrams) {
      const lengths = bars.map(([birth, death]) => (death ?? Infinity) - birth);
      expect(lengths).toEqual(lengths.toSorted((p, q) => q - p));
    }
  });
});

describe('persistence in little memory', () => {
  it('gives the same diagrams as in much', () => {
    // The loop of a circle lives through two thirds of all lengths; in 3 MiB its column takes several passes.
    const { data } = normalCloud(200, 2, 2);
    const circle = data.map((x, i) => 0.02 * x + (i % 2 ? Math.sin : Math.cos)((Math.PI * (i >> 1)) / 100));
    const points = { data: circle, count: 200, dimension: 2 };
    const again = vi.spyOn(Column.prototype, 'again');
    const much = persistence(points, { maxDim: 1 }).diagrams;
    expect(again).not.toHaveBeenCalled();
    expect(persistence(points, { maxDim: 1, memory: 3 * 2 ** 20 }).diagrams).toEqual(much);
    expect(again).toHaveBeenCalled();
    again.mockRestore();
  });
});

describe('persistence refuses', () => {
  it.each([
    [
      'NaN',
      { data: new Float64Array([0, 0, 1, NaN]), count: 2, dimension: 2 },
      /got NaN at point 1, coordinate 1/,
    ],
    ['one point', { data: new Float64Array(3), count: 1, dimension: 3 }, /got 1 point, expected at least 2/],
    ['ragged rows', { data: new Float64Array(5), count: 2, dimension: 3 }, /got 5 numbers for 2 points/],
    [
      'too large',
      { data: new Float64Array([1e200, -1e200]), count: 2, dimension: 1 },
      /got distance Infinity/,
    ],
    [
      'asymmetric',
      { distances: new Float64Array([0, 1, 2, 0]), count: 2 },
      /got distances 2 and 1 .* symmetric/,
    ],
    [
      'negative',
      { distances: new Float64Array([0, -1, -1, 0]), count: 2 },
      /got distance -1 of points 0 and 1/,
    ],
    [
      'non-zero diagonal',
      { distances: new Float64Array([0, 1, 1, 3]), count: 2 },
      /distance 3 of point 1 to itself/,
    ],
  ])('%s', (_, input, message) => {
    expect(() => persistence(input, { maxDim: 1 })).toThrow(message);
  });

  it('other dimensions and thresholds', () => {
    const cloud = normalCloud(5, 2, 1);
    expect(() => persistence(cloud, { maxDim: 3 })).toThrow('got dimension 3, expected 0, 1 or 2');
    expect(() => persistence(cloud, { maxDim: 1, threshold: NaN })).toThrow('got threshold NaN');
  });

  it('more points than memory holds, naming how many landmarks would fit', () => {
    expect(() => persistence(normalCloud(2000, 2, 1), { maxDim: 2 })).toThrow(
      new RegExp(`got 2000 points up to H2, .* at most ${mostPoints(2)} points or landmarks`),
    );
    const memory = 2 ** 20;
    const most = mostPoints(2, memory);
    expect(persistence(normalCloud(most, 2, 1), { maxDim: 2, memory }).diagrams).toHaveLength(3);
    expect(() => persistence(normalCloud(most + 1, 2, 1), { maxDim: 2, memory })).toThrow(
      `at most ${most} points`,
    );
  });

  it('more points than keys can number, whatever the memory, without blaming the memory', () => {
    // The greatest n with C(n, 2)·C(n, 3) ≤ 2⁵², in whole numbers.
    const memory = 2 ** 40;
    const most = mostPoints(1, memory);
    const pairsTimesTriangles = (n: number) =>
      ((BigInt(n) * BigInt(n - 1)) / 2n) * ((BigInt(n) * BigInt(n - 1) * BigInt(n - 2)) / 6n);
    expect(pairsTimesTriangles(most) <= 2n ** 52n && pairsTimesTriangles(most + 1) > 2n ** 52n).toBe(true);
    const many = { data: new Float64Array(most + 1), count: most + 1, dimension: 1 };
    expect(() => persistence(many, { maxDim: 1, memory })).toThrow(
      `got ${most + 1} points up to H1, whose simplices are more than a double can number, expected at most ${most} points`,
    );
  });
});

describe('persistence is watched', () => {
  const cloud = cliffordTorus(angleGrid(12, 12));

  it('by a progress that rises to 1', () => {
    const seen: number[] = [];
    persistence(cloud, { maxDim: 2, onProgress: (done) => seen.push(done) });
    expect(seen).toEqual(seen.toSorted((p, q) => p - q));
    expect(seen.at(0)).toBe(0);
    expect(seen.at(-1)).toBe(1);
    expect(new Set(seen).size).toBeGreaterThan(10);
  });

  it('and stops wherever it is', () => {
    let asked = 0;
    persistence(cloud, { maxDim: 2, shouldStop: () => (asked++, false) });
    for (const at of [1, 2, Math.floor(asked / 2), asked]) {
      let calls = 0;
      const stop = () => persistence(cloud, { maxDim: 2, shouldStop: () => ++calls >= at });
      expect(stop).toThrow(expect.objectContaining({ code: 'CANCELLED' }));
      expect(calls).toBe(at);
    }
  });
});
