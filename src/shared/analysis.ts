import { z } from 'zod';
import {
  DecodingResult,
  FactorizationResult,
  PcaResult,
  SimilarityResult,
  TopologyResult,
  UmapResult,
} from '../core/metrics/records-analysis.ts';

/** What can be asked of a run's representations, and what comes back. Types are inferred from these schemas. */

/**
 * How a representation is read (paper, measurements): tap(x_t, t, label) for each label of a grid, flattened.
 * - `clean`: x_t of the label's own image, √ᾱ_t x₀ + √(1 − ᾱ_t) ε
 * - `fixed-noise`: the same ε for all labels and no image, so that only the label acts
 * - `trajectory`: x at timestep t on the way of generation from noise, with the run's evaluation sampler
 */
export const ReadingMode = z.enum(['clean', 'fixed-noise', 'trajectory']);
export type ReadingMode = z.infer<typeof ReadingMode>;

export const RepresentationSpec = z.strictObject({
  /** One of the run's taps; `conditioning` is the control without a network. */
  tap: z.string(),
  /** `untrained`: the same network at its initialization. */
  network: z.enum(['trained', 'untrained']),
  weights: z.enum(['auto', 'raw', 'ema']),
  mode: ReadingMode,
  /** In [0, T). */
  timestep: z.int().min(0),
  /** Of the noise; each label has its own ε in `clean`. */
  seed: z.int().min(0),
  /** Labels along each axis of the frame, evenly spaced over its lattice; null takes every lattice label. */
  perAxis: z.int().min(2).max(4096).nullable(),
});
export type RepresentationSpec = z.infer<typeof RepresentationSpec>;

export const AnalysisRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('pca'),
    method: z.enum(['auto', 'exact', 'randomized']),
    /** Components whose scores are kept. */
    components: z.int().min(2).max(64),
  }),
  z.strictObject({
    kind: z.literal('umap'),
    neighbors: z.int().min(2).max(200),
    minDist: z.number().min(0).max(1),
    components: z.union([z.literal(2), z.literal(3)]),
    seed: z.int().min(0),
  }),
  z.strictObject({
    kind: z.literal('topology'),
    maxDim: z.int().min(0).max(2),
    /** Farthest-point landmarks; null takes all points. */
    landmarks: z.int().min(2).nullable(),
  }),
  z.strictObject({
    kind: z.literal('factorization'),
    draws: z.int().min(10).max(1_000_000),
    seed: z.int().min(0),
  }),
  z.strictObject({
    kind: z.literal('similarity'),
    measure: SimilarityResult.shape.measure,
    order: SimilarityResult.shape.order,
    /** Labels along each axis of the matrix. */
    perAxis: z.int().min(2).max(24),
  }),
  z.strictObject({ kind: z.literal('decoding'), penalty: z.number().min(0), seed: z.int().min(0) }),
]);
export type AnalysisRequest = z.infer<typeof AnalysisRequest>;
export type AnalysisKind = AnalysisRequest['kind'];

export const AnalysisResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pca'), result: PcaResult }),
  z.object({ kind: z.literal('umap'), result: UmapResult }),
  z.object({ kind: z.literal('topology'), result: TopologyResult }),
  z.object({ kind: z.literal('factorization'), result: FactorizationResult }),
  z.object({ kind: z.literal('similarity'), result: SimilarityResult }),
  z.object({ kind: z.literal('decoding'), result: DecodingResult }),
]);
export type AnalysisResult = z.infer<typeof AnalysisResult>;

/** An analysis: what was asked, of which weights, and the answer. `AnalysisFile` is how it is stored. */
export const AnalysisRecord = z.object({
  runId: z.string(),
  /** The step of the weights; 0 for the untrained network. */
  step: z.int(),
  /** As asked; its `weights` say which were read, never `auto`. */
  representation: RepresentationSpec,
  request: AnalysisRequest,
  /** (n) labels of the points, x then y, in frame coordinates, and the test section of each. */
  labels: z.array(z.tuple([z.number(), z.number()])),
  sections: z.array(z.string()),
  /** Numbers in one representation, and the tap's shape (channels, height, width) or (length). */
  dimension: z.int(),
  shape: z.array(z.int()),
  /** What it took, reading included unless that was stored; null if it came in a bundle. */
  seconds: z.number().nullable(),
  answer: AnalysisResult,
});
export type AnalysisRecord = z.infer<typeof AnalysisRecord>;

/** The file of an analysis (artifact kind `analysis`). Equal questions to equal weights leave equal files. */
export const AnalysisFile = AnalysisRecord.omit({ runId: true, seconds: true }).extend({
  format: z.literal('clifford-analysis-1'),
  /** sha256 of the flat raw parameters; null for the untrained network. */
  weights: z.string().nullable(),
  /** Of its noise: the one asked for, or in mode `trajectory` the sampler's nearest. */
  timestep: z.int(),
  /** What there is to say of the result, in sentences. */
  notices: z.array(z.string()),
});
export type AnalysisFile = z.infer<typeof AnalysisFile>;

/** What is asked by default. */
export const DEFAULT_ANALYSES: Readonly<Record<AnalysisKind, AnalysisRequest>> = {
  pca: { kind: 'pca', method: 'auto', components: 10 },
  umap: { kind: 'umap', neighbors: 15, minDist: 0.1, components: 2, seed: 0 },
  topology: { kind: 'topology', maxDim: 2, landmarks: 150 },
  factorization: { kind: 'factorization', draws: 20_000, seed: 0 },
  similarity: { kind: 'similarity', measure: 'cosine', order: 'x-then-y', perAxis: 12 },
  decoding: { kind: 'decoding', penalty: 1e-3, seed: 0 },
};
