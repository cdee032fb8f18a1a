import type { Axis, Lattice } from '../../../../../core/dataset/lattice.ts';
import type { ShapeSpec } from '../../../../../core/dataset/spec.ts';
import { tidy } from './transform.ts';

/**
 * The connected region of labels that have the same code as the one at `start`; neighbours are those above,
 * below, left and right, around the torus where labels wrap.
 * @param codes (y.count, x.count), compared for equality
 * @param start flat label index
 * @returns (y.count, x.count) uint8, 1 inside
 */
export function connectedRegion(lattice: Lattice, codes: ArrayLike<number>, start: number): Uint8Array {
  const nx = lattice.x.count;
  const ny = lattice.y.count;
  const code = codes[start];
  const region = new Uint8Array(lattice.count);
  region[start] = 1;
  const stack = [start];
  const visit = (ix: number, iy: number) => {
    if (lattice.periodic) {
      ix = (ix + nx) % nx;
      iy = (iy + ny) % ny;
    } else if (ix < 0 || ix >= nx || iy < 0 || iy >= ny) return;
    const i = iy * nx + ix;
    if (region[i] === 1 || codes[i] !== code) return;
    region[i] = 1;
    stack.push(i);
  };
  while (stack.length > 0) {
    const i = stack.pop()!;
    const ix = i % nx;
    const iy = (i - ix) / nx;
    visit(ix - 1, iy);
    visit(ix + 1, iy);
    visit(ix, iy - 1);
    visit(ix, iy + 1);
  }
  return region;
}

/**
 * Shapes that cover exactly the labels of a bitmap: a rectangle for each box, a polygon for each other piece.
 *
 * Runs of labels in consecutive rows are stacked into a piece for as long as each touches exactly one run of
 * the next row and the other way round. A piece therefore has one left and one right border and no holes,
 * whatever the region looks like, and its outline runs between labels, so that no label lies on an edge.
 * @param region (y.count, x.count) uint8, 1 inside
 */
export function regionToShapes(
  lattice: Lattice,
  region: Uint8Array,
  base: Pick<ShapeSpec, 'mode' | 'name'>,
): ShapeSpec[] {
  return stackRuns(lattice, region).map((piece) => {
    const [from, to] = piece.runs[0]!;
    if (piece.runs.every((run) => run[0] === from && run[1] === to)) {
      return {
        ...base,
        type: 'rectangle',
        x: [lattice.x.values[from]!, lattice.x.values[to]!],
        y: [lattice.y.values[piece.row]!, lattice.y.values[piece.row + piece.runs.length - 1]!],
      };
    }
    return { ...base, type: 'polygon', points: outline(lattice, piece) };
  });
}

/** Closed interval of label indices in one row. */
type Run = readonly [from: number, to: number];

/** Runs of consecutive rows, the first in `row`. */
interface Piece {
  readonly row: number;
  readonly runs: Run[];
}

/** A polygon may have 4,096 points, and each row of a piece adds at most four. */
const MAX_ROWS = 1000;

function stackRuns(lattice: Lattice, region: Uint8Array): Piece[] {
  const pieces: Piece[] = [];
  let above: { run: Run; piece: Piece }[] = [];
  for (let iy = 0; iy < lattice.y.count; iy++) {
    const runs = runsOfRow(lattice, region, iy);
    const touches = (a: Run, b: Run) => a[0] <= b[1] && b[0] <= a[1];
    above = runs.map((run) => {
      const over = above.filter((other) => touches(run, other.run));
      const only = over.length === 1 ? over[0]! : null;
      if (
        only !== null &&
        runs.filter((r) => touches(r, only.run)).length === 1 &&
        only.piece.runs.length < MAX_ROWS
      ) {
        only.piece.runs.push(run);
        return { run, piece: only.piece };
      }
      const piece: Piece = { row: iy, runs: [run] };
      pieces.push(piece);
      return { run, piece };
    });
  }
  return pieces;
}

function runsOfRow(lattice: Lattice, region: Uint8Array, iy: number): Run[] {
  const nx = lattice.x.count;
  const runs: Run[] = [];
  for (let ix = 0; ix < nx; ix++) {
    if (region[iy * nx + ix] !== 1) continue;
    const from = ix;
    while (ix + 1 < nx && region[iy * nx + ix + 1] === 1) ix++;
    runs.push([from, ix]);
  }
  return runs;
}

/** Down the right border and up the left one, half a label outside. */
function outline(lattice: Lattice, { row, runs }: Piece): [number, number][] {
  const right: [number, number][] = [];
  const left: [number, number][] = [];
  runs.forEach(([from, to], k) => {
    const top = between(lattice.y, row + k - 0.5);
    const bottom = between(lattice.y, row + k + 0.5);
    if (k === 0 || runs[k - 1]![1] !== to) right.push([between(lattice.x, to + 0.5), top]);
    if (k === runs.length - 1 || runs[k + 1]![1] !== to) right.push([between(lattice.x, to + 0.5), bottom]);
    if (k === 0 || runs[k - 1]![0] !== from) left.push([between(lattice.x, from - 0.5), top]);
    if (k === runs.length - 1 || runs[k + 1]![0] !== from)
      left.push([between(lattice.x, from - 0.5), bottom]);
  });
  return [...right, ...left.reverse()];
}

function between(axis: Axis, index: number): number {
  return tidy((axis.first + index) * axis.spacing);
}
