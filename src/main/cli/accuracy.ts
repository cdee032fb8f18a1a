import type { Estimate, Evaluation, SectionAccuracy } from '../../shared/records.ts';
import { formatTable } from './table.ts';

const FEATURES = ['x', 'y', 'both'] as const;

/** The full table of one evaluation: three rows (x, y, both) for each section. */
export function accuracyTable(evaluation: Evaluation): string {
  const rows: string[][] = [['section', '', 'accuracy (95 % interval)', 'copying', 'chance', 'median error']];
  for (const section of evaluation.sections) {
    const facts = [section.section, counts(section), wrongImages(section)];
    FEATURES.forEach((feature, i) => {
      rows.push([
        i === 0 ? facts[0]! : `  ${facts[i]!}`,
        feature,
        interval(section[feature]),
        fraction(section.copyBaseline[feature]),
        fraction(section.chance[feature]),
        feature === 'both' ? '' : pixels(section.medianErrorPx[feature]),
      ]);
    });
  }
  const table = `${heading(evaluation)}\n\n${formatTable(rows, [3, 4, 5])}`;
  return [table, ...evaluation.skipped.map(skippedLine)].join('\n');
}

function skippedLine({ section, unreadableLabels }: Evaluation['skipped'][number]): string {
  const none =
    unreadableLabels === 1
      ? 'its only label cannot be read off its'
      : `none of its ${unreadableLabels} labels can be read off its`;
  return `${section}: ${none} own image (σ too small between pixels), so it is not measured`;
}

/** What the numbers mean, in one line above the table. */
function heading(evaluation: Evaluation): string {
  const weights = evaluation.weights === 'ema' ? 'averaged (EMA) weights' : 'raw weights';
  return (
    `Accuracy at step ${evaluation.step}, ${weights}: the fraction of generated images whose position is less ` +
    `than ${number(evaluation.tolerancePx)} px off.\n"copying" is what the nearest seen value would score.`
  );
}

/** One line per evaluation while training runs. */
export function accuracyLine(evaluation: Evaluation): string {
  const sections = evaluation.sections.map(
    (section) => `${section.section} ${FEATURES.map((f) => fraction(section[f].mean)).join('/')}`,
  );
  return `step ${evaluation.step}: accuracy (x/y/both) ${sections.join(' · ')}`;
}

/** Several runs side by side, section by section: `quickstart`'s contrast. */
export function comparisonTable(columns: readonly { title: string; evaluation: Evaluation }[]): string {
  const rows: string[][] = [['section', '', ...columns.flatMap((c) => [c.title, 'copying'])]];
  const names = [...new Set(columns.flatMap((c) => c.evaluation.sections.map((s) => s.section)))];
  for (const name of names) {
    FEATURES.forEach((feature, i) => {
      const cells = columns.flatMap(({ evaluation }) => {
        const section = evaluation.sections.find((s) => s.section === name);
        if (section === undefined) return ['–', ''];
        return [interval(section[feature]), fraction(section.copyBaseline[feature])];
      });
      rows.push([i === 0 ? name : '', feature, ...cells]);
    });
  }
  return formatTable(rows);
}

function counts(section: SectionAccuracy): string {
  return `${plural(section.labels, 'label')}, ${plural(section.images, 'image')}`;
}

function wrongImages(section: SectionAccuracy): string {
  const left = section.unreadableLabels > 0 ? `, ${section.unreadableLabels} unreadable` : '';
  return `no bump ${section.none}, several ${section.several}${left}`;
}

function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function interval(e: Estimate): string {
  return `${fraction(e.mean)}  (${fraction(e.low)} to ${fraction(e.high)})`;
}

function fraction(value: number): string {
  return value.toFixed(2);
}

function pixels(value: number | null): string {
  return value === null ? 'none readable' : `${value.toFixed(2)} px`;
}

function number(value: number): string {
  return String(Number(value.toPrecision(6)));
}
