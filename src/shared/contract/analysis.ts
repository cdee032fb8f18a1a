import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { RunPhases } from '../../core/metrics/records-analysis.ts';
import { AnalysisRecord, AnalysisRequest, RepresentationSpec } from '../analysis.ts';
import { runId } from './runs.ts';

/** Measurements of a run's representations. Answers are stored with the run: the same question again costs nothing. */

export const AnalysisOptions = z.object({
  /** Steps whose weights are kept, ascending. */
  steps: z.array(z.int()),
  taps: z.array(z.object({ name: z.string(), shape: z.array(z.int()) })),
  /** Diffusion timesteps T. */
  timesteps: z.int(),
  /** What is read if nothing is chosen: the last down block, clean, at an early timestep. */
  defaults: RepresentationSpec,
});
export type AnalysisOptions = z.infer<typeof AnalysisOptions>;

export const AnalysisEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('notice'), sentence: z.string() }),
  z.object({
    type: z.literal('progress'),
    phase: z.enum(['reading', 'analysing']),
    /** 0…1 within the phase. */
    fraction: z.number(),
  }),
  z.object({ type: z.literal('result'), record: AnalysisRecord, stored: z.boolean() }),
]);
export type AnalysisEvent = z.infer<typeof AnalysisEvent>;

/** A stored analysis without its answer. */
export const AnalysisSummary = AnalysisRecord.pick({
  step: true,
  representation: true,
  request: true,
}).extend({
  at: z.string(),
  /** Of its JSON file, which `fileAddress` serves. */
  sha256: z.string(),
});
export type AnalysisSummary = z.infer<typeof AnalysisSummary>;

export const analysisContract = {
  options: oc.input(z.object({ id: runId })).output(AnalysisOptions),
  /** Ends with `result`, from the store if it was asked before. Going away cancels it. */
  compute: oc
    .input(
      z.object({
        id: runId,
        /** Of a kept checkpoint or milestone; null takes the newest. */
        step: z.int().nullable(),
        representation: RepresentationSpec,
        request: AnalysisRequest,
      }),
    )
    .output(eventIterator(AnalysisEvent)),
  list: oc.input(z.object({ id: runId })).output(z.array(AnalysisSummary)),
  /**
   * Phases of generation (none, several, misplaced, right) by step and section, from the stored evaluations. A damaged one
   * is named and does not take the others with it.
   */
  phases: oc.input(z.object({ id: runId })).output(RunPhases),
};
