import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { Evaluation, EvaluationFile, RunDetail, RunState, RunSummary } from '../records.ts';
import { RunSpec } from '../run-spec.ts';

/** Requests and event streams about runs. */

export const runId = z.string().min(1).max(64);

/** The label space of a run in small: what is held out, lesioned and trained on. */
export const RegionThumbnail = z.object({
  /** Side of the square picture in cells. */
  side: z.int(),
  /**
   * One character for each cell, row by row from y = 0: `t` training (2D), `s` training (1D or blank), `h` held out,
   * `l` lesion, `u` uncovered (no part has images there), `.` margin without images. A cell is drawn as the most
   * frequent of its labels.
   */
  cells: z.string(),
  /** Fractions of the 2D labels of the frame. */
  heldOut: z.number(),
  lesion: z.number(),
  trainingImages: z.int(),
});
export type RegionThumbnail = z.infer<typeof RegionThumbnail>;

/** What a running run says of itself; null while it does not run or has not said anything yet. */
export const RunProgress = z.object({
  phase: z.enum(['training', 'evaluating', 'sampling']),
  step: z.int(),
  steps: z.int(),
  loss: z.number().nullable(),
  imagesPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  fraction: z.number(),
});
export type RunProgress = z.infer<typeof RunProgress>;

/** A run in a table. */
export const RunRow = RunSummary.extend({
  starred: z.boolean(),
  /** The run that this one was forked from; its name is null once it was purged. */
  parent: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
  region: RegionThumbnail.nullable(),
  /** Best `both` accuracy by section over all evaluations (`accuracy` has the last). */
  best: z.record(z.string(), z.number()),
  /** Latest value of each metric. */
  latest: z.record(z.string(), z.number()),
  progress: RunProgress.nullable(),
  /** Place in the queue from 0; null when it does not wait. */
  queuePosition: z.int().nullable(),
  /** Seconds of training, all stretches together. */
  seconds: z.number(),
});
export type RunRow = z.infer<typeof RunRow>;

export const RunSort = z.object({
  /** A column (`created`, `name`, `state`, `progress`, `seed`, `preset`, `heldOut`, `images`, `seconds`, `steps`,
   * `starred`, `queue`, `engine`, `tags`, `note`, `parent`), or `accuracy:SECTION`, `best:SECTION`, `metric:KEY`,
   * `spec:a.b.c`. Runs without a value come last. */
  key: z.string().min(1).max(200),
  descending: z.boolean(),
});
export type RunSort = z.infer<typeof RunSort>;

export const RunQuery = z.object({
  /** Words that must all appear in name, note, tags, preset or id. */
  search: z.string().max(500).default(''),
  states: z.array(RunState).default([]),
  tags: z.array(z.string()).default([]),
  starred: z.boolean().default(false),
  /** Only runs in the bin instead of those out of it. */
  deleted: z.boolean().default(false),
  sort: RunSort.default({ key: 'created', descending: true }),
  /** Runs come group by group: null, `preset`, `state`, `seed`, `region` (equal held-out and lesion), `spec-but-seed`. */
  group: z.enum(['preset', 'state', 'region', 'specButSeed', 'parent']).nullable().default(null),
  /** Paths of the spec (`training.batchSize`, `dataset.parts.0.lambda`) whose values are wanted with each row. */
  parameters: z.array(z.string().min(1).max(200)).max(50).default([]),
  offset: z.int().min(0).default(0),
  limit: z.int().min(1).max(500).default(100),
});
export type RunQuery = z.infer<typeof RunQuery>;

export const RunPage = z.object({
  rows: z.array(RunRow),
  /** The wanted parameters of each row, by its place in `rows`; a path that its spec does not have is absent. */
  parameters: z.array(z.record(z.string(), z.json())),
  total: z.int(),
  /** Group of each row, by its place in `rows`; empty when not grouped. */
  groupOf: z.array(z.string()),
  groups: z.array(z.object({ key: z.string(), title: z.string(), count: z.int() })),
  /** Everything that columns, filters and axes can be chosen from, over all runs of the home. */
  known: z.object({
    tags: z.array(z.string()),
    sections: z.array(z.string()),
    metrics: z.array(z.string()),
    states: z.record(z.string(), z.int()),
  }),
});
export type RunPage = z.infer<typeof RunPage>;

