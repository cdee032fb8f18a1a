import { integer, primaryKey, real, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core';
import type { ErrorCode } from '../../../core/base/errors.ts';
import type { AnalysisRequest, RepresentationSpec } from '../../../shared/analysis.ts';
import type { RunProgress } from '../../../shared/contract/runs.ts';
import type { ArtifactKind, RunState } from '../../../shared/records.ts';

/**
 * The tables as TypeScript sees them. The SQL of `migrations/` makes them and says what the columns mean; a test
 * holds the two against each other.
 */

export const runs = sqliteTable('runs', {
  pk: integer().primaryKey({ autoIncrement: true }),
  id: text().notNull().unique(),
  name: text().notNull(),
  preset: text(),
  specHash: text('spec_hash').notNull(),
  seed: integer().notNull(),
  steps: integer().notNull(),
  step: integer().notNull().default(0),
  state: text().$type<RunState>().notNull(),
  reasonCode: text('reason_code').$type<ErrorCode>(),
  reasonMessage: text('reason_message'),
  engine: text(),
  environment: text({ mode: 'json' }).$type<Record<string, string>>().notNull().default({}),
  weights: text(),
  weightsStep: integer('weights_step'),
  note: text().notNull().default(''),
  createdAt: text('created_at').notNull(),
  startedAt: text('started_at'),
  endedAt: text('ended_at'),
  deletedAt: text('deleted_at'),
  purging: integer({ mode: 'boolean' }).notNull().default(false),
  heartbeatAt: text('heartbeat_at'),
  ownerPid: integer('owner_pid'),
  enginePid: integer('engine_pid'),
  engineIdentity: text('engine_identity'),
  stopRequest: integer('stop_request').notNull().default(0),
  starred: integer({ mode: 'boolean' }).notNull().default(false),
  parentId: text('parent_id'),
  epoch: integer().notNull().default(0),
  queuePosition: integer('queue_position'),
  seconds: real().notNull().default(0),
  progress: text({ mode: 'json' }).$type<RunProgress>(),
  seedlessHash: text('seedless_hash'),
  regionHash: text('region_hash'),
  heldOut: real('held_out'),
  lesion: real(),
  trainingImages: integer('training_images'),
  region: text(),
  spec: text().notNull(),
});
export type RunRow = typeof runs.$inferSelect;

const runPk = () =>
  integer('run_pk')
    .notNull()
    .references(() => runs.pk, { onDelete: 'cascade' });

export const tags = sqliteTable('tags', { runPk: runPk(), tag: text().notNull() }, (t) => [
  primaryKey({ columns: [t.runPk, t.tag] }),
]);

export const events = sqliteTable('events', {
  pk: integer().primaryKey({ autoIncrement: true }),
  runPk: runPk(),
  at: text().notNull(),
  state: text().$type<RunState>().notNull(),
  step: integer().notNull(),
  code: text().$type<ErrorCode>(),
  message: text(),
});

export const metricSeries = sqliteTable(
  'metric_series',
  {
    pk: integer().primaryKey(),
    runPk: runPk(),
    key: text().notNull(),
    points: integer().notNull(),
    latestStep: integer('latest_step').notNull(),
    latestValue: real('latest_value').notNull(),
    minStep: integer('min_step').notNull(),
    minValue: real('min_value').notNull(),
    maxStep: integer('max_step').notNull(),
    maxValue: real('max_value').notNull(),
  },
  (t) => [unique().on(t.runPk, t.key)],
);

export const metricPoints = sqliteTable(
  'metric_points',
  {
    seriesPk: integer('series_pk')
      .notNull()
      .references(() => metricSeries.pk, { onDelete: 'cascade' }),
    step: integer().notNull(),
    value: real().notNull(),
  },
  (t) => [primaryKey({ columns: [t.seriesPk, t.step] })],
);

export const artifacts = sqliteTable(
  'artifacts',
  {
    pk: integer().primaryKey({ autoIncrement: true }),
    runPk: runPk(),
    kind: text().$type<ArtifactKind>().notNull(),
    file: text().notNull(),
    step: integer(),
    bytes: integer().notNull(),
    sha256: text().notNull(),
    weights: text(),
    retiring: integer({ mode: 'boolean' }).notNull().default(false),
    createdAt: text('created_at').notNull(),
  },
  (t) => [unique().on(t.runPk, t.file)],
);
export type ArtifactRow = typeof artifacts.$inferSelect;

export const analyses = sqliteTable('analyses', {
  artifactPk: integer('artifact_pk')
    .primaryKey()
    .references(() => artifacts.pk, { onDelete: 'cascade' }),
  representation: text({ mode: 'json' }).$type<RepresentationSpec>().notNull(),
  request: text({ mode: 'json' }).$type<AnalysisRequest>().notNull(),
  seconds: real(),
});

export const evaluations = sqliteTable('evaluations', {
  pk: integer().primaryKey({ autoIncrement: true }),
  runPk: runPk(),
  step: integer().notNull(),
  final: integer({ mode: 'boolean' }).notNull(),
  source: text().$type<'training' | 'request'>().notNull(),
  accuracy: text({ mode: 'json' }).$type<Record<string, number>>().notNull(),
  body: text().notNull(),
  createdAt: text('created_at').notNull(),
});

export const accuracies = sqliteTable(
  'accuracies',
  { runPk: runPk(), section: text().notNull(), last: real(), best: real().notNull() },
  (t) => [primaryKey({ columns: [t.runPk, t.section] })],
);

export const documents = sqliteTable('documents', {
  key: text().notNull().primaryKey(),
  value: text().notNull(),
  savedAt: real('saved_at').notNull(),
});

export const settings = sqliteTable('settings', {
  key: text().notNull().primaryKey(),
  value: text().notNull(),
});
