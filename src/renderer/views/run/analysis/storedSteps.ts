import type { AnalysisRequest, RepresentationSpec } from '../../../../shared/analysis.ts';
import type { AnalysisSummary } from '../../../../shared/contract/analysis.ts';
import { decideWeights } from '../../../../shared/representation.ts';
import type { RunSpec } from '../../../../shared/run-spec.ts';
import { questionKey } from './question.ts';
import { withControl, type Control } from './readingText.ts';

/** Which answers a run's store holds already. */

/** A reading at some step: of the network that trains, or of a control. */
export interface ReadingAt {
  readonly control: Control;
  /** Of the weights. */
  readonly step: number;
  readonly representation: RepresentationSpec;
}

/**
 * The reading at all kept steps, and both controls: an untrained network is the same at each step, and the conditioning
 * is read at the last one.
 * @param steps kept, ascending
 * @param networkTap read where a control is looked at now
 */
export function readingsOf(
  spec: RepresentationSpec,
  steps: readonly number[],
  networkTap: string,
): ReadingAt[] {
  const last = steps.at(-1);
  if (last === undefined) return [];
  const at = (control: Control, step: number): ReadingAt => ({
    control,
    step,
    representation: withControl(spec, control, networkTap),
  });
  return [...steps.map((step) => at('trained', step)), at('untrained', 0), at('conditioning', last)];
}

/** Finds the stored answer to a question, or undefined. */
export type FindStored = (step: number, representation: RepresentationSpec) => AnalysisSummary | undefined;

/**
 * What is stored names the weights that were read, while a question may leave them to the run: both are brought to the
 * same terms first.
 */
export function findStoredOf(
  stored: readonly AnalysisSummary[],
  request: AnalysisRequest,
  runSpec: RunSpec,
): FindStored {
  const key = (step: number, representation: RepresentationSpec, asked: AnalysisRequest): string => {
    const at = representation.network === 'untrained' ? 0 : step;
    const weights = decideWeights(runSpec, representation, at);
    return questionKey({
      runId: '',
      step: at,
      representation: { ...representation, weights },
      request: asked,
    });
  };
  // The list has the latest first; of equal ones that is the one to be seen.
  const byKey = new Map(
    [...stored]
      .reverse()
      .filter(({ request: { kind } }) => kind === request.kind)
      .map((summary) => [key(summary.step, summary.representation, summary.request), summary]),
  );
  return (step, representation) => byKey.get(key(step, representation, request));
}
