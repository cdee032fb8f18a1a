import { z } from 'zod';
import { ERROR_CODES, type ErrorData } from '../core/base/errors.ts';
import { SectionAccuracy } from '../core/metrics/records.ts';
import { RunSpec } from './run-spec.ts';

/** What the history knows and what crosses processes. Types are inferred from these schemas. */

export const RunState = z.enum([
  'queued', // created, not started
  'running',
  'stopped', // by the user; can be resumed
  'finished',
  'failed', // an error with a reason; can be resumed if a checkpoint exists
  'interrupted', // the process that owned it vanished; can be resumed
]);
export type RunState = z.infer<typeof RunState>;

/** `ErrorData` of core/base, which imports nothing, as a schema. */
export const ErrorRecord = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
}) satisfies z.ZodType<ErrorData>;

export { Estimate, SectionAccuracy } from '../core/metrics/records.ts';

export const Evaluation = z.object({
  step: z.int(),
  /** True for the full evaluation at the end, false for the cheaper ones on the way. */
  final: z.boolean(),
  tolerancePx: z.number(),
  readout: z.string(),
  weights: z.enum(['raw', 'ema']),
  seconds: z.number(),
  sections: z.array(SectionAccuracy),
  /** Sections that are not measured, because none of their labels can be read off its own image. */
  skipped: z.array(z.object({ section: z.string(), unreadableLabels: z.int() })).default([]),
});
export type Evaluation = z.infer<typeof Evaluation>;

/** What was read off one image. */
export const ReadingRecord = z.object({
  /** In frame coordinates; null where nothing was found. */
  x: z.number().nullable(),
  y: z.number().nullable(),
  /** Features found along x and y: 0 none, 1 one, 2 several. */
  countX: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  countY: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  responseX: z.number(),
  responseY: z.number(),
});
export type ReadingRecord = z.infer<typeof ReadingRecord>;

/** The file that an evaluation leaves beside its samples (artifact kind `evaluation`). */
export const EvaluationFile = z.object({
  /** Without its wall time: equal runs leave equal files. */
  evaluation: Evaluation.omit({ seconds: true }),
  /** Sections with their number of labels; the readings of one follow those of the one before. */
  sections: z.array(z.object({ section: z.string(), labels: z.int() })),
  samplesPerLabel: z.int(),
  /** One for each generated image, in the order of samples.npy. */
  readings: z.array(ReadingRecord.extend({ label: z.tuple([z.number(), z.number()]) })),
});
export type EvaluationFile = z.infer<typeof EvaluationFile>;

export const ArtifactKind = z.enum([
  'checkpoint', // flat state, safetensors, for resuming
  'milestone', // flat state kept for analysis
  'model', // the denoiser, ONNX
  'taps', // the denoiser with representations as outputs, ONNX
  'picture', // PNG
  'samples', // npy
  'evaluation', // JSON with every read-out
  'representation', // a tap's values over a grid of labels, safetensors
  'analysis', // what was measured of a representation, JSON (`AnalysisFile`)
]);
export type ArtifactKind = z.infer<typeof ArtifactKind>;

export const Artifact = z.object({
  kind: ArtifactKind,
  /** Relative to the run's folder, with forward slashes. */
  file: z.string(),
  step: z.int().nullable(),
  bytes: z.int(),
  sha256: z.string(),
});
export type Artifact = z.infer<typeof Artifact>;

export const MetricPoint = z.object({ step: z.int(), key: z.string(), value: z.number() });
export type MetricPoint = z.infer<typeof MetricPoint>;

export const RunSummary = z.object({
  id: z.string(),
  name: z.string(),
  state: RunState,
  /** Why it is in that state, if there is something to say. */
  reason: ErrorRecord.nullable(),
  preset: z.string().nullable(),
  specHash: z.string(),
  seed: z.int(),
  step: z.int(),
  steps: z.int(),
  engine: z.string().nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  tags: z.array(z.string()),
  note: z.string(),
  deletedAt: z.string().nullable(),
  /** `both` accuracy by section of the latest evaluation. */
  accuracy: z.record(z.string(), z.number()),
});
export type RunSummary = z.infer<typeof RunSummary>;

/** One line of a run's history: the state it entered or was in, and what there is to say. */
export const RunEvent = z.object({
  at: z.string(),
  state: RunState,
  step: z.int(),
  code: z.enum(ERROR_CODES).nullable(),
  message: z.string().nullable(),
});
export type RunEvent = z.infer<typeof RunEvent>;

export const RunDetail = RunSummary.extend({
  spec: RunSpec,
  folder: z.string(),
  /** sha256 of the little-endian bytes of the raw flat parameter vector at `weightsStep`; null before the first checkpoint. */
  weights: z.string().nullable(),
  /** The step of the newest checkpoint (`step` is the last one heard of). */
  weightsStep: z.int().nullable(),
  metrics: z.record(z.string(), z.array(z.tuple([z.int(), z.number()]))),
  evaluations: z.array(Evaluation),
  artifacts: z.array(Artifact),
  environment: z.record(z.string(), z.string()),
  /** State history and notices, oldest first. */
  events: z.array(RunEvent),
});
export type RunDetail = z.infer<typeof RunDetail>;
