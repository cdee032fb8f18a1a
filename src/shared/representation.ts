import { invalid } from '../core/base/errors.ts';
import { buildDataset, type Dataset } from '../core/dataset/dataset.ts';
import type { Axis } from '../core/dataset/lattice.ts';
import { tapShapes } from '../core/diffusion/graphs.ts';
import { sampledTimesteps } from '../core/diffusion/plan.ts';
import type { RepresentationSpec } from './analysis.ts';
import { designDenoiser } from './check-run.ts';
import type { RunSpec } from './run-spec.ts';

/** What reading a representation means for a run, and whether it can be read. Pure. */

/** The labels at which a representation is read. */
export interface LabelGrid {
  /** Labels along x and y. */
  readonly nx: number;
  readonly ny: number;
  // labels: (nx·ny, 2) x then y in frame coordinates, x fastest
  readonly labels: Float64Array;
  // keys: (nx·ny) places of the labels among those of the frame; noise is drawn by them
  readonly keys: Uint32Array;
  // sections: (nx·ny) test section of each label
  readonly sections: readonly string[];
  /** What there is to say of it, in sentences. */
  readonly notices: readonly string[];
}

/**
 * Takes `perAxis` labels of the frame's lattice along each axis: number ⌊i·n/perAxis⌋ of n, so that on periodic axes the
 * grid goes round without a seam. Null takes all.
 * @throws CliffordError INVALID_INPUT when an axis has fewer
 */
export function labelGrid(dataset: Dataset, perAxis: number | null): LabelGrid {
  const { lattice } = dataset;
  const [xs, ys] = [indicesOf(lattice.x, 'x', perAxis), indicesOf(lattice.y, 'y', perAxis)];
  const count = xs.length * ys.length;
  const labels = new Float64Array(2 * count);
  const keys = new Uint32Array(count);
  const sections: string[] = [];
  const columns = lattice.x.frameTo - lattice.x.frameFrom;
  ys.forEach((iy, r) =>
    xs.forEach((ix, c) => {
      const i = r * xs.length + c;
      labels[2 * i] = lattice.x.values[ix]!;
      labels[2 * i + 1] = lattice.y.values[iy]!;
      // Counted within the frame, so that runs with and without a margin share their noise.
      keys[i] = (iy - lattice.y.frameFrom) * columns + ix - lattice.x.frameFrom;
      sections.push(dataset.sections[dataset.sectionCodes[iy * lattice.x.count + ix]! - 1]!.name);
    }),
  );
  const uneven = (['x', 'y'] as const).flatMap((name) => {
    const n = lattice[name].frameTo - lattice[name].frameFrom;
    return perAxis === null || n % perAxis === 0
      ? []
      : [`the ${perAxis} labels along ${name} are not equally spaced: the frame's lattice has ${n}`];
  });
  return { nx: xs.length, ny: ys.length, labels, keys, sections, notices: uneven };
}

function indicesOf(axis: Axis, name: 'x' | 'y', perAxis: number | null): number[] {
  const n = axis.frameTo - axis.frameFrom;
  if (perAxis !== null && perAxis > n) {
    throw invalid(
      `labels per axis: got ${perAxis}, expected at most ${n}, the labels that the frame's lattice has along ${name}`,
    );
  }
  const count = perAxis ?? n;
  return Array.from({ length: count }, (_, i) => axis.frameFrom + Math.floor((i * n) / count));
}

/** A reading that was checked. */
export interface CheckedReading {
  /** Shape of one representation, (channels, height, width) or (length), and its number of values. */
  readonly shape: number[];
  readonly dimension: number;
  readonly grid: LabelGrid;
  /** The timestep of what the network sees. */
  readonly timestep: number;
  readonly notices: readonly string[];
}

/**
 * @throws CliffordError INVALID_INPUT for a tap that the network does not have (naming those it has), a timestep outside
 *   [0, T), or more labels than the lattice has
 */
export function checkReading(spec: RunSpec, representation: RepresentationSpec): CheckedReading {
  const { tap, timestep, mode, perAxis } = representation;
  const taps = tapShapes(designDenoiser(spec));
  const shape = taps.get(tap);
  if (!shape) throw invalid(`tap: got "${tap}", expected one of ${[...taps.keys()].join(', ')}`);
  const { timesteps } = spec.diffusion;
  if (timestep >= timesteps) {
    throw invalid(`timestep: got ${timestep}, expected one from 0 to ${timesteps - 1}`);
  }
  const grid = labelGrid(buildDataset(spec.dataset), perAxis);
  const { sampler } = spec.evaluation;
  const visited = mode === 'trajectory' ? sampledTimesteps(timesteps, sampler.steps, sampler.spacing) : null;
  const actual = visited ? nearest(visited, timestep) : timestep;
  const notices = [...grid.notices];
  if (actual !== timestep) {
    notices.push(
      `the sampler does not stop at timestep ${timestep}: read at ${actual}, the nearest of its ${sampler.steps} steps`,
    );
  }
  return { shape, dimension: shape.reduce((a, b) => a * b, 1), grid, timestep: actual, notices };
}

/** The first of equals, which is the noisier one. */
function nearest(values: Int32Array, wanted: number): number {
  return values.reduce((best, t) => (Math.abs(t - wanted) < Math.abs(best - wanted) ? t : best));
}

/**
 * The weights that `auto` means, as in exports: the average once it has begun.
 * @param step 0 for the untrained network, whose average is itself
 */
export function decideWeights(
  spec: RunSpec,
  { weights, network }: RepresentationSpec,
  step: number,
): 'raw' | 'ema' {
  if (network === 'untrained') return 'raw';
  if (weights !== 'auto') return weights;
  return step > spec.training.ema.startStep ? 'ema' : 'raw';
}

/** What is read if nothing is chosen: the last down block, clean, at a tenth of the way to noise, on up to 32×32 labels. */
export function defaultReading(spec: RunSpec): RepresentationSpec {
  const { x, y } = buildDataset(spec.dataset).lattice;
  const counts = [x.frameTo - x.frameFrom, y.frameTo - y.frameFrom];
  return {
    tap: `down${spec.model.widths.length}`,
    network: 'trained',
    weights: 'auto',
    mode: 'clean',
    timestep: Math.floor(spec.diffusion.timesteps / 10),
    seed: 0,
    perAxis: defaultPerAxis(counts),
  };
}

/** All labels if they are few or an axis has a single one, else as many up to 32 as are equally spaced on both axes. */
function defaultPerAxis(counts: readonly number[]): number | null {
  if (counts.every((n) => n <= 32) || counts.includes(1)) return null;
  for (let p = 32; p >= 16; p--) if (counts.every((n) => n % p === 0)) return p;
  return Math.min(32, ...counts);
}
