import { z } from 'zod';
import type { RunPage } from '../../../../shared/contract/runs.ts';
import { AccuracyMode, columnOf, defaultColumns, FIXED_COLUMN, parameterOf, type Column } from './columns.ts';

/** How the table looks: kept in the home, apart from what it shows (`tableState.ts`). */
export const TableLayout = z.object({
  /** Keys in the order of the columns; null as long as the user chose nothing, so that new sections appear. */
  columns: z.array(z.string().min(1).max(220)).nullable(),
  /** Pixels of the columns that the user made wider or narrower. */
  widths: z.record(z.string(), z.number().min(40).max(1200)),
  density: z.enum(['comfortable', 'dense']),
  accuracy: AccuracyMode,
  /** Null: open where the window is wide. */
  queueOpen: z.boolean().nullable(),
});
export type TableLayout = z.infer<typeof TableLayout>;

export const initialLayout = (): TableLayout => ({
  columns: null,
  widths: {},
  density: 'comfortable',
  accuracy: 'last',
  queueOpen: null,
});

type Known = Pick<RunPage['known'], 'sections'>;

/** Keys of the columns that are shown, the name always among them, each once. */
export function shownKeys(layout: TableLayout, known: Known): string[] {
  const keys = new Set(layout.columns ?? defaultColumns(known));
  if (!keys.has(FIXED_COLUMN)) return [FIXED_COLUMN, ...keys];
  return [...keys];
}

export function shownColumns(layout: TableLayout, known: Known): Column[] {
  return shownKeys(layout, known).flatMap((key) => {
    const column = columnOf(key, layout.accuracy);
    if (column === null) return [];
    return [{ ...column, width: layout.widths[key] ?? column.width }];
  });
}

/** Paths that the page has to bring along. */
export function wantedParameters(layout: TableLayout): string[] {
  return (layout.columns ?? []).flatMap((key) => parameterOf(key) ?? []);
}

/** Shows a column (at the end) or hides it; the name stays. */
export function withColumn(layout: TableLayout, known: Known, key: string, shown: boolean): TableLayout {
  const keys = shownKeys(layout, known).filter((other) => other !== key);
  if (shown || key === FIXED_COLUMN) keys.push(key);
  return { ...layout, columns: keys };
}

/** Moves a column to a place among those shown. */
export function withMovedColumn(layout: TableLayout, known: Known, key: string, to: number): TableLayout {
  return { ...layout, columns: moved(shownKeys(layout, known), key, to) };
}

/** The list with an entry at another place, counted without it; places beyond the ends mean the ends. */
export function moved<T>(list: readonly T[], entry: T, to: number): T[] {
  const rest = list.filter((other) => other !== entry);
  if (rest.length === list.length) return [...list];
  rest.splice(Math.min(Math.max(0, to), rest.length), 0, entry);
  return rest;
}
