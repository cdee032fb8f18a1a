import { z } from 'zod';

const positive = z.number().refine((v) => Number.isFinite(v) && v > 0);
const threshold = z.number().refine((v) => v > 0 && v <= 1);
/** A few of a kind: each is a curve. */
const several = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(8);

/** All that the playground remembers. Begins with the paper's lattice: N = 32, d = 0.1, θ = 0.005. */
export const Settings = z.object({
  size: z.int().min(4).max(256),
  spacing: positive,
  periodic: z.boolean(),
  sigma: positive,
  threshold,
  lambda: threshold,
  /** Order of the bumps in the lattice that is shown. */
  seed: z.int().min(0),
  /** Orders that curves are averaged over: 0, 1, … */
  seeds: z.int().min(1).max(200),
  /** Curves of Fig. 6c, 14b and 6b; of Fig. 13. */
  sigmas: several(positive),
  thresholds: several(threshold),
  /** θ of Fig. 14b. */
  otherThreshold: threshold,
  logLambda: z.boolean(),
  over: z.enum(['occupied', 'sites']),
  /** Discs of half the cutoff around the bumps: those of linked bumps touch. */
  reach: z.boolean(),
  logOverlap: z.boolean(),
  pixels: z.boolean(),
});
export type Settings = z.infer<typeof Settings>;

export const initialSettings = (): Settings => ({
  size: 32,
  spacing: 0.1,
  periodic: false,
  sigma: 1,
  threshold: 0.005,
  lambda: 0.0006,
  seed: 0,
  seeds: 20,
  sigmas: [0.1, 0.25, 0.5, 1, 2],
  thresholds: [0.2, 0.05, 0.005, 0.0005],
  otherThreshold: 0.05,
  logLambda: true,
  over: 'occupied',
  reach: true,
  logOverlap: false,
  pixels: true,
});

/** σ and θ of one curve. */
export interface Task {
  readonly sigma: number;
  readonly threshold: number;
}

/** Those of the list and the lattice's own, ascending. */
export function withOwn(values: readonly number[], own: number): number[] {
  return [...new Set([...values, own])].sort((a, b) => a - b);
}

export const taskKey = ({ sigma, threshold: theta }: Task): string => `${sigma} ${theta}`;

/** Each curve that some chart shows, once; the lattice's own first, then chart by chart. */
export function tasksOf(settings: Settings): Task[] {
  const { sigma, threshold: theta, sigmas, thresholds, otherThreshold } = settings;
  const all = [
    { sigma, threshold: theta },
    ...sigmas.map((s) => ({ sigma: s, threshold: theta })),
    ...thresholds.map((t) => ({ sigma, threshold: t })),
    ...withOwn(sigmas, sigma).map((s) => ({ sigma: s, threshold: otherThreshold })),
  ];
  return [...new Map(all.map((task) => [taskKey(task), task])).values()];
}

/**
 * λ of the points of a curve, from one site to all: 24 a decade for logarithmic axes, and steps of 0.02 for linear ones.
 */
export function curveLambdas(sites: number): number[] {
  const count = Math.max(2, 1 + Math.ceil(24 * Math.log10(sites)));
  const even = Array.from({ length: count }, (_, i) =>
    Number((sites ** (i / (count - 1) - 1)).toPrecision(6)),
  );
  const steps = Array.from({ length: 50 }, (_, i) => (i + 1) / 50);
  // Rounding may leave the first below one site, which is what it stands for all the same.
  return [...new Set([...even, ...steps.filter((step) => step > 1 / sites)])].sort((a, b) => a - b);
}

/** Fields of numbers take no less: screen readers are told their ends, and not as powers of ten. */
export const LEAST_LAMBDA = 0.000001;

/** One site, where that is a fraction that can be chosen. */
export const leastLambda = (sites: number): number => Math.max(LEAST_LAMBDA, 1 / sites);

/** λ on the lattice: from one site to all, to three digits. */
export function roundLambda(lambda: number, sites: number): number {
  return Math.min(1, Math.max(leastLambda(sites), Number(lambda.toPrecision(3))));
}

/** The curves of a chart, as a command. */
export function percolationCommand(
  settings: Pick<Settings, 'size' | 'spacing' | 'periodic' | 'seeds'>,
  sigmas: readonly number[],
  thresholds: readonly number[],
): string {
  const { size, spacing, periodic, seeds } = settings;
  return [
    `clifford percolation --size ${size} --spacing ${spacing}`,
    ...sigmas.map((sigma) => `--sigma ${sigma}`),
    ...thresholds.map((theta) => `--threshold ${theta}`),
    `--seeds ${seeds}`,
    ...(periodic ? ['--periodic'] : []),
  ].join(' ');
}
