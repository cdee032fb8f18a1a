import type { Evaluation, SectionAccuracy } from '../records.ts';
import { meanOf, type MeanEstimate } from './seeds.ts';
import { mergeOrders } from './spec-diff.ts';

export const FEATURES = ['x', 'y', 'both'] as const;
export type Feature = (typeof FEATURES)[number];

/** What comparing accuracy needs of a run. */
export interface Evaluated {
  /** By step, the full evaluation of a step last, as records have them. */
  readonly evaluations: readonly Evaluation[];
}

export interface AccuracyRow {
  readonly section: string;
  /** One for each run; null where the run was not evaluated or does not have the section. */
  readonly cells: readonly (SectionAccuracy | null)[];
}

export interface AccuracyComparison {
  /** Which evaluation of each run the cells are from. */
  readonly evaluations: readonly (Evaluation | null)[];
  readonly rows: readonly AccuracyRow[];
}

/**
 * The evaluation to report: with a step, the latest at or before it; without, the full one at the end, else the
 * newest. Null if there is none.
 */
export function evaluationAt({ evaluations }: Evaluated, step: number | null = null): Evaluation | null {
  if (step !== null) return evaluations.findLast((e) => e.step <= step) ?? null;
  return evaluations.findLast((e) => e.final) ?? evaluations.at(-1) ?? null;
}

/** Accuracy by section (rows) and run (columns), each with the interval that its evaluation gave. */
export function accuracyBySection(
  runs: readonly Evaluated[],
  step: number | null = null,
): AccuracyComparison {
  const evaluations = runs.map((run) => evaluationAt(run, step));
  const names = mergeOrders(evaluations.map((e) => e?.sections.map((s) => s.section) ?? []));
  const rows = names.map((section) => ({
    section,
    cells: evaluations.map((e) => e?.sections.find((s) => s.section === section) ?? null),
  }));
  return { evaluations, rows };
}

export interface GroupedAccuracyRow {
  readonly section: string;
  /** One for each group: the mean over its runs that have the section, with a t interval over runs; null if none has. */
  readonly cells: readonly (Readonly<Record<Feature, MeanEstimate>> | null)[];
}

/**
 * Accuracy by section, averaged over the runs of each group (usually seeds). The interval is over runs: it says how
 * much another seed would differ, while an evaluation's own says how much other labels would.
 */
export function groupedAccuracy(
  groups: readonly (readonly Evaluated[])[],
  step: number | null = null,
): GroupedAccuracyRow[] {
  const comparisons = groups.map((runs) => accuracyBySection(runs, step));
  const names = mergeOrders(comparisons.map(({ rows }) => rows.map((row) => row.section)));
  return names.map((section) => ({
    section,
    cells: comparisons.map(({ rows }) => {
      const found = rows.find((row) => row.section === section)?.cells.filter((cell) => cell !== null) ?? [];
      if (found.length === 0) return null;
      const mean = (feature: Feature) => meanOf(found.map((cell) => cell[feature].mean));
      return { x: mean('x'), y: mean('y'), both: mean('both') };
    }),
  }));
}
