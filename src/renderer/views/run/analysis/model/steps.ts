import type { AnalysisFile, RepresentationSpec } from '../../../../../shared/analysis.ts';
import type { AnalysisSummary } from '../../../../../shared/contract/analysis.ts';
import { decideWeights } from '../../../../../shared/representation.ts';
import type { RunSpec } from '../../../../../shared/run-spec.ts';
import type { DimensionAtStep } from '../../../../charts/spectrum-steps.ts';
import { withControl } from '../readingText.ts';
import { questionKey } from '../question.ts';
import { PCA_REQUEST } from './view.ts';

/** What of a reading was measured at which steps, and what is still to be asked. */

/** A PCA to be had: at a kept step of the trained network, or of a control. */
export interface Wanted {
  readonly role: 'step' | 'untrained' | 'conditioning';
  readonly step: number;
  readonly representation: RepresentationSpec;
}

/**
 * The reading at all kept steps, and under both controls.
 * @param steps kept, ascending
 */
export function wantedOf(spec: RepresentationSpec, steps: readonly number[], networkTap: string): Wanted[] {
  const last = steps.at(-1);
  const trained = withControl(spec, 'trained', networkTap);
  return [
    ...steps.map((step) => ({ role: 'step' as const, step, representation: trained })),
    ...(last === undefined
      ? []
      : [
          {
            role: 'untrained' as const,
            step: 0,
            representation: withControl(trained, 'untrained', networkTap),
          },
          {
            role: 'conditioning' as const,
            step: last,
            representation: withControl(trained, 'conditioning', networkTap),
          },
        ]),
  ];
}

/**
 * The stored answer to each, or undefined. What is stored says which weights were read, so `auto` is decided here as
 * it is there.
 */
export function storedFor(
  run: RunSpec,
  wanted: readonly Wanted[],
  stored: readonly AnalysisSummary[],
): (AnalysisSummary | undefined)[] {
  const key = (step: number, representation: RepresentationSpec): string => {
    const weights = decideWeights(run, representation, step);
    return questionKey({
      runId: '',
      step,
      representation: { ...representation, weights },
      request: PCA_REQUEST,
    });
  };
  const byKey = new Map(
    stored
      .filter(({ request }) => request.kind === 'pca' && request.method === PCA_REQUEST.method)
      .map((summary) => [key(summary.step, summary.representation), summary]),
  );
  return wanted.map(({ step, representation }) => byKey.get(key(step, representation)));
}
/** Null for an answer of another kind. */
export function dimensionOf({ step, answer }: Pick<AnalysisFile, 'step' | 'answer'>): DimensionAtStep | null {
  if (answer.kind !== 'pca') return null;
  const { participationRatio, top4 } = answer.result;
  return { step, participationRatio, top4 };
}
