import { indexFrom, indexTo, snap, type Axis, type Lattice } from './lattice.ts';

/**
 * Row spans of curved and drawn shapes on the label lattice. Spans are counted into differences along each
 * row and summed once at the end, so a stroke of many overlapping segments costs its outline, not its area.
 */
export interface SpanRaster {
  /** Covers, in row iy, the indices from ≤ ix ≤ to (clipped to the lattice). */
  span(iy: number, from: number, to: number): void;
  /** (y.count, x.count) uint8, 1 inside. */
  finish(): Uint8Array;
}

type Point = readonly [number, number];

export function spanRaster(lattice: Lattice): SpanRaster {
  const nx = lattice.x.count;
  const ny = lattice.y.count;
  const stride = nx + 1;
  const differences = new Int32Array(stride * ny);
  // Most shapes touch few of the rows, and only those are summed.
  let top = ny;
  let bottom = -1;
  return {
    span(iy, from, to) {
      const lo = Math.max(0, from);
      const hi = Math.min(nx - 1, to);
      if (iy < 0 || iy >= ny || lo > hi) return;
      top = Math.min(top, iy);
      bottom = Math.max(bottom, iy);
      differences[iy * stride + lo]! += 1;
      differences[iy * stride + hi + 1]! -= 1;
    },
    finish() {
      const bitmap = new Uint8Array(nx * ny);
      for (let iy = top; iy <= bottom; iy++) {
        let depth = 0;
        for (let ix = 0; ix < nx; ix++) {
          depth += differences[iy * stride + ix]!;
          if (depth > 0) bitmap[iy * nx + ix] = 1;
        }
      }
      return bitmap;
    },
  };
}

/** All labels with ((x - cx)/rx)² + ((y - cy)/ry)² ≤ 1. */
export function fillEllipse(lattice: Lattice, raster: SpanRaster, center: Point, radii: Point): void {
  const [rx, ry] = radii;
  const box: Box = [center[0] - rx, center[0] + rx, center[1] - ry, center[1] + ry];
  forEachImage(lattice, box, (sx, sy) => {
    const [cx, cy] = [center[0] + sx, center[1] + sy];
    forEachRow(lattice.y, cy - ry, cy + ry, (iy, y) => {
      const half = rx * Math.sqrt(Math.max(0, 1 - ((y - cy) / ry) ** 2));
      raster.span(iy, indexFrom(lattice.x, cx - half), indexTo(lattice.x, cx + half));
    });
  });
}

/** All labels within `radius` of the polyline (of the one point, if there is only one). */
export function strokeBrush(
  lattice: Lattice,
  raster: SpanRaster,
  points: readonly Point[],
  radius: number,
): void {
  for (let i = points.length === 1 ? 0 : 1; i < points.length; i++) {
    strokeSegment(lattice, raster, points[Math.max(0, i - 1)]!, points[i]!, radius);
  }
}

/** A row meets the convex capsule in one interval: the hull of what it meets of both discs and the strip. */
function strokeSegment(lattice: Lattice, raster: SpanRaster, a: Point, b: Point, r: number): void {
  const box: Box = [
    Math.min(a[0], b[0]) - r,
    Math.max(a[0], b[0]) + r,
    Math.min(a[1], b[1]) - r,
    Math.max(a[1], b[1]) + r,
  ];
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
  const nx = length === 0 ? 0 : (-(b[1] - a[1]) / length) * r;
  const ny = length === 0 ? 0 : ((b[0] - a[0]) / length) * r;
  const strip: Point[] = [
    [a[0] + nx, a[1] + ny],
    [b[0] + nx, b[1] + ny],
    [b[0] - nx, b[1] - ny],
    [a[0] - nx, a[1] - ny],
  ];
  const slack = 1e-9 * Math.max(1, r);
  forEachImage(lattice, box, (sx, sy) => {
    forEachRow(lattice.y, box[2] + sy, box[3] + sy, (iy, rowY) => {
      const y = rowY - sy;
      let lo = Infinity;
      let hi = -Infinity;
      for (const end of [a, b]) {
        const dy = Math.abs(y - end[1]);
        if (dy > r + slack) continue;
        const half = Math.sqrt(Math.max(0, r * r - dy * dy));
        lo = Math.min(lo, end[0] - half);
        hi = Math.max(hi, end[0] + half);
      }
      for (let k = 0; k < 4; k++) {
        const p = strip[k]!;
        const q = strip[(k + 1) % 4]!;
        let x: number;
        if (Math.abs(p[1] - y) <= slack) x = p[0];
        else if (p[1] < y !== q[1] < y) x = p[0] + ((y - p[1]) * (q[0] - p[0])) / (q[1] - p[1]);
        else continue;
        lo = Math.min(lo, x);
        hi = Math.max(hi, x);
      }
      if (lo <= hi) raster.span(iy, indexFrom(lattice.x, lo + sx), indexTo(lattice.x, hi + sx));
    });
  });
}

