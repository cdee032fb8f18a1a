import { z } from 'zod';
import { DEFAULT_ANALYSES, type AnalysisRequest } from '../../../../shared/analysis.ts';

export type FactorizationRequest = Extract<AnalysisRequest, { kind: 'factorization' }>;
const DEFAULT = DEFAULT_ANALYSES.factorization as FactorizationRequest;

/** What is drawn and how it is shown: one choice for all runs, so that they can be compared. */
export const FactorizationSettings = z.object({
  draws: z.int().min(10).max(1_000_000).default(DEFAULT.draws),
  seed: z.int().min(0).default(DEFAULT.seed),
  /** Asks as soon as something else is looked at, instead of when it is told to. */
  automatic: z.boolean().default(true),
  /** The whole height of every histogram. */
  fullHeight: z.boolean().default(false),
});
export type FactorizationSettings = z.infer<typeof FactorizationSettings>;

export function factorizationRequest({ draws, seed }: FactorizationSettings): FactorizationRequest {
  return { kind: 'factorization', draws, seed };
}
