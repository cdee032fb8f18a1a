import { forEachBlock, readRows, throwIfStopped, type RowSource, type Watch } from './rows.ts';

/**
 * Gram matrices of centred points from blocks of rows: XᵀX (d, d) in one pass, or XXᵀ (n, n) block against block.
 * Both come down to one kernel, the products of contiguous rows, four by four, so that eight loads feed sixteen
 * multiplications.
 */

/** @returns (n, n) XXᵀ, both triangles; two blocks of rows are in memory at a time */
export function outerGram(
  source: RowSource,
  mean: Float64Array,
  blockRows: number,
  watch: Watch,
): Float64Array {
  const { count: n, dimension: d } = source;
  const gram = new Float64Array(n * n);
  forEachBlock(source, blockRows, (first, from, to) => {
    const a = centred(first, to - from, d, mean);
    for (let other = 0; other <= from; other += blockRows) {
      throwIfStopped(watch, 'pca');
      const end = Math.min(n, other + blockRows);
      const b = other === from ? a : centred(readRows(source, other, end), end - other, d, mean);
      addProducts(
        { out: gram, width: n, lower: true },
        { rows: a, count: to - from, at: from },
        { rows: b, count: end - other, at: other },
        d,
      );
      watch.onProgress?.((from * from + (to - from) * end) / (n * n));
    }
  });
  mirror(gram, n);
  return gram;
}

/** @returns (d, d) XᵀX, both triangles; one block of rows is in memory at a time */
export function innerGram(
  source: RowSource,
  mean: Float64Array,
  blockRows: number,
  watch: Watch,
): Float64Array {
  const { count: n, dimension: d } = source;
  const gram = new Float64Array(d * d);
  forEachBlock(source, blockRows, (rows, from, to) => {
    throwIfStopped(watch, 'pca');
    const columns = centredTransposed(rows, to - from, d, mean);
    const side = { rows: columns, count: d, at: 0 };
    addProducts({ out: gram, width: d, lower: true }, side, side, to - from);
    watch.onProgress?.(to / n);
  });
  mirror(gram, d);
  return gram;
}

/** @returns (rows, d) minus the mean, as float64 */
export function centred(
  rows: Float32Array | Float64Array,
  count: number,
  d: number,
  mean: Float64Array,
): Float64Array {
  const out = new Float64Array(count * d);
  for (let r = 0; r < count; r++) {
    for (let c = 0; c < d; c++) out[r * d + c] = rows[r * d + c]! - mean[c]!;
  }
  return out;
}

function centredTransposed(
  rows: Float32Array | Float64Array,
  count: number,
  d: number,
  mean: Float64Array,
): Float64Array {
  const out = new Float64Array(d * count);
  for (let c = 0; c < d; c++) {
    const m = mean[c]!;
    for (let r = 0; r < count; r++) out[c * count + r] = rows[r * d + c]! - m;
  }
  return out;
}

/** Rows of a tile: two tiles of LENGTH stay in a second-level cache. */
const TILE = 48;
const LENGTH = 512;

/** Where products are added: out[a.at + i, b.at + j], row by row. */
export interface Products {
  readonly out: Float64Array;
  readonly width: number;
  /** Leaves out tiles that lie wholly above the diagonal. */
  readonly lower: boolean;
}

/** Rows of one length, one after the other, and the index of the first. */
export interface Rows {
  readonly rows: Float64Array;
  readonly count: number;
  readonly at: number;
}

/** Adds the product of every row of `a` and every row of `b`, both of the given length. */
export function addProducts(products: Products, a: Rows, b: Rows, length: number): void {
  for (let k = 0; k < length; k += LENGTH) {
    const kEnd = Math.min(length, k + LENGTH);
    for (let i = 0; i < a.count; i += TILE) {
      const iEnd = Math.min(a.count, i + TILE);
      for (let j = 0; j < b.count; j += TILE) {
        if (products.lower && b.at + j >= a.at + iEnd) break;
        addTile(products, a, i, iEnd, b, j, Math.min(b.count, j + TILE), length, k, kEnd);
      }
    }
  }
}

function addTile(
  { out, width }: Products,
  { rows: a, at: rowA }: Rows,
  iFrom: number,
  iEnd: number,
  { rows: b, at: rowB }: Rows,
  jFrom: number,
  jEnd: number,
  length: number,
  kFrom: number,
  kEnd: number,
): void {
  let i = iFrom;
  for (; i + 4 <= iEnd; i += 4) {
    const [a0, a1, a2, a3] = [i * length, (i + 1) * length, (i + 2) * length, (i + 3) * length];
    let j = jFrom;
    for (; j + 4 <= jEnd; j += 4) {
      const [b0, b1, b2, b3] = [j * length, (j + 1) * length, (j + 2) * length, (j + 3) * length];
      let [s00, s01, s02, s03] = [0, 0, 0, 0];
      let [s10, s11, s12, s13] = [0, 0, 0, 0];
      let [s20, s21, s22, s23] = [0, 0, 0, 0];
      let [s30, s31, s32, s33] = [0, 0, 0, 0];
      for (let k = kFrom; k < kEnd; k++) {
        const x0 = a[a0 + k]!;
        const x1 = a[a1 + k]!;
        const x2 = a[a2 + k]!;
        const x3 = a[a3 + k]!;
        const y0 = b[b0 + k]!;
        const y1 = b[b1 + k]!;
        const y2 = b[b2 + k]!;
        const y3 = b[b3 + k]!;
        s00 += x0 * y0;
        s01 += x0 * y1;
        s02 += x0 * y2;
        s03 += x0 * y3;
        s10 += x1 * y0;
        s11 += x1 * y1;
        s12 += x1 * y2;
        s13 += x1 * y3;
        s20 += x2 * y0;
        s21 += x2 * y1;
        s22 += x2 * y2;
        s23 += x2 * y3;
        s30 += x3 * y0;
        s31 += x3 * y1;
        s32 += x3 * y2;
        s33 += x3 * y3;
      }
      const g = (rowA + i) * width + rowB + j;
      out[g]! += s00;
      out[g + 1]! += s01;
      out[g + 2]! += s02;
      out[g + 3]! += s03;
      out[g + width]! += s10;
      out[g + width + 1]! += s11;
      out[g + width + 2]! += s12;
      out[g + width + 3]! += s13;
      out[g + 2 * width]! += s20;
      out[g + 2 * width + 1]! += s21;
      out[g + 2 * width + 2]! += s22;
      out[g + 2 * width + 3]! += s23;
      out[g + 3 * width]! += s30;
      out[g + 3 * width + 1]! += s31;
      out[g + 3 * width + 2]! += s32;
      out[g + 3 * width + 3]! += s33;
    }
    addRest(i, i + 4, j);
  }
  addRest(i, iEnd, jFrom);

  function addRest(from: number, to: number, first: number): void {
    for (let r = from; r < to; r++) {
      for (let c = first; c < jEnd; c++) {
        let sum = 0;
        for (let k = kFrom; k < kEnd; k++) sum += a[r * length + k]! * b[c * length + k]!;
        out[(rowA + r) * width + rowB + c]! += sum;
      }
    }
  }
}

/** Copies the lower triangle over the upper one, of which only some tiles were computed. */
export function mirror(gram: Float64Array, side: number): void {
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < i; j++) gram[j * side + i] = gram[i * side + j]!;
  }
}
