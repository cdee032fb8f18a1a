import { effectiveSigma, type RenderSpec } from '../dataset/render.ts';
import type { EvaluationSpec } from './spec.ts';
import {
  axisDistance,
  kernelAxis,
  locate1d,
  locate2d,
  subtract1d,
  subtract2d,
  type Hit,
} from './matched-filter.ts';

export type ReadoutMethod = EvaluationSpec['readout'];

/** How many features an image shows along an axis. */
export const COUNT = { none: 0, one: 1, several: 2 } as const;
export type FeatureCount = 0 | 1 | 2;

/** What was read off one image. Positions are NaN where nothing was found, those of the strongest if several. */
export interface Reading {
  /** Frame coordinates, in pixels. */
  readonly x: number;
  readonly y: number;
  /** Equal for bumps; one for each stripe in sums of stripes. */
  readonly countX: FeatureCount;
  readonly countY: FeatureCount;
  /** Amplitude of the matched filter: 1 is as bright as the dataset's own image, 0 nothing. */
  readonly responseX: number;
  readonly responseY: number;
}

export type Readout = (images: Float32Array, offset: number) => Reading;

/** A feature counts if it has at least this amplitude … */
export const MIN_AMPLITUDE = 0.5;
/**
 * … and if what is visible of it has at least this Euclidean norm, which is one pixel at half brightness. For
 * σ = 0.1 that leaves the 5 % of labels (d = 0.1) with a peak above 0.5 of paper.md, since between pixels such
 * a bump is dark; it hardly matters for σ ≥ 0.5.
 */
export const MIN_NORM = 0.5;
/** A second feature counts if it lies at least this far from the first, in σ (and at least 1.5 px). */
export const MIN_SEPARATION_SIGMAS = 2;

/**
 * A reader of generated images of one dataset.
 *
 * - `matchedFilter`: the centre at which the dataset's own kernel, cropped by the frame, fits best (sub-pixel
 *   by a parabola); for sums of stripes, one-dimensional fits to the means over rows and over columns
 * - `centreOfMass`: of either marginal above its median; the circular mean on a torus
 * - `marginalArgmax`: the brightest column and row, in whole pixels
 *
 * Whether there is one feature, none or several is always decided by the matched filter: a second one is
 * sought in what is left after the best fit is subtracted.
 *
 * @param kind what the images ought to show: `bump2d` or `sos2d`
 * @returns a function of images (…, N, N) float32 in [-1, 1] and the offset of one of them
 */
export function createReadout(
  spec: RenderSpec,
  kind: 'bump2d' | 'sos2d',
  method: ReadoutMethod = 'matchedFilter',
): Readout {
  const { size } = spec;
  const period = spec.boundary === 'periodic' ? size : null;
  const x = kernelAxis(size, effectiveSigma(spec, 'x'), period);
  const y = kernelAxis(size, effectiveSigma(spec, 'y'), period);
  const sign = spec.polarity === 'bright' ? 0.5 : -0.5;
  // image: (N, N) float64, intensities, 0 background and 1 peak of the dataset's own images
  const image = new Float64Array(size * size);
  const columns = new Float64Array(size);
  const rows = new Float64Array(size);

  return (images, offset) => {
    for (let i = 0; i < image.length; i++) image[i] = 0.5 + sign * images[offset + i]!;
    marginals(image, size, columns, rows);
    const position = method === 'centreOfMass' ? centreOfMass : argmax;
    // Before the search for a second feature, which writes into the buffers.
    const plain =
      method === 'matchedFilter' ? null : { x: position(columns, period), y: position(rows, period) };
    let reading: Reading;
    if (kind === 'bump2d') {
      const first = locate2d(image, x, y);
      const count = countFrom(first, () => {
        subtract2d(image, x, y, first!);
        const far = (px: number, py: number) =>
          farApart(axisDistance(px, first!.x, period), x.sigma, axisDistance(py, first!.y, period), y.sigma);
        const second = locate2d(image, x, y, (px, py) => !far(px, py));
        return isFeature(second) && far(second.x, second.y);
      });
      const found = count === COUNT.none ? null : first;
      reading = {
        x: found?.x ?? NaN,
        y: found?.y ?? NaN,
        countX: count,
        countY: count,
        responseX: first?.amplitude ?? 0,
        responseY: first?.amplitude ?? 0,
      };
    } else {
      const ax = readLine(columns, x, spec.stripePeak);
      const ay = readLine(rows, y, spec.stripePeak);
      reading = {
        x: ax.position,
        y: ay.position,
        countX: ax.count,
        countY: ay.count,
        responseX: ax.response,
        responseY: ay.response,
      };
    }
    if (plain === null) return reading;
    return {
      ...reading,
      x: reading.countX === COUNT.none ? NaN : plain.x,
      y: reading.countY === COUNT.none ? NaN : plain.y,
    };
  };
}