/**
 * The polygon's inside by the non-zero winding rule, and every label on its edges. Works in index space with
 * vertices snapped to the lattice, so rows are integers and comparisons with vertices are exact.
 */
export function fillPolygon(lattice: Lattice, raster: SpanRaster, points: readonly Point[]): void {
  const box: [number, number, number, number] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of points) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.max(box[1], x);
    box[2] = Math.min(box[2], y);
    box[3] = Math.max(box[3], y);
  }
  forEachImage(lattice, box, (sx, sy) => {
    const vertices = points.map(([x, y]): Point => [toIndex(lattice.x, x + sx), toIndex(lattice.y, y + sy)]);
    fillIndexPolygon(lattice.y.count, raster, vertices);
  });
}

function fillIndexPolygon(rows: number, raster: SpanRaster, vertices: readonly Point[]): void {
  const crossings: { u: number; turn: number }[][] = Array.from({ length: rows }, () => []);
  const touch = (row: number, from: number, to: number) =>
    raster.span(row, Math.ceil(snap(from)), Math.floor(snap(to)));
  for (let k = 0; k < vertices.length; k++) {
    const [u0, v0] = vertices[k]!;
    const [u1, v1] = vertices[(k + 1) % vertices.length]!;
    if (v0 === v1) {
      if (Number.isInteger(v0)) touch(v0, Math.min(u0, u1), Math.max(u0, u1));
      continue;
    }
    const [low, high] = v0 < v1 ? [v0, v1] : [v1, v0];
    for (let row = Math.max(0, Math.ceil(low)); row <= Math.min(rows - 1, Math.floor(high)); row++) {
      const u = row === v0 ? u0 : row === v1 ? u1 : u0 + ((row - v0) * (u1 - u0)) / (v1 - v0);
      touch(row, u, u);
      // Half-open in v, so that a vertex shared by two edges is crossed once.
      if (row < high) crossings[row]!.push({ u, turn: v0 < v1 ? 1 : -1 });
    }
  }
  crossings.forEach((list, row) => {
    list.sort((a, b) => a.u - b.u);
    let winding = 0;
    for (let k = 0; k + 1 < list.length; k++) {
      winding += list[k]!.turn;
      if (winding !== 0) touch(row, list[k]!.u, list[k + 1]!.u);
    }
  });
}

type Box = readonly [x0: number, x1: number, y0: number, y1: number];

/** Calls back with each shift by whole periods that brings the box to the frame; once with 0 if not periodic. */
function forEachImage(lattice: Lattice, box: Box, visit: (sx: number, sy: number) => void): void {
  if (!lattice.periodic) {
    visit(0, 0);
    return;
  }
  const n = lattice.size;
  // Box edges that only touch the frame's border (x1 + shift = 0) must be visited: edges are closed.
  const from = (hi: number) => Math.ceil(snap(-hi / n));
  const to = (lo: number) => Math.floor(snap((n - lo) / n));
  for (let ky = from(box[3]); ky <= to(box[2]); ky++) {
    for (let kx = from(box[1]); kx <= to(box[0]); kx++) visit(kx * n, ky * n);
  }
}

function forEachRow(axis: Axis, lo: number, hi: number, visit: (index: number, value: number) => void): void {
  const to = Math.min(axis.count - 1, indexTo(axis, hi));
  for (let i = Math.max(0, indexFrom(axis, lo)); i <= to; i++) visit(i, axis.values[i]!);
}

/** A label value in (fractional) indices of the axis, snapped to a label that it equals up to rounding. */
function toIndex(axis: Axis, value: number): number {
  return snap(value / axis.spacing) - axis.first;
}
