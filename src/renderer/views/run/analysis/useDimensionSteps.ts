import { computed, onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue';
import { AnalysisFile, type RepresentationSpec } from '../../../../shared/analysis.ts';
import type { AnalysisSummary } from '../../../../shared/contract/analysis.ts';
import { fileAddress } from '../../../../shared/contract/index.ts';
import type { RunSpec } from '../../../../shared/run-spec.ts';
import type { DimensionAtStep } from '../../../charts/spectrum-steps.ts';
import { service } from '../../../service/connection.ts';
import { shown, type ShownError } from '../../../service/errors.ts';
import { dimensionOf, storedFor, wantedOf, type Wanted } from './model/steps.ts';
import { PCA_REQUEST } from './model/view.ts';

/** Effective dimension at every kept step, from what is stored; what is missing is computed on demand, one by one. */
export function useDimensionSteps(
  runId: string,
  given: {
    run: MaybeRefOrGetter<RunSpec>;
    spec: MaybeRefOrGetter<RepresentationSpec | null>;
    steps: MaybeRefOrGetter<readonly number[]>;
    /** Read where a control is looked at. */
    networkTap: MaybeRefOrGetter<string>;
    active: MaybeRefOrGetter<boolean>;
    /** Changes when something may have been stored. */
    changes: MaybeRefOrGetter<unknown>;
  },
) {
  const summaries = shallowRef<readonly AnalysisSummary[]>([]);
  /** By the hash of their file. */
  const read = shallowRef<ReadonlyMap<string, DimensionAtStep>>(new Map());
  const error = shallowRef<ShownError | null>(null);
  const loading = ref(false);

  const wanted = computed<Wanted[]>(() => {
    const spec = toValue(given.spec);
    return spec === null ? [] : wantedOf({ ...spec }, toValue(given.steps), toValue(given.networkTap));
  });
  const stored = computed(() => storedFor(toValue(given.run), wanted.value, summaries.value));
  const found = computed(() =>
    wanted.value.map(({ role, step }, i) => {
      const summary = stored.value[i];
      const value = summary && read.value.get(summary.sha256);
      return value ? { role, value: { ...value, step } } : null;
    }),
  );
  const missing = computed(() => wanted.value.filter((_, i) => stored.value[i] === undefined));

  const gone = new AbortController();
  let latest = 0;
  async function load(): Promise<void> {
    const mine = ++latest;
    loading.value = true;
    try {
      const listed = await service.analysis.list({ id: runId }, { signal: gone.signal });
      if (mine !== latest) return; // a later list knows more
      summaries.value = listed;
      const unread = stored.value.filter((s) => s !== undefined && !read.value.has(s.sha256));
      for (const summary of unread) {
        const { sha256 } = summary!;
        const answer = await fetch(fileAddress(runId, sha256), { signal: gone.signal });
        if (!answer.ok) throw new Error(`the stored analysis of step ${summary!.step} could not be read`);
        const value = dimensionOf(AnalysisFile.parse(await answer.json()));
        if (value) read.value = new Map([...read.value, [sha256, value]]);
      }
      error.value = null;
    } catch (problem) {
      if (!gone.signal.aborted) error.value = shown(problem);
    } finally {
      if (mine === latest) loading.value = false;
    }
  }
  const active = computed(() => toValue(given.active));
  watch(
    [active, () => toValue(given.spec), () => toValue(given.changes), () => toValue(given.steps).length],
    ([on]) => {
      if (on) void load();
    },
    { immediate: true },
  );

  /** Of the sequence: how many are done, and how far the one at hand is. */
  const progress = ref<{ done: number; of: number; fraction: number } | null>(null);
  let job: AbortController | null = null;
  async function computeAll(): Promise<void> {
    if (job) return;
    const mine = (job = new AbortController());
    const todo = missing.value;
    progress.value = { done: 0, of: todo.length, fraction: 0 };
    try {
      for (const [i, { step, representation }] of todo.entries()) {
        const question = { id: runId, step, representation, request: PCA_REQUEST };
        for await (const event of await service.analysis.compute(question, { signal: mine.signal })) {
          if (mine.signal.aborted) return;
          if (event.type !== 'progress') continue;
          const fraction = event.phase === 'reading' ? 0.7 * event.fraction : 0.7 + 0.3 * event.fraction;
          progress.value = { done: i, of: todo.length, fraction };
        }
        progress.value = { done: i + 1, of: todo.length, fraction: 0 };
        await load();
      }
    } catch (problem) {
      if (!mine.signal.aborted) error.value = shown(problem);
    } finally {
      if (job === mine) [job, progress.value] = [null, null];
    }
  }
  function cancel(): void {
    job?.abort();
    [job, progress.value] = [null, null];
    void load(); // what was done before stays
  }
  watch(
    () => toValue(given.spec),
    () => job?.abort(),
  );
  onScopeDispose(() => {
    gone.abort();
    job?.abort();
  });
  return { found, missing, progress, error, loading, computeAll, cancel, reload: load };
}
