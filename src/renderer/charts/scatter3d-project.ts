/** Turning a cloud of points in space and looking at it from far away: an orthographic projection. */

/** (3, 3) row by row: the rows are the directions right, up and towards the viewer. */
export type Rotation = readonly number[];

const IDENTITY: Rotation = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** From above and aside, so that no axis points at the viewer. */
export const START_ROTATION: Rotation = turned(turned(IDENTITY, 0.6, 0), 0, 0.45);

/**
 * Turns what is seen about the screen's own axes, so that it follows the hand whatever way it stands.
 * @param yaw radians to the right
 * @param pitch radians downwards, towards the viewer
 */
export function turned(rotation: Rotation, yaw: number, pitch: number): Rotation {
  const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  const about = product([1, 0, 0, 0, cp, -sp, 0, sp, cp], [cy, 0, sy, 0, 1, 0, -sy, 0, cy]);
  return orthonormal(product(about, rotation));
}

/**
 * @param positions (n, 3)
 * @returns (n, 3): right, up, and towards the viewer, about the middle of the points' extent
 */
export function projected(positions: Float32Array, rotation: Rotation): Float32Array {
  const n = positions.length / 3;
  const out = new Float32Array(positions.length);
  const middle = [0, 1, 2].map((axis) => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = axis; i < positions.length; i += 3) {
      low = Math.min(low, positions[i]!);
      high = Math.max(high, positions[i]!);
    }
    return n === 0 ? 0 : (low + high) / 2;
  });
  for (let i = 0; i < n; i++) {
    for (let row = 0; row < 3; row++) {
      let sum = 0;
      for (let k = 0; k < 3; k++) sum += rotation[3 * row + k]! * (positions[3 * i + k]! - middle[k]!);
      out[3 * i + row] = sum;
    }
  }
  return out;
}

function product(a: Rotation, b: Rotation): number[] {
  return Array.from({ length: 9 }, (_, i) => {
    const [row, column] = [Math.floor(i / 3), i % 3];
    return a[3 * row]! * b[column]! + a[3 * row + 1]! * b[3 + column]! + a[3 * row + 2]! * b[6 + column]!;
  });
}

/** Rounding adds up over thousands of small turns: Gram–Schmidt takes it away. */
function orthonormal(m: readonly number[]): number[] {
  const right = unit(m.slice(0, 3));
  const dot = right[0]! * m[3]! + right[1]! * m[4]! + right[2]! * m[5]!;
  const up = unit([0, 1, 2].map((k) => m[3 + k]! - dot * right[k]!));
  const towards = [
    right[1]! * up[2]! - right[2]! * up[1]!,
    right[2]! * up[0]! - right[0]! * up[2]!,
    right[0]! * up[1]! - right[1]! * up[0]!,
  ];
  return [...right, ...up, ...towards];
}

function unit(v: readonly number[]): number[] {
  const length = Math.hypot(...v);
  return v.map((x) => x / length);
}
