import type { Evaluation } from '../records.ts';
import { FEATURES, type Evaluated, type Feature } from './accuracy.ts';
import { meanOf, type MeanEstimate, meanSeries, type MeanPoint, type Series } from './seeds.ts';
import { mergeOrders } from './spec-diff.ts';

/**
 * Paired comparison of runs with the same seed: they start from the same weights and draw the same noise, so that the
 * difference between two of them is due to what was changed.
 */
export interface Pairing<R> {
  /** Runs of equal seed, the first group's first. */
  readonly pairs: readonly (readonly [first: R, second: R])[];
  /** Runs whose seed the other group lacks, or has only in runs that are paired already. */
  readonly unpaired: readonly R[];
}

/** Pairs runs of two groups by seed. Of several runs with one seed in a group the first that is left is taken. */
export function pairBySeed<R extends { readonly seed: number }>(
  first: readonly R[],
  second: readonly R[],
): Pairing<R> {
  const left = [...second];
  const pairs: (readonly [R, R])[] = [];
  const unpaired: R[] = [];
  for (const run of first) {
    const at = left.findIndex((other) => other.seed === run.seed);
    if (at < 0) unpaired.push(run);
    else pairs.push([run, left.splice(at, 1)[0]!]);
  }
  return { pairs, unpaired: [...unpaired, ...left] };
}

export interface PairedRow {
  readonly section: string;
  readonly feature: Feature;
  /** Mean over the pairs of either side. */
  readonly first: number;
  readonly second: number;
  /** Mean over the pairs of second − first, with a t interval over pairs. */
  readonly difference: MeanEstimate;
}

export interface PairedAccuracy {
  readonly rows: readonly PairedRow[];
  /** The step at which each pair is compared: the last at which both were evaluated alike; null if there is none. */
  readonly steps: readonly (number | null)[];
  /** What makes two evaluations hard to compare, one sentence each. */
  readonly cautions: readonly string[];
}

/** Differences of accuracy between the runs of each pair, for the sections that both have. */
export function pairedAccuracy(pairs: readonly (readonly [Evaluated, Evaluated])[]): PairedAccuracy {
  const common = pairs.map(([a, b]) => lastCommon(a.evaluations, b.evaluations));
  const found = common.filter((pair) => pair !== null);
  const names = mergeOrders(found.map(([a]) => a.sections.map((s) => s.section)));
  const rows = names.flatMap((section) =>
    FEATURES.flatMap((feature): PairedRow[] => {
      const values = found.flatMap((pair) => {
        const [a, b] = pair.map((e) => e.sections.find((s) => s.section === section)?.[feature].mean);
        return a === undefined || b === undefined ? [] : [{ a, b }];
      });
      if (values.length === 0) return [];
      return [
        {
          section,
          feature,
          first: meanOf(values.map(({ a }) => a)).mean,
          second: meanOf(values.map(({ b }) => b)).mean,
          difference: meanOf(values.map(({ a, b }) => b - a)),
        },
      ];
    }),
  );
  const cautions = new Set(found.flatMap(([a, b]) => cautionsOf(a, b)));
  return { rows, steps: common.map((pair) => pair?.[0].step ?? null), cautions: [...cautions] };
}

/**
 * The difference second − first of a metric at the steps that both runs of a pair have, averaged over the pairs as
 * `meanSeries` does.
 */
export function pairedSeries(pairs: readonly (readonly [Series, Series])[], atLeast?: number): MeanPoint[] {
  const differences = pairs.map(([first, second]): Series => {
    const known = new Map(first);
    return second.flatMap(([step, value]) => {
      const other = known.get(step);
      return other === undefined ? [] : [[step, value - other] as const];
    });
  });
  return meanSeries(differences, atLeast);
}

/** A full evaluation and one on the way draw different labels, so a pair takes both full or both not. */
function lastCommon(
  first: readonly Evaluation[],
  second: readonly Evaluation[],
): [Evaluation, Evaluation] | null {
  for (const a of first.toReversed()) {
    const b = second.findLast((e) => e.step === a.step && e.final === a.final);
    if (b !== undefined) return [a, b];
  }
  return null;
}

function cautionsOf(a: Evaluation, b: Evaluation): string[] {
  const out: string[] = [];
  const compare = (what: string, x: string, y: string) => {
    if (x !== y) out.push(`${what} differs: ${x} against ${y}`);
  };
  compare('the tolerance', `${a.tolerancePx} px`, `${b.tolerancePx} px`);
  compare('the read-out', a.readout, b.readout);
  compare('what was evaluated', `${a.weights} weights`, `${b.weights} weights`);
  return out;
}
