import { invalid } from '../../../core/base/errors.ts';
import type { RunPage, RunQuery } from '../../../shared/contract/runs.ts';
import type { Db } from './database.ts';
import { readRows } from './rows.ts';

/** One page of the table of runs. A fixed number of statements, whatever the page and the history hold. */
export function readPage(db: Db, query: RunQuery): RunPage {
  const selection = select(query);
  const total = count(db, selection);
  const found = listed(db, query, selection, query.limit, query.offset);
  return {
    rows: readRows(
      db,
      found.map((f) => f.pk),
    ),
    parameters: readParameters(
      db,
      found.map((f) => f.pk),
      query.parameters,
    ),
    total,
    groupOf: query.group === null ? [] : found.map((f) => f.grp),
    groups: query.group === null ? [] : groups(db, query, selection),
    known: known(db, query.deleted),
  };
}

/** The pks of all runs that match, in the order of the query. */
export function matchingRuns(db: Db, query: RunQuery): number[] {
  return listed(db, query, select(query), -1, 0).map((f) => f.pk);
}

interface Selection {
  /** A condition over `runs r`. */
  readonly where: string;
  readonly values: Record<string, unknown>;
}

function select(query: RunQuery): Selection {
  const where = [query.deleted ? 'r.deleted_at IS NOT NULL AND r.purging = 0' : 'r.deleted_at IS NULL'];
  const values: Record<string, unknown> = {};
  if (query.states.length > 0) {
    where.push('r.state IN (SELECT value FROM json_each(@states))');
    values['states'] = JSON.stringify(query.states);
  }
  if (query.tags.length > 0) {
    where.push(
      `(SELECT count(*) FROM tags t WHERE t.run_pk = r.pk AND t.tag IN (SELECT value FROM json_each(@tags))) = @tagCount`,
    );
    values['tags'] = JSON.stringify(query.tags);
    values['tagCount'] = new Set(query.tags).size;
  }
  if (query.starred) where.push('r.starred = 1');
  const words = query.search.split(/\s+/).filter(Boolean);
  if (words.length > 0) {
    where.push(`holds_words(@words, r.name, r.note, r.preset, r.id,
      (SELECT group_concat(t.tag, char(10)) FROM tags t WHERE t.run_pk = r.pk))`);
    values['words'] = words.join(' ');
  }
  return { where: where.join(' AND '), values };
}

const COLUMNS: Readonly<Record<string, string>> = {
  created: 'r.created_at',
  name: 'fold(r.name)',
  // As a run lives; alphabetical order would tell nothing.
  state: `CASE r.state WHEN 'running' THEN 0 WHEN 'queued' THEN 1 WHEN 'interrupted' THEN 2 WHEN 'stopped' THEN 3
    WHEN 'failed' THEN 4 ELSE 5 END`,
  progress: 'CAST(r.step AS REAL) / r.steps',
  seed: 'r.seed',
  preset: 'r.preset',
  heldOut: 'r.held_out',
  images: 'r.training_images',
  seconds: 'r.seconds',
  steps: 'r.steps',
  // False is no value: starred runs come first either way round, as the rest by age.
  starred: 'nullif(r.starred, 0)',
  queue: 'r.queue_position',
  engine: 'r.engine',
  tags: '(SELECT group_concat(tag, char(10)) FROM (SELECT t.tag FROM tags t WHERE t.run_pk = r.pk ORDER BY t.tag))',
  note: `nullif(fold(r.note), '')`,
  parent: '(SELECT fold(p.name) FROM runs p WHERE p.id = r.parent_id)',
};

/** Keys with a name that users choose: it is a parameter of the statement, never a part of it. */
const NAMED: Readonly<Record<string, string>> = {
  accuracy: '(SELECT a.last FROM accuracies a WHERE a.run_pk = r.pk AND a.section = @sort)',
  best: '(SELECT a.best FROM accuracies a WHERE a.run_pk = r.pk AND a.section = @sort)',
  metric: '(SELECT s.latest_value FROM metric_series s WHERE s.run_pk = r.pk AND s.key = @sort)',
  spec: 'json_extract(r.spec, @sort)',
};

/** @throws CliffordError INVALID_INPUT for a key that does not exist */
function sortOf(key: string): { expression: string; values: Record<string, unknown> } {
  const column = Object.hasOwn(COLUMNS, key) ? COLUMNS[key] : undefined;
  if (column !== undefined) return { expression: column, values: {} };
  const colon = key.indexOf(':');
  const kind = key.slice(0, Math.max(0, colon));
  const name = key.slice(colon + 1);
  if (Object.hasOwn(NAMED, kind) && name !== '') {
    return {
      expression: NAMED[kind]!,
      values: { sort: kind === 'spec' ? jsonPath(`sort key "${key}"`, name) : name },
    };
  }
  throw invalid(
    `sort key "${key}": expected one of ${Object.keys(COLUMNS).join(', ')}, or ` +
      `${Object.keys(NAMED).join(':…, ')}:…`,
  );
}

/** Values of spec paths for each run. */
function readParameters(db: Db, pks: readonly number[], paths: readonly string[]): RunPage['parameters'] {
  const wanted = [...new Set(paths)];
  if (wanted.length === 0) return pks.map(() => ({}));
  const values = Object.fromEntries(
    wanted.map((path, i) => [`p${i}`, jsonPath(`parameter "${path}"`, path)] as const),
  );
  const columns = wanted.map((_, i) => `r.spec -> @p${i}`).join(', ');
  const rows = db.$client
    .prepare(`SELECT ${columns} FROM json_each(@pks) j CROSS JOIN runs r ON r.pk = j.value ORDER BY j.key`)
    .raw()
    .all({ ...values, pks: JSON.stringify(pks) }) as (string | null)[][];
  return rows.map((row): RunPage['parameters'][number] =>
    Object.fromEntries(
      wanted.flatMap((path, i) => (row[i] === null ? [] : [[path, JSON.parse(row[i]!) as never]])),
    ),
  );
}