/** Reads `count` images in a row; a convenience over `createReadout`. */
export function readImages(readout: Readout, images: Float32Array, size: number, count: number): Reading[] {
  return Array.from({ length: count }, (_, i) => readout(images, i * size * size));
}

/** A stripe in a marginal of mean intensities; the crossing stripe only adds a constant. */
function readLine(
  line: Float64Array,
  axis: ReturnType<typeof kernelAxis>,
  peak: number,
): { position: number; count: FeatureCount; response: number } {
  for (let i = 0; i < line.length; i++) line[i]! /= peak;
  const first = locate1d(line, axis);
  const count = countFrom(first, () => {
    subtract1d(line, axis, first!);
    const far = (p: number) => farApart(axisDistance(p, first!.x, axis.period), axis.sigma, 0, 1);
    const second = locate1d(line, axis, (p) => !far(p));
    return isFeature(second) && far(second.x);
  });
  return {
    position: count === COUNT.none ? NaN : first!.x,
    count,
    response: first?.amplitude ?? 0,
  };
}

function countFrom(first: Hit | null, hasSecond: () => boolean): FeatureCount {
  if (!isFeature(first)) return COUNT.none;
  return hasSecond() ? COUNT.several : COUNT.one;
}

function isFeature(hit: Hit | null): hit is Hit {
  return hit !== null && hit.amplitude >= MIN_AMPLITUDE && hit.energy >= MIN_NORM ** 2;
}

function farApart(dx: number, sx: number, dy: number, sy: number): boolean {
  return Math.hypot(dx / sx, dy / sy) >= MIN_SEPARATION_SIGMAS && Math.hypot(dx, dy) >= 1.5;
}

/** Means over rows (one for each column) and over columns (one for each row). */
function marginals(image: Float64Array, size: number, columns: Float64Array, rows: Float64Array): void {
  columns.fill(0);
  rows.fill(0);
  for (let r = 0; r < size; r++) {
    for (let c = 0; c < size; c++) {
      const v = image[r * size + c]! / size;
      columns[c]! += v;
      rows[r]! += v;
    }
  }
}

function centreOfMass(line: Float64Array, period: number | null): number {
  const median = line.slice().sort()[Math.floor((line.length - 1) / 2)]!;
  const weights = line.map((v) => Math.max(0, v - median));
  if (period !== null) {
    let [re, im] = [0, 0];
    weights.forEach((w, i) => {
      re += w * Math.cos((2 * Math.PI * i) / period);
      im += w * Math.sin((2 * Math.PI * i) / period);
    });
    return ((Math.atan2(im, re) / (2 * Math.PI) + 1) % 1) * period;
  }
  const total = weights.reduce((a, b) => a + b, 0);
  return total === 0 ? NaN : weights.reduce((a, w, i) => a + w * i, 0) / total;
}

function argmax(line: Float64Array): number {
  let best = 0;
  for (let i = 1; i < line.length; i++) if (line[i]! > line[best]!) best = i;
  return best;
}
