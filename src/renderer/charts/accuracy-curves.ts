import type { Evaluation, SectionAccuracy } from '../../shared/records.ts';
import type { Curve, Reference } from './curves.ts';
import { sectionStyle } from './palettes.ts';
import type { ChartTheme } from './theme.ts';

type Feature = 'x' | 'y' | 'both';

/**
 * Accuracy by section over the steps, with the intervals of each evaluation.
 * @param evaluations by step; of two at one step the later one counts
 */
export function accuracyCurves(
  evaluations: readonly Evaluation[],
  feature: Feature,
  theme: ChartTheme,
): Curve[] {
  const bySection = new Map<string, Map<number, SectionAccuracy>>();
  for (const { step, sections } of evaluations) {
    for (const section of sections) {
      const steps = bySection.get(section.section) ?? new Map<number, SectionAccuracy>();
      bySection.set(section.section, steps.set(step, section));
    }
  }
  const names = [...bySection.keys()];
  return names.map((name) => {
    const found = [...bySection.get(name)!].sort(([a], [b]) => a - b);
    return {
      name,
      style: sectionStyle(name, names, theme),
      points: found.map(([step, section]) => [step, section[feature].mean] as const),
      band: found.map(([step, section]) => [step, section[feature].low, section[feature].high] as const),
      markers: true,
    };
  });
}

/**
 * What no understanding is needed for: the score of copying the nearest seen value, for sections that were not
 * trained on, and that of drawing a place at random, over all sections. Equal lines are drawn once.
 */
export function accuracyReferences(evaluation: Evaluation | undefined, feature: Feature): Reference[] {
  if (!evaluation) return [];
  const copying = new Map<string, string[]>();
  for (const { section, copyBaseline } of evaluation.sections) {
    if (section === 'overall' || section === 'in-distribution') continue;
    const value = copyBaseline[feature].toFixed(2);
    copying.set(value, [...(copying.get(value) ?? []), section]);
  }
  const lines = [...copying].map(([value, sections]) => {
    const of = copying.size > 1 ? ` (${sections.join(', ')})` : '';
    return { name: `copying${of}`, value: Number(value) };
  });
  const overall = evaluation.sections.find(({ section }) => section === 'overall');
  if (!overall) return lines;
  const chance = overall.chance[feature];
  const same = lines.find(({ value }) => Math.abs(value - chance) < 0.02);
  if (!same) return [...lines, { name: 'chance', value: chance }];
  return lines.map((line) => (line === same ? { ...line, name: `${line.name}, chance` } : line));
}