/** `a.b.0` as SQLite writes it. */
function jsonPath(what: string, dotted: string): string {
  const parts = dotted.split('.');
  if (!parts.every((part) => /^\w[\w-]*$/.test(part))) {
    throw invalid(`${what}: expected a path such as training.optimizer.learningRate`);
  }
  return `$${parts.map((part) => (/^\d+$/.test(part) ? `[${part}]` : `."${part}"`)).join('')}`;
}

const GROUPS: Readonly<Record<NonNullable<RunQuery['group']>, { key: string; title: string }>> = {
  preset: { key: `ifnull(r.preset, '')`, title: `ifnull(r.preset, 'without a preset')` },
  state: { key: 'r.state', title: 'r.state' },
  region: {
    key: `ifnull(r.region_hash, '')`,
    title: `CASE WHEN r.held_out IS NULL THEN 'unknown region'
      WHEN r.held_out = 0 AND r.lesion = 0 THEN 'nothing held out'
      ELSE trim(CASE WHEN r.held_out > 0 THEN printf('%.1f %% held out', 100 * r.held_out) ELSE '' END
        || CASE WHEN r.held_out > 0 AND r.lesion > 0 THEN ', ' ELSE '' END
        || CASE WHEN r.lesion > 0 THEN printf('%.1f %% lesion', 100 * r.lesion) ELSE '' END) END`,
  },
  specButSeed: {
    key: `ifnull(r.seedless_hash, '')`,
    title: `ifnull(r.preset, r.name) || ', spec ' || substr(ifnull(r.seedless_hash, '?'), 1, 6)`,
  },
  parent: {
    key: `ifnull(r.parent_id, '')`,
    title: `CASE WHEN r.parent_id IS NULL THEN 'not forked'
      ELSE ifnull((SELECT p.name FROM runs p WHERE p.id = r.parent_id), r.parent_id || ' (purged)') END`,
  },
};

/** The runs that match, each with what it is sorted by, its group and its rank. */
function ranked(
  { sort, group }: RunQuery,
  { where, values }: Selection,
): Selection & { readonly sql: string } {
  const { expression, values: sortValues } = sortOf(sort.key);
  const direction = sort.descending ? 'DESC' : 'ASC';
  const { key, title } = group === null ? { key: `''`, title: `''` } : GROUPS[group];
  return {
    where,
    values: { ...values, ...sortValues },
    sql: `
      SELECT pk, grp, title,
        row_number() OVER (ORDER BY sort_value IS NULL, sort_value ${direction}, pk ${direction}) AS rank
      FROM (SELECT r.pk, ${expression} AS sort_value, ${key} AS grp, ${title} AS title FROM runs r WHERE ${where})`,
  };
}

/** One page in the order of the query; groups come in the order of their first runs. */
function listed(
  db: Db,
  query: RunQuery,
  selection: Selection,
  limit: number,
  offset: number,
): { pk: number; grp: string }[] {
  const { sql, values } = ranked(query, selection);
  const first = query.group === null ? '0' : 'min(rank) OVER (PARTITION BY grp)';
  return db.$client
    .prepare(
      `SELECT pk, grp FROM (SELECT pk, grp, rank, ${first} AS first FROM (${sql}))
       ORDER BY first, rank LIMIT @limit OFFSET @offset`,
    )
    .all({ ...values, limit, offset }) as { pk: number; grp: string }[];
}

function groups(db: Db, query: RunQuery, selection: Selection): RunPage['groups'] {
  const { sql, values } = ranked(query, selection);
  // The title that SQLite takes is that of the run with the least rank.
  return db.$client
    .prepare(
      `SELECT key, title, count FROM (
         SELECT grp AS key, title, count(*) AS count, min(rank) AS first FROM (${sql}) GROUP BY grp
       ) ORDER BY first`,
    )
    .all(values) as RunPage['groups'];
}

function count(db: Db, { where, values }: Selection): number {
  return db.$client.prepare(`SELECT count(*) FROM runs r WHERE ${where}`).pluck().get(values) as number;
}

/** What there is to choose from. */
function known(db: Db, deleted: boolean): RunPage['known'] {
  const states = db.$client
    .prepare(
      `SELECT state, count(*) FROM runs WHERE deleted_at IS ${deleted ? 'NOT ' : ''}NULL GROUP BY state`,
    )
    .raw()
    .all() as [string, number][];
  return {
    tags: distinct(db, 'tags', 'tag'),
    sections: distinct(db, 'accuracies', 'section'),
    metrics: distinct(db, 'metric_series', 'key'),
    states: Object.fromEntries(states),
  };
}

/** From one value to the next by an index: SELECT DISTINCT would read a row for each run. */
function distinct(db: Db, table: string, column: string): string[] {
  return db.$client
    .prepare(
      `WITH RECURSIVE next(value) AS (
         SELECT min(${column}) FROM ${table}
         UNION ALL SELECT (SELECT min(${column}) FROM ${table} WHERE ${column} > next.value) FROM next
         WHERE next.value IS NOT NULL
       )
       SELECT value FROM next WHERE value IS NOT NULL`,
    )
    .pluck()
    .all() as string[];
}
