import { shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue';
import type { Evaluation } from '../../../../shared/records.ts';
import { service } from '../../../service/connection.ts';
import { shown, type ShownError } from '../../../service/errors.ts';
import { groupEvaluation, type SampledSection } from '../images/sampled.ts';

export interface Samples {
  /** Those of `step`; while others are under way, the ones before stay. */
  readonly sections: ShallowRef<readonly SampledSection[] | null>;
  readonly step: ShallowRef<number | null>;
  /** Image side N. */
  readonly size: ShallowRef<number>;
  readonly error: ShallowRef<ShownError | null>;
}

/** Evaluations of the paper's size are some megabytes each. */
const KEPT = 6;
/** While the cursor is dragged, only the place where it rests is read. */
const REST_MS = 60;

interface Found {
  sections: SampledSection[];
  size: number;
}

/** The generated images of the evaluation at the step cursor. */
export function useSamples(
  id: string,
  evaluation: ComputedRef<Evaluation | null>,
  period: ComputedRef<number | null>,
): Samples {
  const sections = shallowRef<readonly SampledSection[] | null>(null);
  const step = shallowRef<number | null>(null);
  const size = shallowRef(0);
  const error = shallowRef<ShownError | null>(null);
  const kept = new Map<string, Found>();

  const show = (found: Found, at: number): void => {
    [sections.value, size.value, step.value, error.value] = [found.sections, found.size, at, null];
  };
  const keyOf = (now: Evaluation | null): string | null => (now ? `${now.step} ${now.final}` : null);
  watch(
    () => keyOf(evaluation.value),
    (key, _, onCleanup) => {
      const now = evaluation.value;
      if (key === null || now === null) return;
      const known = kept.get(key);
      if (known) return show(known, now.step);
      const gone = new AbortController();
      const timer = setTimeout(() => void read(), sections.value === null ? 0 : REST_MS);
      const read = async (): Promise<void> => {
        try {
          const request = { id, step: now.step, final: now.final };
          const samples = await service.runs.samples(request, { signal: gone.signal });
          if (gone.signal.aborted) return;
          const found = { sections: groupEvaluation(samples, period.value), size: samples.size };
          kept.set(key, found);
          if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
          show(found, now.step);
        } catch (problem) {
          if (!gone.signal.aborted) error.value = shown(problem);
        }
      };
      onCleanup(() => {
        clearTimeout(timer);
        gone.abort();
      });
    },
    { immediate: true },
  );
  return { sections, step, size, error };
}
