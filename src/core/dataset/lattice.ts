import { invalid } from '../base/errors.ts';
import type { DatasetSpec } from './spec.ts';

/**
 * The label lattice of a dataset: on each axis the labels j·d with -margin <= j·d < N + margin. A label is
 * stored as an integer and becomes a number by one multiplication and one division, and every comparison
 * with a region's edge happens among integers: summing d in floats loses the 61st value of the band 13–19.
 */
export interface Lattice {
  /** Image side N; the frame is [0, N) on both axes. */
  readonly size: number;
  readonly margin: number;
  readonly periodic: boolean;
  readonly x: Axis;
  readonly y: Axis;
  /** x.count · y.count; the label (ix, iy) has the flat index iy · x.count + ix. */
  readonly count: number;
}

/** Labels of one axis. "Index" counts from 0 at the first label of the margin; the integer j is first + index. */
export interface Axis {
  /** Distance of neighbouring labels d, in label units (pixels). */
  readonly spacing: number;
  readonly first: number;
  readonly count: number;
  /** Indices of the labels in the frame: frameFrom ≤ index < frameTo. */
  readonly frameFrom: number;
  readonly frameTo: number;
  // values: (count) float64, label units; values[i] is (first + i)·d
  readonly values: Float64Array;
  /** N where labels wrap, null on open boundaries. */
  readonly period: number | null;
}

/** More labels than this would need gigabytes for the bitmaps and index lists. */
export const MAX_LABELS = 2 ** 24;

/**
 * Enumerates the labels of a dataset.
 * @throws CliffordError INVALID_INPUT if the spacing exceeds the frame or the lattice exceeds MAX_LABELS
 */
export function createLattice(spec: Pick<DatasetSpec, 'size' | 'margin' | 'spacing' | 'boundary'>): Lattice {
  const { size, margin } = spec;
  for (const name of ['x', 'y'] as const) {
    if (spec.spacing[name] > size) {
      throw invalid(`spacing.${name}: expected at most the frame's width ${size}, got ${spec.spacing[name]}`);
    }
  }
  const span = size + 2 * margin;
  const estimate = (span / spec.spacing.x) * (span / spec.spacing.y);
  if (!(estimate <= MAX_LABELS)) {
    throw invalid(
      `spacing ${spec.spacing.x} × ${spec.spacing.y} over a label space ${span} wide gives about ` +
        `${estimate.toExponential(1)} labels, expected at most ${MAX_LABELS}`,
    );
  }
  const periodic = spec.boundary === 'periodic';
  const x = createAxis(size, margin, spec.spacing.x, periodic);
  const y = createAxis(size, margin, spec.spacing.y, periodic);
  return { size, margin, periodic, x, y, count: x.count * y.count };
}

/** The label at a flat index, [x, y] in frame coordinates. */
export function labelAt(lattice: Lattice, index: number): [number, number] {
  const nx = lattice.x.count;
  return [lattice.x.values[index % nx]!, lattice.y.values[Math.floor(index / nx)]!];
}

/** First index (possibly outside the axis) whose label is ≥ the edge. */
export function indexFrom(axis: Axis, edge: number): number {
  return Math.ceil(snap(edge / axis.spacing)) - axis.first;
}

/** Last index (possibly outside the axis) whose label is ≤ the edge. */
export function indexTo(axis: Axis, edge: number): number {
  return Math.floor(snap(edge / axis.spacing)) - axis.first;
}

/**
 * Marks the labels of an axis that lie in the closed interval [lo, hi], wrapped where the axis is periodic.
 * @returns (count) uint8, 1 inside
 */
export function coverInterval(axis: Axis, lo: number, hi: number): Uint8Array {
  const mask = new Uint8Array(axis.count);
  if (axis.period === null) {
    fill(mask, indexFrom(axis, lo), indexTo(axis, hi));
    return mask;
  }
  const n = axis.period;
  if (hi - lo >= n) return mask.fill(1);
  // Images of the interval that can meet [0, n): its own start moved into (-n, n].
  const start = lo - Math.ceil(lo / n) * n;
  for (const shift of [start - lo - n, start - lo, start - lo + n]) {
    fill(mask, indexFrom(axis, lo + shift), indexTo(axis, hi + shift));
  }
  return mask;
}

/** Rounds to the nearest integer what differs from it by rounding errors only (1e-9, relative above 1). */
export function snap(value: number): number {
  const nearest = Math.round(value);
  return Math.abs(value - nearest) <= 1e-9 * Math.max(1, Math.abs(value)) ? nearest : value;
}

function createAxis(size: number, margin: number, spacing: number, periodic: boolean): Axis {
  const [p, q] = asFraction(spacing);
  const first = Math.ceil(snap(-margin / spacing)) + 0;
  const end = Math.ceil(snap((size + margin) / spacing));
  const count = end - first;
  // p and q are integers, so j·p is exact and 137·1/10 is the double nearest to 13.7 (137·0.1 is not).
  const values = Float64Array.from({ length: count }, (_, i) => ((first + i) * p) / q);
  return {
    spacing,
    first,
    count,
    frameFrom: -first,
    frameTo: Math.ceil(snap(size / spacing)) - first,
    values,
    period: periodic ? size : null,
  };
}

/** The fraction p/q with q ≤ 10^6 that equals d up to rounding, by continued fractions; else [d, 1]. */
function asFraction(d: number): [number, number] {
  let [p0, q0, p1, q1] = [0, 1, 1, 0];
  let rest = d;
  for (let depth = 0; depth < 24; depth++) {
    const whole = Math.floor(rest);
    [p0, q0, p1, q1] = [p1, q1, whole * p1 + p0, whole * q1 + q0];
    if (q1 > 1e6) break;
    if (Math.abs(p1 / q1 - d) <= 1e-15 * d) return [p1, q1];
    rest = 1 / (rest - whole);
    if (!Number.isFinite(rest)) break;
  }
  return [d, 1];
}

function fill(mask: Uint8Array, from: number, to: number): void {
  mask.fill(1, Math.max(0, from), Math.max(0, to + 1));
}
