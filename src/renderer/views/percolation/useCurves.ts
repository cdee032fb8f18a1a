import { computed, onScopeDispose, ref, shallowRef, triggerRef, watch, type Ref } from 'vue';
import type { ErrorData } from '../../../core/base/errors.ts';
import type { PercolationCurve } from '../../../core/metrics/percolation/curve.ts';
import type { SiteLattice } from '../../../core/metrics/percolation/lattice.ts';
import { createCurvesClient } from './clients.ts';
import { curveLambdas, taskKey, tasksOf, type Settings, type Task } from './settings.ts';

export interface CurvesProgress {
  /** Curves that are there, and that are wanted. */
  readonly done: number;
  readonly of: number;
  /** What is being computed, and how many of its seeds are done. */
  readonly task: Task | null;
  readonly seeds: number;
}

export type CurvesState = 'idle' | 'computing' | 'stopped' | 'failed';

/** More curves than this are not kept for those who come back to a setting. */
const MOST_KEPT = 300;
/** A slider on the move asks for nothing. */
const PAUSE_MS = 250;

/**
 * The curves that the settings ask for, computed in a worker. Those that were computed before are there at once.
 * @param lattice null while size and spacing make none
 */
export function useCurves(settings: Ref<Settings>, lattice: Ref<SiteLattice | null>) {
  const kept = shallowRef(new Map<string, PercolationCurve>());
  const state = ref<CurvesState>('idle');
  const error = ref<ErrorData | null>(null);
  const running = ref<{ task: Task; seeds: number } | null>(null);

  const tasks = computed(() => (lattice.value === null ? [] : tasksOf(settings.value)));
  const prefix = computed(() => {
    const { size, spacing, periodic, seeds } = settings.value;
    return [size, spacing, periodic, seeds].join(' ');
  });
  const keyOf = (task: Task) => `${prefix.value} ${taskKey(task)}`;
  const curveOf = (task: Task): PercolationCurve | null => kept.value.get(keyOf(task)) ?? null;
  const missing = computed(() => tasks.value.filter((task) => curveOf(task) === null));

  const client = createCurvesClient(
    () => new Worker(new URL('./curves.worker.ts', import.meta.url), { type: 'module' }),
    (reply) => {
      if (reply.type === 'progress') running.value = { task: reply.task, seeds: reply.seeds };
      else if (reply.type === 'curve') keep(keyOf(reply.task), reply.curve);
      else {
        running.value = null;
        state.value = reply.type === 'done' ? 'idle' : 'failed';
        error.value = reply.type === 'failed' ? reply.error : null;
      }
    },
  );
  function keep(key: string, curve: PercolationCurve): void {
    kept.value.set(key, curve);
    for (const oldest of kept.value.keys()) {
      if (kept.value.size <= MOST_KEPT) break;
      kept.value.delete(oldest);
    }
    triggerRef(kept);
  }

  function compute(): void {
    clearTimeout(timer);
    error.value = null;
    running.value = null;
    const made = lattice.value;
    if (made === null || missing.value.length === 0) {
      client.cancel();
      state.value = 'idle';
      return;
    }
    const { size, spacing, periodic, seeds } = settings.value;
    state.value = 'computing';
    client.start({
      lattice: { size, spacing, periodic },
      tasks: missing.value.map(({ sigma, threshold }) => ({ sigma, threshold })),
      lambdas: curveLambdas(made.sites),
      seeds,
    });
  }
  function cancel(): void {
    clearTimeout(timer);
    client.cancel();
    running.value = null;
    state.value = 'stopped';
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(
    () => [prefix.value, tasks.value.map(taskKey).join()].join(),
    () => {
      // Replies of the request before would be taken for curves of these settings.
      client.cancel();
      running.value = null;
      state.value = missing.value.length > 0 ? 'computing' : 'idle';
      clearTimeout(timer);
      timer = setTimeout(compute, PAUSE_MS);
    },
    { immediate: true, flush: 'sync' },
  );
  onScopeDispose(() => {
    clearTimeout(timer);
    client.cancel();
  });

  const progress = computed((): CurvesProgress => ({
    done: tasks.value.length - missing.value.length,
    of: tasks.value.length,
    task: running.value?.task ?? null,
    seeds: running.value?.seeds ?? 0,
  }));
  return { curveOf, state, error, progress, compute, cancel };
}