/** Everything about one run but its metric points. */
export const RunView = RunDetail.omit({ metrics: true, folder: true }).extend({
  row: RunRow,
  /** Absolute, for showing. */
  folder: z.string(),
  metricKeys: z.array(z.string()),
  children: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type RunView = z.infer<typeof RunView>;

/** Points by metric key, steps ascending. */
export const SeriesMap = z.record(z.string(), z.array(z.tuple([z.int(), z.number()])));
export type SeriesMap = z.infer<typeof SeriesMap>;

/** Where a reader of a run's points stands: the last step it has of each key, in which epoch. */
export const PointCursor = z.object({
  /** Grows when a run is taken back to a checkpoint: all points must be read anew. */
  epoch: z.int(),
  last: z.record(z.string(), z.int()),
});
export type PointCursor = z.infer<typeof PointCursor>;

export const RunPulse = z.discriminatedUnion('type', [
  z.object({ type: z.literal('row'), row: RunRow }),
  /** With `reset` these points replace all that the reader has; else they follow them. Never a point twice. */
  z.object({ type: z.literal('points'), reset: z.boolean(), epoch: z.int(), series: SeriesMap }),
  z.object({ type: z.literal('progress'), progress: RunProgress }),
  /** Evaluations or files were added or taken away: read the run again. */
  z.object({ type: z.literal('changed') }),
]);
export type RunPulse = z.infer<typeof RunPulse>;

/** The images and read-outs of one evaluation. */
export const EvaluationSamples = EvaluationFile.extend({
  /** Image side N. */
  size: z.int(),
  /** base64 of (images, N, N) uint8; 0…255 stands for [-1, 1]. */
  pixels: z.string(),
});
export type EvaluationSamples = z.infer<typeof EvaluationSamples>;

export const Placement = z.enum(['front', 'back', 'none']);

/** Points per series that a chart gets: more are thinned to the least and greatest of each stretch. */
export const MOST_POINTS = 2000;

export const runsContract = {
  page: oc.input(RunQuery).output(RunPage),
  /** Rows of these runs in the order asked for; ids that are not known are left out. */
  rows: oc.input(z.object({ ids: z.array(runId).max(1000) })).output(z.array(RunRow)),
  /** The table, all pages, with parameters: RFC 4180, one header line. */
  csv: oc.input(RunQuery).output(z.object({ csv: z.string() })),
  get: oc.input(z.object({ id: runId })).output(RunView),
  series: oc
    .input(
      z.object({
        id: runId,
        keys: z.array(z.string()).optional(),
        maxPoints: z.int().min(10).max(100_000).default(MOST_POINTS),
      }),
    )
    .output(z.object({ epoch: z.int(), series: SeriesMap, thinned: z.boolean() })),
  /** Begins with the row and all points after the cursor, then what is new; ends only when the reader goes. */
  watch: oc.input(z.object({ id: runId, cursor: PointCursor.nullable() })).output(eventIterator(RunPulse)),
  /** One event at once and one (at most twice a second) when any run or the queue changed. */
  changes: oc.output(eventIterator(z.object({ revision: z.int() }))),
  /** Records a run; `start` says where it is put into the queue (`none`: it waits outside). */
  create: oc
    .input(
      z.object({
        spec: RunSpec,
        name: z.string().optional(),
        preset: z.string().optional(),
        tags: z.array(z.string()).optional(),
        start: Placement,
      }),
    )
    .output(RunRow),
  /** The same as `create`, as a child of another run. The seed must be the parent's, so that the two can be paired. */
  fork: oc
    .input(z.object({ id: runId, spec: RunSpec, name: z.string().optional(), start: Placement }))
    .output(RunRow),
  /** Puts a run that is not finished (back) into the queue: starts or resumes it. */
  enqueue: oc.input(z.object({ id: runId, place: z.enum(['front', 'back']) })).output(RunRow),
  stop: oc
    .input(z.object({ id: runId, kill: z.boolean().default(false) }))
    .output(z.object({ state: RunState })),
  rename: oc.input(z.object({ id: runId, name: z.string() })).output(RunRow),
  note: oc.input(z.object({ id: runId, text: z.string() })).output(RunRow),
  tag: oc
    .input(
      z.object({ id: runId, add: z.array(z.string()).default([]), remove: z.array(z.string()).default([]) }),
    )
    .output(RunRow),
  star: oc.input(z.object({ id: runId, starred: z.boolean() })).output(RunRow),
  remove: oc
    .input(z.object({ ids: z.array(runId).min(1).max(1000) }))
    .output(z.object({ removed: z.array(z.string()) })),
  restore: oc
    .input(z.object({ ids: z.array(runId).min(1).max(1000) }))
    .output(z.object({ restored: z.array(z.string()) })),
  purge: oc
    .input(z.object({ ids: z.array(runId).min(1).max(1000) }))
    .output(z.object({ purged: z.array(z.string()) })),
  /** The whole family of a run, parents before children. */
  lineage: oc.input(z.object({ id: runId })).output(z.array(RunRow)),
  /** @throws NOT_FOUND when the run has no evaluation at that step */
  samples: oc.input(z.object({ id: runId, step: z.int(), final: z.boolean() })).output(EvaluationSamples),
  evaluations: oc
    .input(z.object({ ids: z.array(runId).max(100) }))
    .output(z.record(z.string(), z.array(Evaluation))),
};
