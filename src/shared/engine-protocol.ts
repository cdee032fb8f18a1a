import { z } from 'zod';
import { SamplerSpec } from '../core/diffusion/spec.ts';
import { AnalysisRequest, RepresentationSpec } from './analysis.ts';
import { Artifact, ErrorRecord, Evaluation, MetricPoint, ReadingRecord } from './records.ts';
import { RunSpec } from './run-spec.ts';

/**
 * Messages between the workbench service and an engine process (one process per job). Plain data, checked on
 * both sides. The engine writes files into the run's folder itself and reports each once it is durable.
 */

/** Images that one `sample` request may ask for. */
export const MOST_IMAGES = 1_000_000;

export const EngineName = z.enum(['auto', 'onnxruntime-cpu']);
export type EngineName = z.infer<typeof EngineName>;

const runRef = { runId: z.string(), folder: z.string(), spec: RunSpec };

export const EngineRequest = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('train'),
    ...runRef,
    engine: EngineName,
    /** Replica threads; null means one per core. */
    threads: z.int().min(1).nullable(),
    /** Checkpoint file (relative to the folder) to go on from; null starts at step 0. */
    resumeFrom: z.string().nullable(),
  }),
  /** Evaluates an exported model in full; which step and weights it holds is told by its own metadata. */
  z.strictObject({
    type: z.literal('evaluate'),
    ...runRef,
    /** Relative to the folder. */
    modelFile: z.string(),
    threads: z.int().min(1).nullable(),
    /** Where to write pictures and read-outs, relative to the folder. */
    outDir: z.string(),
  }),
  z.strictObject({
    type: z.literal('sample'),
    modelFile: z.string(),
    /** Labels in frame coordinates, x then y. */
    labels: z.array(z.tuple([z.number(), z.number()])),
    count: z.int().min(1),
    sampler: SamplerSpec,
    seed: z.int().min(0),
    threads: z.int().min(1).nullable(),
    /** Keep the way from noise too (see `SampleFile`). */
    trajectory: z.boolean(),
    /** Absolute folder for the PNG sheet, the npy arrays and readings.json. */
    outDir: z.string(),
  }),
  /** Writes ONNX files from a checkpoint. */
  z.strictObject({
    type: z.literal('export'),
    ...runRef,
    checkpointFile: z.string(),
    weights: z.enum(['auto', 'raw', 'ema']),
    outFile: z.string(),
    tap: z.string().nullable(),
  }),
  /**
   * Reads a representation, unless that is stored, and measures it. Leaves both files below the folder, the second one
   * as `AnalysisFile`.
   */
  z.strictObject({
    type: z.literal('analyze'),
    ...runRef,
    /** Checkpoint or milestone, relative to the folder; null for the untrained network. Read only if need be. */
    checkpoint: z.strictObject({ file: z.string(), sha256: z.string() }).nullable(),
    /** Of those weights; 0 for the untrained network. */
    step: z.int().min(0),
    /** sha256 of their raw parameters, to be told in the file; null for the untrained network. */
    weights: z.string().nullable(),
    /** With the weights decided (not `auto`). */
    representation: RepresentationSpec,
    request: AnalysisRequest,
    /** Relative to the folder: where the representation is, or will be. */
    representationFile: z.string(),
    /** Of that file, if it is there; null if it is not. */
    representationSha256: z.string().nullable(),
    /** Relative to the folder. */
    analysisFile: z.string(),
    threads: z.int().min(1).nullable(),
  }),
  /** Checkpoint, then end as `stopped`. */
  z.strictObject({ type: z.literal('stop') }),
]);
export type EngineRequest = z.infer<typeof EngineRequest>;

/** What a `sample` job leaves beside its arrays (`SampleFile`). */
export const SAMPLE_FILE = 'readings.json';

/**
 * What a `sample` job leaves in `readings.json`, beside the arrays: samples.npy (n, 1, N, N), labels.npy and
 * positions.npy (n, 2), and with a trajectory trajectory.npy (K + 1, n, N, N), x before each of the network's K calls and
 * then the images, and predictions.npy (K, n, N, N), the clean image as predicted at each call; all float32.
 */
export const SampleFile = z.object({
  /** The model's step. */
  step: z.int(),
  weights: z.enum(['raw', 'ema']),
  /** Image side N. */
  size: z.int(),
  /** As asked for; image i belongs to label ⌊i / count⌋. */
  labels: z.array(z.tuple([z.number(), z.number()])),
  count: z.int(),
  sampler: SamplerSpec,
  seed: z.int(),
  /** Timesteps of the network's calls, noisiest first; null without a trajectory. */
  timesteps: z.array(z.int()).nullable(),
  /** One for each image; positions are null where nothing was found. */
  readings: z.array(ReadingRecord),
});
export type SampleFile = z.infer<typeof SampleFile>;

/** Sent to an engine process after its `ended` where the channel does not tell what has arrived (Electron's ports). */
export const ENGINE_GOODBYE = 'goodbye';

export const EngineEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('started'),
    engine: z.string(),
    threads: z.int(),
    parameters: z.int(),
    trainingImages: z.int(),
    environment: z.record(z.string(), z.string()),
  }),
  z.object({
    type: z.literal('progress'),
    phase: z.enum(['training', 'evaluating', 'sampling']),
    step: z.int(),
    steps: z.int(),
    loss: z.number().nullable(),
    imagesPerSecond: z.number().nullable(),
    secondsLeft: z.number().nullable(),
    /** 0…1 within the phase. */
    fraction: z.number(),
  }),
  /** Of an `analyze` job. */
  z.object({
    type: z.literal('analysis'),
    phase: z.enum(['reading', 'analysing']),
    /** 0…1 within the phase. */
    fraction: z.number(),
  }),
  /** What the user should know of the result. */
  z.object({ type: z.literal('notice'), sentence: z.string() }),
  z.object({ type: z.literal('metrics'), points: z.array(MetricPoint) }),
  z.object({ type: z.literal('checkpoint'), artifact: Artifact, step: z.int(), weights: z.string() }),
  z.object({ type: z.literal('artifact'), artifact: Artifact }),
  /** Files no longer kept by the retention policy; the engine asks, the service forgets and deletes them. */
  z.object({ type: z.literal('retire'), files: z.array(z.string()) }),
  z.object({ type: z.literal('evaluation'), evaluation: Evaluation }),
  z.object({
    type: z.literal('ended'),
    outcome: z.enum(['finished', 'stopped', 'failed']),
    step: z.int(),
    weights: z.string().nullable(),
    error: ErrorRecord.nullable(),
  }),
]);
export type EngineEvent = z.infer<typeof EngineEvent>;
