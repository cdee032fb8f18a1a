import { computed, type ComputedRef } from 'vue';
import { useSamples } from '../live/useSamples.ts';
import type { SampledSection } from '../images/sampled.ts';
import { labelCells } from '../space/labelMap.ts';
import type { Evaluation } from '../../../../shared/records.ts';
import { labelKey } from './model/cloud.ts';

/** Accuracy (both features) by label, as `labelKey` writes it. */
export type AccuracyByLabel = ReadonlyMap<string, number>;

export function accuracyByLabel(sections: readonly SampledSection[] | null): AccuracyByLabel {
  return new Map(
    labelCells(sections ?? [], 'accuracy', 'both').flatMap(({ x, y, value }) =>
      value === null ? [] : [[labelKey([x, y]), value] as const],
    ),
  );
}

/** Reads what an evaluation of a run found at each label. */
export function useLabelAccuracy(
  runId: string,
  evaluation: ComputedRef<Evaluation | null>,
  period: ComputedRef<number | null>,
): ComputedRef<AccuracyByLabel> {
  const { sections } = useSamples(runId, evaluation, period);
  return computed(() => accuracyByLabel(sections.value));
}
