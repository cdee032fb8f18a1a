import {
  computed,
  effectScope,
  onScopeDispose,
  shallowRef,
  toValue,
  watch,
  type ComputedRef,
  type EffectScope,
  type MaybeRefOrGetter,
  type ShallowRef,
} from 'vue';
import { z } from 'zod';
import { RepresentationSpec } from '../../../../shared/analysis.ts';
import type { AnalysisOptions } from '../../../../shared/contract/analysis.ts';
import { service } from '../../../service/connection.ts';
import { shown, type ShownError } from '../../../service/errors.ts';
import { usePersisted } from '../../../state/persisted.ts';
import { nearestStep } from '../live/stepCursor.ts';

export interface Reading {
  /** What the run can be asked; null before the first answer. */
  readonly options: Readonly<ShallowRef<AnalysisOptions | null>>;
  readonly error: Readonly<ShallowRef<ShownError | null>>;
  /** What is read: the run's default until something was chosen; null before the first answer. */
  readonly spec: ComputedRef<RepresentationSpec | null>;
  choose(spec: RepresentationSpec): void;
  /** Asks again what can be read, as when training has kept more steps. */
  reload(): void;
}

const Chosen = z.object({ spec: RepresentationSpec.nullable() });

const open = new Map<string, { reading: Reading; scope: EffectScope; uses: number }>();

/**
 * What is read of a run, one choice for all tabs and windows, kept in the home. All callers for the same run share
 * it; it is let go with the last of them.
 */
export function useReading(runId: string): Reading {
  let entry = open.get(runId);
  if (!entry) {
    const scope = effectScope(true);
    open.set(runId, (entry = { reading: scope.run(() => read(runId))!, scope, uses: 0 }));
  }
  const mine = entry;
  mine.uses += 1;
  onScopeDispose(() => {
    if (--mine.uses > 0) return;
    mine.scope.stop();
    open.delete(runId);
  });
  return mine.reading;
}

function read(runId: string): Reading {
  const options = shallowRef<AnalysisOptions | null>(null);
  const error = shallowRef<ShownError | null>(null);
  const { value } = usePersisted(`reading/${runId}`, Chosen, () => ({ spec: null }));
  const gone = new AbortController();
  onScopeDispose(() => gone.abort());
  async function load(): Promise<void> {
    try {
      options.value = await service.analysis.options({ id: runId }, { signal: gone.signal });
      error.value = null;
    } catch (problem) {
      if (!gone.signal.aborted) error.value = shown(problem);
    }
  }
  void load();
  return {
    options,
    error,
    spec: computed(() => options.value && (value.value.spec ?? options.value.defaults)),
    choose: (spec) => (value.value = { spec: { ...spec } }),
    reload: () => void load(),
  };
}

/**
 * The kept step nearest to the step cursor: weights are kept at few steps only.
 * @param cursor null takes the newest
 */
export function useKeptStep(
  options: MaybeRefOrGetter<AnalysisOptions | null>,
  cursor: MaybeRefOrGetter<number | null>,
): ComputedRef<number | null> {
  return computed(() => {
    const steps = toValue(options)?.steps ?? [];
    const at = toValue(cursor);
    return at === null ? (steps.at(-1) ?? null) : nearestStep(steps, at);
  });
}

/** Asks again what is kept whenever a run that trains has gone on to another evaluation. */
export function reloadWith(reading: Reading, changes: () => unknown): void {
  watch(changes, () => reading.reload());
}
