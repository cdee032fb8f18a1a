import { formatDuration, formatFraction } from '../../../format.ts';
import type { RunPage, RunRow } from '../../../../shared/contract/runs.ts';
import { metricOf, parameterOf, sectionOf, type AccuracyMode } from './columns.ts';

export interface CellText {
  readonly text: string;
  /** Second, quieter text. */
  readonly aside?: string;
  /** Shown on hover. */
  readonly title?: string;
}

// Making a formatter takes longer than a hundred uses of it.
const WHOLE = new Intl.NumberFormat('en');
const PRECISE = new Intl.NumberFormat('en', { maximumFractionDigits: 10 });
const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

/** Day, date and time to the second, in the user's own way of writing. */
export const exactTime = (iso: string): string => TIME.format(new Date(iso));

const NOTHING: CellText = { text: '–' };

/** The text of a cell; cells with more than text (name, region, state, tags …) are drawn by components. */
export function cellText(
  key: string,
  row: RunRow,
  parameters: RunPage['parameters'][number],
  mode: AccuracyMode,
): CellText {
  const section = sectionOf(key);
  if (section !== null) return accuracyText(row, section, mode);
  const metric = metricOf(key);
  if (metric !== null) return numberText(row.latest[metric]);
  const path = parameterOf(key);
  if (path !== null) return parameterText(parameters[path]);
  switch (key) {
    case 'queue':
      return row.queuePosition === null ? NOTHING : { text: String(row.queuePosition + 1) };
    case 'step':
      return { text: WHOLE.format(row.step), aside: `/ ${WHOLE.format(row.steps)}` };
    case 'seed':
      return { text: String(row.seed) };
    case 'preset':
      return row.preset === null ? NOTHING : { text: row.preset };
    case 'engine':
      return row.engine === null ? NOTHING : { text: row.engine };
    case 'seconds':
      if (row.seconds === 0) return NOTHING;
      return { text: formatDuration(row.seconds), title: `${row.seconds.toFixed(1)} s` };
    case 'images':
      return row.region === null ? NOTHING : { text: WHOLE.format(row.region.trainingImages) };
    default:
      return NOTHING;
  }
}

function accuracyText({ accuracy, best }: RunRow, section: string, mode: AccuracyMode): CellText {
  const [last, most] = [accuracy[section], best[section]];
  const shown = mode === 'best' ? most : last;
  if (shown === undefined) return NOTHING;
  const text = formatFraction(shown);
  const title = `last ${last?.toFixed(4) ?? '–'}, best ${most?.toFixed(4) ?? '–'}`;
  if (mode !== 'both' || most === undefined) return { text, title };
  return { text, aside: `best ${formatFraction(most)}`, title };
}

/** Four significant digits; all of them on hover. */
export function numberText(value: number | undefined): CellText {
  if (value === undefined) return NOTHING;
  const short = Number(value.toPrecision(4));
  const size = Math.abs(short);
  const text = size !== 0 && (size < 1e-3 || size >= 1e7) ? short.toExponential() : PRECISE.format(short);
  return short === value ? { text } : { text, title: String(value) };
}

type Value = RunPage['parameters'][number][string];

function parameterText(value: Value | undefined): CellText {
  if (value === undefined) return { text: '–', title: 'this run has no such parameter' };
  if (typeof value === 'number') return numberText(value);
  if (value === null) return { text: 'none' };
  if (typeof value === 'string') return { text: value };
  const text = JSON.stringify(value);
  return { text, title: text };
}

/** Percent with as many decimals as a region needs: `0 %`, `0.4 %`, `34.5 %`. */
export function percentText(fraction: number): string {
  if (fraction === 0) return '0 %';
  const percent = 100 * fraction;
  return percent < 0.05 ? '< 0.1 %' : `${percent.toFixed(1)} %`;
}
