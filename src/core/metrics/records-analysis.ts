import { z } from 'zod';

/**
 * What the measurements of representations say, as they are stored and sent. Arrays of many numbers go as base64 of
 * little-endian float32 or int32 (`Packed`), so that they stay JSON.
 */

const nonNegative = z.number().min(0);

/** base64 of a little-endian array, row by row. */
export const Packed = z.object({
  dtype: z.enum(['float32', 'int32']),
  shape: z.array(z.int().min(0)),
  base64: z.string(),
});
export type Packed = z.infer<typeof Packed>;

// ── PCA ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const PcaSummary = z.object({
  /** How the spectrum was computed: exactly from the smaller Gram matrix, or by randomized subspace iteration. */
  method: z.enum(['exact', 'randomized']),
  points: z.int(),
  dimension: z.int(),
  /** Descending, sample variance (n − 1); all min(n, d) of them if exact, else the leading ones. */
  explainedVariance: z.array(nonNegative),
  /** Of the total variance, which is exact for both methods. */
  explainedVarianceRatio: z.array(nonNegative),
  totalVariance: nonNegative,
  /** (Σλ)²/Σλ²: the effective dimension. Σλ² is exact for both methods (the squared norm of the Gram matrix). */
  participationRatio: nonNegative,
  /** Cumulative ratio of the first four (Fig. 2d). */
  top4: nonNegative,
});
export type PcaSummary = z.infer<typeof PcaSummary>;

export const PcaResult = PcaSummary.extend({
  /** (points, k) coordinates along the leading components; a component's largest loading is positive. */
  scores: Packed,
});
export type PcaResult = z.infer<typeof PcaResult>;

// ── UMAP ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const UmapResult = z.object({
  neighbors: z.int(),
  minDist: z.number(),
  seed: z.int(),
  /** (points, 2 or 3) */
  embedding: Packed,
});
export type UmapResult = z.infer<typeof UmapResult>;

// ── Topology ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** For each dimension the pairs, longest first; null where a class never dies. */
export const Diagrams = z.array(z.array(z.tuple([z.number(), z.number().nullable()])));
export type Diagrams = z.infer<typeof Diagrams>;

export const TopologyResult = z.object({
  points: z.int(),
  landmarks: z.int(),
  /** Indices of the landmarks among the points, in the order of choice; null if all points were taken. */
  landmarkIndices: z.array(z.int()).nullable(),
  /** Greatest distance of a point to its nearest landmark; diagrams move by at most twice that (bottleneck, in diameters). */
  coveringRadius: nonNegative,
  /** The filtration ends here: beyond the enclosing radius the complex is a cone. */
  enclosingRadius: nonNegative,
  maxDim: z.int(),
  diagrams: Diagrams,
  /** The same of the ideal shapes at the labels of the points (landmarks); empty for points without labels. */
  ideals: z.array(
    z.object({
      shape: z.enum(['clifford', 'torus']),
      diagrams: Diagrams,
      /** Absent in answers that were stored before it was kept. */
      enclosingRadius: nonNegative.optional(),
    }),
  ),
});
export type TopologyResult = z.infer<typeof TopologyResult>;

// ── Parallelism and orthogonality ────────────────────────────────────────────────────────────────────────────────────

export const FACTORIZATION_TESTS = [
  'orthogonality-xy', // x-on-y: differences along x against differences along y
  'parallelism-x', // the same step along x, at two values of y
  'parallelism-y',
  'orthogonality-xx', // x-on-x: differences over disjoint pairs of x values
  'orthogonality-yy',
  'steps-xx', // equal steps δ from two bases along x
  'steps-yy',
] as const;
export const FactorizationTest = z.enum(FACTORIZATION_TESTS);
export type FactorizationTest = z.infer<typeof FactorizationTest>;

/** Cosines of one test on one shape. */
export const CosineStatistics = z.object({
  mean: z.number().nullable(),
  sd: z.number().nullable(),
  /** Cosines counted, and draws left out because a difference was near zero. */
  count: z.int(),
  excluded: z.int(),
  /** Counts over equal bins of [−1, 1]. */
  histogram: z.array(z.int()),
});
export type CosineStatistics = z.infer<typeof CosineStatistics>;

export const FactorizationResult = z.object({
  draws: z.int(),
  seed: z.int(),
  tests: z.array(
    z.object({
      test: FactorizationTest,
      model: CosineStatistics,
      clifford: CosineStatistics,
      /** With x, then with y around the axis. */
      torusX: CosineStatistics,
      torusY: CosineStatistics,
      /** Wasserstein-1 distances of the cosines to each ideal's. */
      distance: z.object({
        clifford: z.number().nullable(),
        torusX: z.number().nullable(),
        torusY: z.number().nullable(),
      }),
    }),
  ),
  /** The assignment of the 3D torus that is nearer over the three deciding tests. */
  bestTorus: z.enum(['x', 'y']),
  /** See `factorizationScore`; null if a deciding test has no cosine. */
  score: z.number().nullable(),
  /** One sentence. */
  definition: z.string(),
});
export type FactorizationResult = z.infer<typeof FactorizationResult>;

// ── Kernel view ──────────────────────────────────────────────────────────────────────────────────────────────────────

export const SimilarityResult = z.object({
  measure: z.enum(['cosine', 'correlation', 'distance']),
  /** Label of each row, in the order of the matrix. */
  labels: z.array(z.tuple([z.number(), z.number()])),
  order: z.enum(['x-then-y', 'y-then-x']),
  /** (m, m) of the representation. */
  matrix: Packed,
  /** (m, m) of the nearest perfectly factorized code: f(x) + g(y), fitted to the same points. */
  factorized: Packed,
  /** Share of the centred representation's variance that f(x) + g(y) explains. */
  additiveShare: z.number(),
});
export type SimilarityResult = z.infer<typeof SimilarityResult>;

export const DecodingResult = z.object({
  /** Ridge penalty relative to the mean variance of a feature. */
  penalty: z.number(),
  targets: z.array(
    z.object({
      feature: z.enum(['x', 'y']),
      /** On labels that the regression saw, on held-out folds of them, and on each section that it never saw. */
      scores: z.array(z.object({ on: z.string(), labels: z.int(), r2: z.number().nullable() })),
    }),
  ),
});
export type DecodingResult = z.infer<typeof DecodingResult>;

// ── Generation phases ────────────────────────────────────────────────────────────────────────────────────────────────

export const PHASES = ['none', 'several', 'misplaced', 'right'] as const;
export const Phase = z.enum(PHASES);
export type Phase = z.infer<typeof Phase>;

export const PhaseCounts = z.object({
  step: z.int(),
  section: z.string(),
  images: z.int(),
  counts: z.record(Phase, z.int()),
});
export type PhaseCounts = z.infer<typeof PhaseCounts>;

/** The phases of a run over its evaluations. */
export const RunPhases = z.object({
  /** By step, ascending, and section. */
  counts: z.array(PhaseCounts),
  /** Steps whose evaluation file cannot be used, ascending, each with a sentence that names the file. */
  damaged: z.array(z.object({ step: z.int(), message: z.string() })),
});
export type RunPhases = z.infer<typeof RunPhases>;
