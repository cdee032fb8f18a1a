import { z } from 'zod';
import { DEFAULT_ANALYSES, type AnalysisRequest } from '../../../../shared/analysis.ts';

const DEFAULT = DEFAULT_ANALYSES.topology as TopologyRequest;
export type TopologyRequest = Extract<AnalysisRequest, { kind: 'topology' }>;

/** What is computed of the topology and how it is shown: one choice for all runs, so that they can be compared. */
export const TopologySettings = z.object({
  maxDim: z.int().min(0).max(2).default(DEFAULT.maxDim),
  /** Farthest-point landmarks; null takes all points. */
  landmarks: z.int().min(2).max(2000).nullable().default(DEFAULT.landmarks),
  /** Asks as soon as something else is looked at, instead of when it is told to. */
  automatic: z.boolean().default(false),
  /** Lengths as fractions of each shape's enclosing radius. */
  scaled: z.boolean().default(true),
  /** Bars of each dimension in the barcode. */
  bars: z.int().min(1).default(10),
});
export type TopologySettings = z.infer<typeof TopologySettings>;

export function topologyRequest({
  maxDim,
  landmarks,
}: Pick<TopologySettings, 'maxDim' | 'landmarks'>): TopologyRequest {
  return { kind: 'topology', maxDim, landmarks };
}

export const dimensionsOf = (maxDim: number): number[] => [...Array(maxDim + 1).keys()];
