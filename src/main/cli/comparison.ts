import type { AccuracyComparison, GroupedAccuracyRow } from '../../shared/compare/accuracy.ts';
import { FEATURES } from '../../shared/compare/accuracy.ts';
import type { PairedAccuracy } from '../../shared/compare/paired.ts';
import type { RegionComparison } from '../../shared/compare/regions.ts';
import type { MeanEstimate } from '../../shared/compare/seeds.ts';
import type { SpecDifference, SpecValue } from '../../shared/compare/spec-diff.ts';
import { shorten } from '../presets/json.ts';
import { comparisonTable } from './accuracy.ts';
import { formatTable } from './table.ts';

/** What `clifford compare` prints, table by table. */

/** A value of a specification in a cell or a sentence; `–` where there is none. */
export function showSpecValue(value: SpecValue | undefined): string {
  if (value === undefined) return '–';
  return shorten(typeof value === 'string' ? value : JSON.stringify(value), 40);
}

export function specificationText(
  titles: readonly string[],
  rows: readonly SpecDifference[],
  all: boolean,
): string {
  const shown = all ? rows : rows.filter((row) => row.differs);
  if (shown.length === 0) return 'Specifications: equal in every field.';
  const equal = rows.length - rows.filter((row) => row.differs).length;
  const heading = all
    ? 'Specifications (* where they differ)'
    : `Specifications, where they differ (${equal} equal fields left out; --all shows them)`;
  const body = shown.map(({ path, values, differs }) => [
    `${all ? (differs ? '* ' : '  ') : ''}${path}`,
    ...values.map(showSpecValue),
  ]);
  return `${heading}\n\n${formatTable([['', ...titles], ...body])}`;
}

export function accuracyText(titles: readonly string[], { evaluations }: AccuracyComparison): string {
  const columns = evaluations.flatMap((evaluation, i) =>
    evaluation === null ? [] : [{ title: `${titles[i]!} (step ${evaluation.step})`, evaluation }],
  );
  const missing = titles.filter((_, i) => evaluations[i] === null);
  const without = missing.length === 0 ? '' : `\n\nNot evaluated there: ${missing.join(', ')}`;
  if (columns.length === 0) return `Accuracy by section: none of the runs was evaluated.`;
  return `Accuracy by section (95 % interval over labels)\n\n${comparisonTable(columns)}${without}`;
}

export function groupsText(titles: readonly string[], rows: readonly GroupedAccuracyRow[]): string {
  const body = rows.flatMap(({ section, cells }) =>
    FEATURES.map((feature, i) => [
      i === 0 ? section : '',
      feature,
      ...cells.map((cell) => (cell === null ? '–' : showMean(cell[feature]))),
    ]),
  );
  return `Mean over seeds (95 % t interval over runs)\n\n${formatTable([['section', '', ...titles], ...body])}`;
}

export function pairedText(title: string, paired: PairedAccuracy, unpaired: readonly string[]): string {
  const heading = `Paired differences: ${title}`;
  const left = unpaired.length === 0 ? [] : [`Without a partner of the same seed: ${unpaired.join(', ')}`];
  if (paired.steps.length === 0) return [`${heading}\n\nNone: no seed is on both sides.`, ...left].join('\n');
  if (paired.rows.length === 0)
    return [`${heading}\n\nNone: not evaluated alike at any step.`, ...left].join('\n');
  const n = paired.steps.filter((step) => step !== null).length;
  const over = n === 1 ? 'one pair, so without an interval' : `${n} pairs, 95 % t interval`;
  const body = paired.rows.map(({ section, feature, first, second, difference }, i) => [
    paired.rows[i - 1]?.section === section ? '' : section,
    feature,
    first.toFixed(2),
    second.toFixed(2),
    showMean(difference, true),
  ]);
  const table = formatTable([['section', '', 'first', 'second', 'second − first'], ...body], [2, 3]);
  const steps = [...new Set(paired.steps.filter((step) => step !== null))].join(', ');
  return [
    `${heading} (${over}, at step ${steps})\n\n${table}`,
    ...paired.cautions.map((c) => `Caution: ${c}`),
    ...left,
  ].join('\n');
}

export function regionsText(
  reference: string,
  others: readonly { readonly title: string; readonly regions: RegionComparison }[],
): string {
  const rows: string[][] = [];
  const notes: string[] = [];
  for (const { title, regions } of others) {
    if (!regions.comparable) {
      notes.push(`${title}: ${regions.reason}`);
      continue;
    }
    for (const [layer, name] of [
      ['heldOut', 'held out'],
      ['lesion', 'lesion'],
    ] as const) {
      const { onlyFirst, onlySecond, both, xor, neither } = regions[layer];
      const total = onlyFirst + onlySecond + both + neither;
      const share = `${((100 * xor) / total).toFixed(1)} %`;
      rows.push([
        layer === 'heldOut' ? title : '',
        name,
        ...[onlyFirst, onlySecond, both, xor].map(String),
        share,
      ]);
    }
  }
  const header = ['run', 'layer', `only ${reference}`, 'only this run', 'both', 'XOR', 'of the frame'];
  const table = rows.length === 0 ? [] : [formatTable([header, ...rows], [2, 3, 4, 5, 6])];
  const text = [...table, ...notes].join('\n');
  return `Regions against ${reference}, in 2D labels of the frame\n\n${text}`;
}

function showMean({ n, mean, low, high }: MeanEstimate, signed = false): string {
  const show = (v: number) => `${signed && v > 0 ? '+' : ''}${v.toFixed(2)}`;
  const interval = low === null || high === null ? '' : `  (${show(low)} to ${show(high)})`;
  return `${show(mean)}${interval}${signed ? '' : `  n = ${n}`}`;
}
