import type { RunQuery, RunRow } from '../../shared/contract/runs.ts';
import type { Context } from './context.ts';
import { matchingRuns } from './store/pages.ts';
import { readRows } from './store/rows.ts';

type Cell = string | number | boolean | null | undefined;

/**
 * The table of runs that match, all pages, as RFC 4180: own columns, accuracies, metrics, and every parameter of their
 * specs. Columns are named as sort keys are. A list is one cell of JSON, but for the parts of a dataset.
 */
export function runsCsv(ctx: Context, query: RunQuery): string {
  const { rows, specs } = ctx.store.read((db) => {
    const pks = matchingRuns(db, query);
    const read = db.$client.prepare(
      'SELECT r.spec FROM json_each(?) j CROSS JOIN runs r ON r.pk = j.value ORDER BY j.key',
    );
    return { rows: readRows(db, pks), specs: read.pluck().all(JSON.stringify(pks)) as string[] };
  });
  const records = rows.map((row, i) => ({ ...own(row), ...named(row), ...leaves(specs[i]!) }));
  const columns = columnsOf(records);
  const lines = records.map((record) => columns.map((column) => field(record[column])).join(','));
  return [columns.map(field).join(','), ...lines].map((line) => `${line}\r\n`).join('');
}

/** What a row says of itself, by the name of its column. */
const OWN: Readonly<Record<string, (row: RunRow) => Cell>> = {
  id: (row) => row.id,
  name: (row) => row.name,
  state: (row) => row.state,
  reason: (row) => row.reason?.message,
  preset: (row) => row.preset,
  created: (row) => row.createdAt,
  started: (row) => row.startedAt,
  ended: (row) => row.endedAt,
  deleted: (row) => row.deletedAt,
  step: (row) => row.step,
  steps: (row) => row.steps,
  seconds: (row) => row.seconds,
  seed: (row) => row.seed,
  engine: (row) => row.engine,
  parent: (row) => row.parent?.id,
  starred: (row) => row.starred,
  tags: (row) => row.tags.join(' '),
  note: (row) => row.note,
  heldOut: (row) => row.region?.heldOut,
  lesion: (row) => row.region?.lesion,
  images: (row) => row.region?.trainingImages,
  specHash: (row) => row.specHash,
};

function own(row: RunRow): Record<string, Cell> {
  return Object.fromEntries(Object.entries(OWN).map(([column, read]) => [column, read(row)]));
}

function named({ accuracy, best, latest }: RunRow): Record<string, Cell> {
  const prefixed = (kind: string, values: Record<string, number>): [string, number][] =>
    Object.entries(values).map(([name, value]) => [`${kind}:${name}`, value]);
  return Object.fromEntries([
    ...prefixed('accuracy', accuracy),
    ...prefixed('best', best),
    ...prefixed('metric', latest),
  ]);
}

function leaves(json: string): Record<string, Cell> {
  const out: Record<string, Cell> = {};
  const visit = (value: unknown, path: string): void => {
    const list = Array.isArray(value) && path !== 'dataset.parts';
    if (typeof value !== 'object' || value === null || list) {
      out[`spec:${path}`] =
        typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as Cell);
      return;
    }
    for (const [key, member] of Object.entries(value)) visit(member, path === '' ? key : `${path}.${key}`);
  };
  visit(JSON.parse(json), '');
  return out;
}

/** Own columns in their order, then the others by kind and name. */
function columnsOf(records: readonly Record<string, Cell>[]): string[] {
  const others = new Set(records.flatMap((record) => Object.keys(record)).filter((key) => !(key in OWN)));
  return [...Object.keys(OWN), ...[...others].sort()];
}

/** RFC 4180, 2.5–2.7. */
function field(value: Cell): string {
  if (value === null || value === undefined) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
