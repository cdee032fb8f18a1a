import { type Shape, sizeOf, stridesOf } from '../ops.ts';

/** Row-major array in float64, for the reference interpreter. */
export interface NdArray {
  readonly shape: Shape;
  readonly data: Float64Array;
}

export function zeros(shape: Shape): NdArray {
  return { shape, data: new Float64Array(sizeOf(shape)) };
}

export function nd(shape: Shape, data: ArrayLike<number>): NdArray {
  return { shape, data: Float64Array.from(data) };
}

/** Calls `visit(index, flat)` for every multi-index of the shape, in row-major order; `index` is reused. */
export function forEachIndex(shape: Shape, visit: (index: number[], flat: number) => void): void {
  const index = new Array<number>(shape.length).fill(0);
  const n = sizeOf(shape);
  for (let flat = 0; flat < n; flat++) {
    visit(index, flat);
    for (let a = shape.length - 1; a >= 0; a--) {
      if (++index[a]! < shape[a]!) break;
      index[a] = 0;
    }
  }
}

/** Element of `x` at an index of a shape that `x` broadcasts to. */
export function broadcastAt(x: NdArray, index: readonly number[]): number {
  const strides = stridesOf(x.shape);
  const lead = index.length - x.shape.length;
  let at = 0;
  for (let i = 0; i < x.shape.length; i++) at += (x.shape[i] === 1 ? 0 : index[lead + i]!) * strides[i]!;
  return x.data[at]!;
}

export function offset(shape: Shape, index: readonly number[]): number {
  const strides = stridesOf(shape);
  return index.reduce((at, v, i) => at + v * strides[i]!, 0);
}
