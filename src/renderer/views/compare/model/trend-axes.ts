import { diffSpecs, type SpecDifference } from '../../../../shared/compare/spec-diff.ts';
import type { RunSpec } from '../../../../shared/run-spec.ts';
import type { ComparedRun } from './run.ts';

/** What accuracy can be drawn against. */
export interface TrendAxis {
  /** `step`, `lambda` …, or `spec:PATH`. */
  readonly key: string;
  /** Title of an axis, with unit. */
  readonly title: string;
  readonly short: string;
  readonly group: TrendAxisGroup;
  /** Every evaluation of a run is a point, not only one of them. */
  readonly along: boolean;
  /** How many different values the runs have; along training 0. */
  readonly values: number;
  /** The value of a run, at an evaluated step of it; null where it has none. */
  readonly at: (run: ComparedRun, step: number) => number | null;
  /** Paths that this axis is about: they never tell curves apart. */
  readonly owns: (path: string) => boolean;
  /** Paths that usually go along with it, such as the steps of equal epochs: told apart only if asked for. */
  readonly carries: (path: string) => boolean;
}

export const TREND_AXIS_GROUPS = ['Training', 'Dataset', 'Specification'] as const;
export type TrendAxisGroup = (typeof TREND_AXIS_GROUPS)[number];

/** Axes for some runs: those along training, those of the paper's figures, and every number in which the runs differ. */
export function trendAxes(
  runs: readonly ComparedRun[],
  differing: readonly SpecDifference[] = differences(runs),
): TrendAxis[] {
  const numbers = differing.filter(
    ({ path, values }) => !isSeed(path) && values.every((v) => v === undefined || typeof v === 'number'),
  );
  return [
    ...AXES.map(({ value, ...axis }): TrendAxis => {
      const values = axis.along ? [] : runs.map((run) => value(run, 0)).filter((v) => v !== null);
      return { ...axis, at: value, values: new Set(values).size };
    }),
    ...numbers.map(({ path, values }): TrendAxis => {
      const known = new Map(runs.map(({ id }, i) => [id, values[i]]));
      return {
        ...{ key: `spec:${path}`, title: path, short: path.split('.').slice(-2).join('.') },
        ...{ group: 'Specification', along: false, carries: () => false },
        values: new Set(values.filter((v) => v !== undefined)).size,
        owns: (other) => other === path,
        at: ({ id }) => (known.get(id) as number | undefined) ?? null,
      };
    }),
  ];
}

/** Where the specifications differ. */
export function differences(runs: readonly Pick<ComparedRun, 'spec'>[]): SpecDifference[] {
  return diffSpecs(runs.map(({ spec }) => spec)).filter(({ differs }) => differs);
}

/** Seeds of the training and of the subset: what repetitions differ in. */
export const isSeed = (path: string): boolean =>
  path === 'seed' || /^dataset\.parts\[\d+\]\.lambdaSeed$/.test(path);

interface AxisEntry extends Omit<TrendAxis, 'at' | 'values'> {
  readonly value: TrendAxis['at'];
}

const nothing = (): boolean => false;
const LAMBDA = /^dataset\.parts\[\d+\]\.lambda$/;
const STEPS = /^training\.steps$/;
/** Sizes and places of shapes, not their types, corners and axes. */
const EXTENT = '(\\[\\d+\\]\\.(width|range|x|y|center|radii|radius|points|name))?$';
const HELD_OUT = new RegExp(`^dataset\\.heldOut${EXTENT}`);
const LESION = new RegExp(`^dataset\\.lesion${EXTENT}`);
const WITHIN = new RegExp(`^dataset\\.parts\\[\\d+\\]\\.within${EXTENT}`);

const AXES: readonly AxisEntry[] = [
  {
    ...{ key: 'step', title: 'optimizer step', short: 'step', group: 'Training', along: true },
    ...{ owns: nothing, carries: nothing },
    value: (_, step) => step,
  },
  {
    ...{ key: 'epoch', title: 'epoch (images seen / training images)', short: 'epoch', group: 'Training' },
    ...{ along: true, owns: nothing, carries: nothing },
    value: ({ spec, row }, step) => {
      const images = row.region?.trainingImages;
      return images ? (step * spec.training.batchSize) / images : null;
    },
  },
  {
    ...{
      key: 'lambda',
      title: 'λ of the 2D images (fraction kept)',
      short: 'λ',
      group: 'Dataset',
      along: false,
    },
    owns: (path) => LAMBDA.test(path),
    carries: (path) => STEPS.test(path),
    value: ({ spec: { dataset } }) =>
      (dataset.parts.find(({ kind }) => kind === 'bump2d' || kind === 'sos2d') ?? dataset.parts[0]!).lambda,
  },
  {
    ...{ key: 'images', title: 'dataset size (training images)', short: 'dataset size', group: 'Dataset' },
    along: false,
    owns: (path) => LAMBDA.test(path) || path.startsWith('dataset.spacing.'),
    carries: (path) => STEPS.test(path),
    value: ({ row }) => row.region?.trainingImages ?? null,
  },
  {
    ...{
      key: 'lesionWidth',
      title: 'lesion width (px)',
      short: 'lesion width',
      group: 'Dataset',
      along: false,
    },
    owns: (path) => LESION.test(path),
    carries: nothing,
    value: ({ spec }) => widthOf(spec.dataset.lesion),
  },
  {
    ...{ key: 'heldOutWidth', title: 'held-out width W (px)', short: 'W', group: 'Dataset', along: false },
    owns: (path) => HELD_OUT.test(path),
    carries: nothing,
    value: ({ spec }) => widthOf(spec.dataset.heldOut),
  },
  {
    ...{ key: 'sigma', title: 'σ (px)', short: 'σ', group: 'Dataset', along: false },
    owns: (path) => path.startsWith('dataset.sigma.'),
    carries: nothing,
    value: ({ spec: { dataset } }) => (dataset.sigma.x === dataset.sigma.y ? dataset.sigma.x : null),
  },
  {
    ...{ key: 'size', title: 'image size N (px)', short: 'N', group: 'Dataset', along: false },
    // Regions are scaled with N, and a margin may be.
    owns: (path) => path === 'dataset.size',
    carries: (path) =>
      path === 'dataset.margin' || [HELD_OUT, LESION, WITHIN].some((extent) => extent.test(path)),
    value: ({ spec }) => spec.dataset.size,
  },
];

type Shape = RunSpec['dataset']['heldOut'][number];

/** The width that all shapes of a layer share, 0 of an empty layer; null where there is no such width. */
function widthOf(shapes: readonly Shape[]): number | null {
  const widths = new Set(shapes.map(shapeWidth));
  if (widths.size === 0) return 0;
  return widths.size === 1 ? [...widths][0]! : null;
}

function shapeWidth(shape: Shape): number | null {
  if (shape.mode === 'cut') return null;
  const extent = ([low, high]: readonly [number, number]): number => Number((high - low).toPrecision(12));
  switch (shape.type) {
    case 'interior':
    case 'exterior':
    case 'lesion':
      return shape.width;
    case 'band':
      return extent(shape.range);
    case 'rectangle':
    case 'cross':
      return extent(shape.x) === extent(shape.y) ? extent(shape.x) : null;
    default:
      return null;
  }
}
