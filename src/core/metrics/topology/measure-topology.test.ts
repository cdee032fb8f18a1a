import { describe, expect, it } from 'vitest';
import { Rng } from '../../base/rng.ts';
import { TopologyResult } from '../records-analysis.ts';
import { angleGrid, cliffordTorus, torusOfRevolution } from '../representation/ideal.ts';
import { farthestPointLandmarks, takePoints } from './landmarks.ts';
import { measureTopology } from './measure-topology.ts';
import { persistence } from './persistence.ts';

const side = 12;
/** (144, 2) labels of an image of 24 pixels, two pixels apart. */
const labels = Array.from(
  { length: 2 * side * side },
  (_, i) => 2 * (i % 2 === 0 ? (i / 2) % side : Math.floor(i / 2 / side)),
);
const angles = angleGrid(side, side);
const clifford = cliffordTorus(angles);
const torus = torusOfRevolution(angles);

describe('measureTopology', () => {
  it('gives a result as it is stored', () => {
    const result = measureTopology(clifford, { maxDim: 2, landmarks: 60, labels, size: 24 });
    expect(TopologyResult.parse(result)).toEqual(result);
    expect(result).toMatchObject({ points: 144, landmarks: 60, maxDim: 2 });
  });

  it('samples the ideal shapes at the labels of the landmarks', () => {
    // So each ideal's diagrams are those of points on it, when the points are the ideal's own.
    for (const [points, shape] of [
      [clifford, 'clifford'],
      [torus, 'torus'],
    ] as const) {
      for (const landmarks of [50, null]) {
        const result = measureTopology(points, { maxDim: 1, landmarks, labels, size: 24 });
        const ideal = result.ideals.find((other) => other.shape === shape)!;
        expect(result.ideals.map((other) => other.shape)).toEqual(['clifford', 'torus']);
        ideal.diagrams.forEach((bars, k) => {
          expect(bars.length).toBe(result.diagrams[k]!.length);
          bars.forEach(([birth, death], i) => {
            expect(birth).toBeCloseTo(result.diagrams[k]![i]![0], 6);
            if (death !== null) expect(death).toBeCloseTo(result.diagrams[k]![i]![1]!, 6);
          });
        });
      }
    }
  });

  it('measures the landmarks, and says which they are', () => {
    const result = measureTopology(torus, { maxDim: 1, landmarks: 40 });
    const { indices, coveringRadius } = farthestPointLandmarks(torus, 40);
    expect(result.landmarkIndices).toEqual([...indices]);
    expect(result.coveringRadius).toBe(coveringRadius);
    expect(result.diagrams).toEqual(persistence(takePoints(torus, indices), { maxDim: 1 }).diagrams);
    expect(result.ideals).toEqual([]);
  });

  it.each([null, 144, 500])('takes all points for %s landmarks', (landmarks) => {
    const result = measureTopology(torus, { maxDim: 1, landmarks });
    expect(result).toMatchObject({ landmarks: 144, landmarkIndices: null, coveringRadius: 0 });
    expect(result.diagrams).toEqual(persistence(torus, { maxDim: 1 }).diagrams);
  });

  it('tells of progress over all its parts, and stops in each', () => {
    const seen: number[] = [];
    let asked = 0;
    const options = { maxDim: 1, landmarks: 100, labels, size: 24 };
    measureTopology(clifford, {
      ...options,
      onProgress: (done) => seen.push(done),
      shouldStop: () => (asked++, false),
    });
    expect(seen).toEqual(seen.toSorted((p, q) => p - q));
    expect(seen.at(-1)).toBe(1);
    for (let at = 1; at <= asked; at++) {
      let calls = 0;
      const stopped = () => measureTopology(clifford, { ...options, shouldStop: () => ++calls >= at });
      expect(stopped).toThrow(expect.objectContaining({ code: 'CANCELLED' }));
    }
  });

  it('refuses what cannot be measured', () => {
    const measure =
      (options: Partial<Parameters<typeof measureTopology>[1]>, points = clifford) =>
      () =>
        measureTopology(points, { maxDim: 1, landmarks: null, ...options });
    const same = { data: new Float64Array(30).fill(2), count: 10, dimension: 3 };
    expect(measure({}, same)).toThrow(
      'got 10 points that are all the same, expected at least 2 distinct ones',
    );
    expect(measure({ landmarks: 5 }, same)).toThrow('got 1 distinct point among 10, expected at least 5');
    expect(measure({ landmarks: 1 })).toThrow('got 1 landmark, expected a whole number of at least 2');
    expect(measure({ landmarks: 2.5 })).toThrow('got 2.5 landmarks');
    expect(measure({ labels: labels.slice(2), size: 24 })).toThrow(
      'got 143 labels, expected one for each of 144 points',
    );
    expect(measure({ labels: labels.with(7, NaN), size: 24 })).toThrow('got label NaN of point 3');
    expect(measure({ labels })).toThrow(
      'got labels with size undefined, expected the side of the image in pixels',
    );
    expect(measure({}, { data: new Float64Array(2), count: 1, dimension: 2 })).toThrow(
      'got 1 point, expected at least 2',
    );
  });

  it('says how many landmarks fit in memory before it chooses any', () => {
    const rng = new Rng(1, 'noise');
    const many = { data: Float64Array.from({ length: 4000 }, () => rng.normal()), count: 2000, dimension: 2 };
    let calls = 0;
    const measure = () =>
      measureTopology(many, { maxDim: 2, landmarks: 1900, shouldStop: () => (calls++, false) });
    expect(measure).toThrow(/got 1900 points up to H2, .* at most \d+ points or landmarks/);
    expect(calls).toBe(0);
    expect(measureTopology(many, { maxDim: 2, landmarks: 60 }).landmarks).toBe(60);
  });
});
