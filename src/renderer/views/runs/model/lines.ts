import { markRaw, shallowRef, type ShallowRef } from 'vue';
import type { RunPage, RunRow } from '../../../../shared/contract/runs.ts';

/**
 * The page as lines of the table: runs, and above each group its title. A line stays the same object as long as its
 * run stays in its place, and its contents are a reference of their own: so a refresh draws only the rows that
 * changed. Lines are marked raw, since the table looks deep into what it is given.
 */
export type Line = RunLine | GroupLine;

export interface RunLine {
  readonly kind: 'run';
  /** The run's id. */
  readonly key: string;
  readonly row: ShallowRef<RunRow>;
  /** Values of the wanted parameters. */
  readonly parameters: ShallowRef<RunPage['parameters'][number]>;
}

export interface GroupLine {
  readonly kind: 'group';
  readonly key: string;
  readonly group: ShallowRef<Group>;
}

export interface Group {
  readonly key: string;
  readonly title: string;
  /** Runs of the group on all pages. */
  readonly count: number;
  /** Ids of those on this page. */
  readonly here: readonly string[];
  readonly folded: boolean;
}

/**
 * Lines of a page, reusing those of the page before.
 * @returns `before` itself when no line came, went or moved
 */
export function linesOfPage(
  page: Pick<RunPage, 'rows' | 'parameters' | 'groupOf' | 'groups'>,
  folded: ReadonlySet<string>,
  before: readonly Line[],
): readonly Line[] {
  const known = new Map(before.map((line) => [line.key, line]));
  const lines: Line[] = [];
  let group: Group | null = null;
  page.rows.forEach((row, i) => {
    const key = page.groupOf[i];
    if (key !== undefined && key !== group?.key) {
      group = groupAt(page, key, folded);
      lines.push(groupLine(group, known.get(GROUP + key)));
    }
    if (group?.folded) return;
    lines.push(runLine(row, page.parameters[i] ?? {}, known.get(row.id)));
  });
  const same = lines.length === before.length && lines.every((line, i) => line === before[i]);
  return same ? before : lines;
}

/** No run's id has a space. */
const GROUP = 'group ';

function groupAt(
  { rows, groupOf, groups }: Pick<RunPage, 'rows' | 'groupOf' | 'groups'>,
  key: string,
  folded: ReadonlySet<string>,
): Group {
  const here = rows.filter((_, i) => groupOf[i] === key).map((row) => row.id);
  const found = groups.find((group) => group.key === key);
  return {
    key,
    title: found?.title ?? key,
    count: found?.count ?? here.length,
    here,
    folded: folded.has(key),
  };
}

function groupLine(group: Group, known: Line | undefined): GroupLine {
  if (known?.kind !== 'group') {
    return markRaw({ kind: 'group', key: GROUP + group.key, group: shallowRef(group) });
  }
  put(known.group, group);
  return known;
}

function runLine(row: RunRow, parameters: RunLine['parameters']['value'], known: Line | undefined): RunLine {
  if (known?.kind !== 'run') {
    return markRaw({ kind: 'run', key: row.id, row: shallowRef(row), parameters: shallowRef(parameters) });
  }
  put(known.row, row);
  put(known.parameters, parameters);
  return known;
}

/** Both come from the same JSON, so equal contents have equal text. */
function put<T>(ref: ShallowRef<T>, value: T): void {
  if (JSON.stringify(ref.value) !== JSON.stringify(value)) ref.value = value;
}
