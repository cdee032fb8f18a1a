import type { Points } from './points.ts';

/** The two ideal shapes that representations of a periodic pair of features are held against (paper Fig. 2, 3). */

/**
 * The Clifford torus: (cos x, sin x, cos y, sin y), the shape of a factorized code. Participation ratio 4 on a grid.
 * @param angles (n, 2) radians, x then y
 */
export function cliffordTorus(angles: Float64Array): Points {
  const count = angles.length / 2;
  const data = new Float64Array(4 * count);
  for (let i = 0; i < count; i++) {
    const [x, y] = [angles[2 * i]!, angles[2 * i + 1]!];
    data.set([Math.cos(x), Math.sin(x), Math.cos(y), Math.sin(y)], 4 * i);
  }
  return { data, count, dimension: 4 };
}

/**
 * The torus of revolution ((R + r cos b) cos a, (R + r cos b) sin a, r sin b), where one feature is the major angle a and
 * the other the minor angle b. Participation ratio 2.4096 on a grid with R = 2, r = 1.
 * @param angles (n, 2) radians, x then y
 * @param major which feature goes around the axis
 */
export function torusOfRevolution(
  angles: Float64Array,
  major: 'x' | 'y' = 'x',
  { R = 2, r = 1 }: { R?: number; r?: number } = {},
): Points {
  const count = angles.length / 2;
  const data = new Float64Array(3 * count);
  const [a, b] = major === 'x' ? [0, 1] : [1, 0];
  for (let i = 0; i < count; i++) {
    const [u, v] = [angles[2 * i + a]!, angles[2 * i + b]!];
    const ring = R + r * Math.cos(v);
    data.set([ring * Math.cos(u), ring * Math.sin(u), r * Math.sin(v)], 3 * i);
  }
  return { data, count, dimension: 3 };
}

/** (nx·ny, 2) angles of a regular grid, x fastest. */
export function angleGrid(nx: number, ny: number): Float64Array {
  const angles = new Float64Array(2 * nx * ny);
  for (let i = 0; i < nx * ny; i++) {
    angles[2 * i] = (2 * Math.PI * (i % nx)) / nx;
    angles[2 * i + 1] = (2 * Math.PI * Math.floor(i / nx)) / ny;
  }
  return angles;
}
