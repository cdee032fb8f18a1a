import { evaluationAt, type Feature } from '../../../../shared/compare/accuracy.ts';
import { meanOf } from '../../../../shared/compare/seeds.ts';
import { mergeOrders } from '../../../../shared/compare/spec-diff.ts';
import type { Evaluation, SectionAccuracy } from '../../../../shared/records.ts';
import type { ComparedRun, Entry } from './run.ts';

/** Which evaluation a comparison is about: at the step cursor, the last, or for each section the best. */
export type When = 'cursor' | 'last' | 'best';

export interface Bar {
  readonly mean: number;
  /** 95 %: over labels for a run, over runs for a group; null where a group has one run. */
  readonly low: number | null;
  readonly high: number | null;
  /** Of the evaluations it is from, one for each run. */
  readonly steps: readonly number[];
  /** What copying the nearest seen value would score; the mean for a group. */
  readonly copying: number;
  /** Images for a run, runs for a group. */
  readonly n: number;
}

export interface AccuracyBars {
  readonly sections: readonly string[];
  /** By entry, then by section; null where there is no such evaluation or section. */
  readonly bars: readonly (readonly (Bar | null)[])[];
}

/** Accuracy of a feature by section for each entry. */
export function accuracyBars(
  entries: readonly Entry[],
  feature: Feature,
  when: When,
  cursor: number | null,
): AccuracyBars {
  const found = entries.map(({ runs }) => runs.map((run) => sectionsAt(run, feature, when, cursor)));
  const sections = mergeOrders(found.flatMap((runs) => runs.map((map) => [...map.keys()])));
  const bars = found.map((runs) =>
    sections.map((section) => {
      const cells = runs.flatMap((map) => map.get(section) ?? []);
      if (cells.length === 0) return null;
      const steps = cells.map((cell) => cell.step);
      const copying = meanOf(cells.map((cell) => cell.accuracy.copyBaseline[feature])).mean;
      if (runs.length === 1) {
        const { accuracy } = cells[0]!;
        return { ...accuracy[feature], steps, copying, n: accuracy.images };
      }
      return { ...meanOf(cells.map((cell) => cell.accuracy[feature].mean)), steps, copying };
    }),
  );
  return { sections, bars };
}

interface Found {
  readonly step: number;
  readonly accuracy: SectionAccuracy;
}

function sectionsAt(
  run: Pick<ComparedRun, 'evaluations'>,
  feature: Feature,
  when: When,
  cursor: number | null,
): Map<string, Found> {
  if (when !== 'best') {
    const evaluation = evaluationAt(run, when === 'cursor' ? cursor : null);
    return new Map(
      evaluation?.sections.map((accuracy) => [accuracy.section, { step: evaluation.step, accuracy }]),
    );
  }
  const best = new Map<string, Found>();
  for (const evaluation of run.evaluations) {
    for (const accuracy of evaluation.sections) {
      const known = best.get(accuracy.section);
      // Of equals the later one, which at one step is the full evaluation.
      if (known === undefined || accuracy[feature].mean >= known.accuracy[feature].mean) {
        best.set(accuracy.section, { step: evaluation.step, accuracy });
      }
    }
  }
  return best;
}

/** One sentence on which steps a comparison is from; null when no run has an evaluation there. */
export function stepsSentence(evaluations: readonly (Evaluation | null)[]): string | null {
  const steps = [...new Set(evaluations.flatMap((e) => (e === null ? [] : [e.step])))].sort((a, b) => a - b);
  const none = evaluations.filter((e) => e === null).length;
  if (steps.length === 0) return null;
  const number = (step: number) => step.toLocaleString('en');
  const where =
    steps.length === 1
      ? `step ${number(steps[0]!)}`
      : `steps ${number(steps[0]!)} to ${number(steps.at(-1)!)}`;
  return none === 0 ? `From ${where}.` : `From ${where}; ${none} not evaluated there.`;
}
