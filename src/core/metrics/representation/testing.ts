import { Rng } from '../../base/rng.ts';
import type { Points } from './points.ts';

/** Points and matrices for the tests of this folder. */

/** (count, dimension) independent normals; column c has standard deviation scale(c). */
export function gaussian(
  count: number,
  dimension: number,
  seed: number,
  scale: (column: number) => number = () => 1,
): Points {
  const random = new Rng(seed, 'init');
  const data = new Float64Array(count * dimension);
  for (let i = 0; i < data.length; i++) data[i] = random.normal() * scale(i % dimension);
  return { data, count, dimension };
}

export function pointsOf(rows: readonly (readonly number[])[]): Points {
  return { data: Float64Array.from(rows.flat()), count: rows.length, dimension: rows[0]!.length };
}

/** An orthogonal (d, d) matrix: Gram–Schmidt on Gaussian rows. */
function randomRotation(d: number, seed: number): Float64Array {
  const { data } = gaussian(d, d, seed);
  const rows = data as Float64Array;
  for (let i = 0; i < d; i++) {
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        let overlap = 0;
        for (let c = 0; c < d; c++) overlap += rows[i * d + c]! * rows[j * d + c]!;
        for (let c = 0; c < d; c++) rows[i * d + c]! -= overlap * rows[j * d + c]!;
      }
    }
    const norm = Math.hypot(...rows.subarray(i * d, (i + 1) * d));
    for (let c = 0; c < d; c++) rows[i * d + c]! /= norm;
  }
  return rows;
}

/** scale · (points times the first rows of a random rotation of `into` dimensions) + offset. */
export function embedded(points: Points, into: number, seed: number, scale = 1, offset = 0): Points {
  const rotation = randomRotation(into, seed);
  const data = new Float64Array(points.count * into);
  for (let i = 0; i < points.count; i++) {
    for (let c = 0; c < into; c++) {
      let sum = 0;
      for (let k = 0; k < points.dimension; k++) {
        sum += points.data[i * points.dimension + k]! * rotation[k * into + c]!;
      }
      data[i * into + c] = scale * sum + offset * (1 + c);
    }
  }
  return { data, count: points.count, dimension: into };
}
