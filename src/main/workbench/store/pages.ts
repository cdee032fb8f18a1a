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
    total,
    groupOf: query.group === null ? [] : found.map((f) => f.grp),
    groups: query.group === null ? [] : groups(db, query.group, selection),
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
    return { expression: NAMED[kind]!, values: { sort: kind === 'spec' ? jsonPath(key, name) : name } };
  }
  throw invalid(
    `sort key "${key}": expected one of ${Object.keys(COLUMNS).join(', ')}, or ` +
      `${Object.keys(NAMED).join(':…, ')}:…`,
  );
}

/** `a.b.0` as SQLite writes it. */
function jsonPath(key: string, dotted: string): string {
  const parts = dotted.split('.');
  if (!parts.every((part) => /^\w[\w-]*$/.test(part))) {
    throw invalid(`sort key "${key}": expected a path such as spec:training.optimizer.learningRate`);
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
  specButSeed: { key: `ifnull(r.seedless_hash, '')`, title: `ifnull(r.preset, r.name)` },
  parent: {
    key: `ifnull(r.parent_id, '')`,
    title: `CASE WHEN r.parent_id IS NULL THEN 'not forked'
      ELSE ifnull((SELECT p.name FROM runs p WHERE p.id = r.parent_id), r.parent_id || ' (purged)') END`,
  },
};

function listed(
  db: Db,
  { sort, group }: RunQuery,
  { where, values }: Selection,
  limit: number,
  offset: number,
): { pk: number; grp: string }[] {
  const { expression, values: sortValues } = sortOf(sort.key);
  const direction = sort.descending ? 'DESC' : 'ASC';
  const order = `sort_value IS NULL, sort_value ${direction}, pk ${direction}`;
  const key = group === null ? `''` : GROUPS[group].key;
  const matching = `SELECT r.pk, ${expression} AS sort_value, ${key} AS grp FROM runs r WHERE ${where}`;
  // Groups come in the order of their first runs.
  const sql =
    group === null
      ? `SELECT pk, grp FROM (${matching}) ORDER BY ${order} LIMIT @limit OFFSET @offset`
      : `SELECT pk, grp FROM (
           SELECT pk, grp, rank, min(rank) OVER (PARTITION BY grp) AS first
           FROM (SELECT pk, grp, row_number() OVER (ORDER BY ${order}) AS rank FROM (${matching}))
         ) ORDER BY first, rank LIMIT @limit OFFSET @offset`;
  const all = db.$client.prepare(sql).all({ ...values, ...sortValues, limit, offset });
  return all as { pk: number; grp: string }[];
}

function count(db: Db, { where, values }: Selection): number {
  return db.$client.prepare(`SELECT count(*) FROM runs r WHERE ${where}`).pluck().get(values) as number;
}

function groups(db: Db, group: NonNullable<RunQuery['group']>, { where, values }: Selection): RunPage['groups'] {
  const { key, title } = GROUPS[group];
  return db.$client
    .prepare(
      `SELECT ${key} AS key, min(${title}) AS title, count(*) AS count FROM runs r WHERE ${where} GROUP BY 1 ORDER BY 2, 1`,
    )
    .all(values) as RunPage['groups'];
}

/** What there is to choose from. */
function known(db: Db, deleted: boolean): RunPage['known'] {
  const column = (sql: string): string[] => db.$client.prepare(sql).pluck().all() as string[];
  const states = db.$client
    .prepare(`SELECT state, count(*) FROM runs WHERE deleted_at IS ${deleted ? 'NOT ' : ''}NULL GROUP BY state`)
    .raw()
    .all() as [string, number][];
  return {
    tags: column('SELECT DISTINCT tag FROM tags ORDER BY tag'),
    sections: column('SELECT DISTINCT section FROM accuracies ORDER BY section'),
    metrics: column('SELECT DISTINCT key FROM metric_series ORDER BY key'),
    states: Object.fromEntries(states),
  };
}
