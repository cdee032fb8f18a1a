import { formatTable } from '../src/main/cli/table.ts';

/** One line of the report. */
export interface Result {
  /** Measurement and case, such as `train quick`. */
  readonly name: string;
  readonly unit: 'images/s' | 's' | 'ms' | 'MiB';
  readonly ours: number | null;
  readonly peer: number | null;
  /** Above 1 we are better; null without a peer. */
  readonly ratio: number | null;
  /** Smallest and largest ratio of a pair. */
  readonly spread: readonly [number, number] | null;
  readonly note: string;
}

const NONE = '–';

/** @param missing why there is no peer, if so */
export function formatReport(results: readonly Result[], missing: string | null): string {
  const show = (v: number | null, unit: string) => (v === null ? NONE : `${significant(v)} ${unit}`);
  const rows = results.map((r) => [
    r.name,
    show(r.ours, r.unit),
    show(r.peer, r.unit),
    r.ratio === null ? NONE : r.ratio.toFixed(2),
    r.spread === null ? '' : `${r.spread[0].toFixed(2)} to ${r.spread[1].toFixed(2)}`,
    r.note,
  ]);
  const table = formatTable(
    [['measurement', 'Clifford', 'PyTorch', 'ratio', 'of pairs', ''], ...rows],
    [1, 2, 3],
  );
  const legend = 'ratio: median over pairs measured in turn; above 1 Clifford is faster';
  return missing === null ? `${table}\n\n${legend}` : `${table}\n\n${missing}`;
}

/** The last line of `--json`. */
export function formatRatios(results: readonly Result[]): string {
  const ratios = results.flatMap(({ name, ratio }) => (ratio === null ? [] : [{ name, ratio }]));
  return JSON.stringify({ ratios });
}

/** Three significant digits, without an exponent. */
function significant(v: number): string {
  if (v >= 100) return v.toFixed(0);
  return v >= 10 ? v.toFixed(1) : v.toFixed(2);
}
