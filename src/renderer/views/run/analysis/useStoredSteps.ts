import {
  computed,
  onScopeDispose,
  ref,
  shallowRef,
  toValue,
  watch,
  type ComputedRef,
  type MaybeRefOrGetter,
  type Ref,
  type ShallowRef,
} from 'vue';
import {
  AnalysisFile,
  type AnalysisRequest,
  type AnalysisResult,
  type RepresentationSpec,
} from '../../../../shared/analysis.ts';
import type { AnalysisSummary } from '../../../../shared/contract/analysis.ts';
import { fileAddress } from '../../../../shared/contract/index.ts';
import type { RunSpec } from '../../../../shared/run-spec.ts';
import { service } from '../../../service/connection.ts';
import { shown, type ShownError } from '../../../service/errors.ts';
import { findStoredOf, readingsOf, type ReadingAt } from './storedSteps.ts';

export interface StoredSteps {
  /** Answers of the kept steps and of the controls that are stored and read. */
  readonly found: ComputedRef<readonly (ReadingAt & { readonly answer: AnalysisResult })[]>;
  /** Readings that are not stored. */
  readonly missing: ComputedRef<readonly ReadingAt[]>;
  /** What is asked now is stored: asking costs nothing. */
  isStored(step: number | null, representation: RepresentationSpec | null): boolean;
  /** Of `computeAll`: how many are done, and how far the one at hand is. */
  readonly progress: Readonly<Ref<{ done: number; of: number; fraction: number } | null>>;
  readonly error: Readonly<ShallowRef<ShownError | null>>;
  /** Computes what is missing, one after the other. */
  computeAll(): Promise<void>;
  cancel(): void;
  /** Looks again what is stored. */
  reload(): Promise<void>;
}

/** One measurement at all kept steps, from what is stored with the run; what is missing is computed on demand. */
export function useStoredSteps(
  runId: string,
  given: {
    runSpec: MaybeRefOrGetter<RunSpec | null>;
    spec: MaybeRefOrGetter<RepresentationSpec | null>;
    steps: MaybeRefOrGetter<readonly number[]>;
    request: MaybeRefOrGetter<AnalysisRequest>;
    networkTap: MaybeRefOrGetter<string>;
    /** Somebody sees it. */
    active: MaybeRefOrGetter<boolean>;
    /** Changes when something may have been stored. */
    changes: MaybeRefOrGetter<unknown>;
  },
): StoredSteps {
  const summaries = shallowRef<readonly AnalysisSummary[]>([]);
  /** By the hash of their file. */
  const read = shallowRef<ReadonlyMap<string, AnalysisResult>>(new Map());
  const error = shallowRef<ShownError | null>(null);

  const wanted = computed(() => {
    const spec = toValue(given.spec);
    return spec === null ? [] : readingsOf(spec, toValue(given.steps), toValue(given.networkTap));
  });
  const find = computed(() => {
    const runSpec = toValue(given.runSpec);
    return runSpec === null
      ? () => undefined
      : findStoredOf(summaries.value, toValue(given.request), runSpec);
  });
  const stored = computed(() =>
    wanted.value.map((one) => ({ one, summary: find.value(one.step, one.representation) })),
  );

  const gone = new AbortController();
  let looks = 0;
  async function load(): Promise<void> {
    const mine = ++looks;
    try {
      const list = await service.analysis.list({ id: runId }, { signal: gone.signal });
      if (mine !== looks) return; // a later look knows more
      summaries.value = list;
      for (const { summary } of stored.value) {
        if (!summary || read.value.has(summary.sha256)) continue;
        const answer = await readAnswer(runId, summary, gone.signal);
        if (mine !== looks) return;
        read.value = new Map([...read.value, [summary.sha256, answer]]);
      }
      error.value = null;
    } catch (problem) {
      if (!gone.signal.aborted) error.value = shown(problem);
    }
  }
  const active = computed(() => toValue(given.active));
  watch(
    [active, wanted, () => toValue(given.request), () => toValue(given.changes)],
    ([on]) => {
      if (on) void load();
    },
    { immediate: true },
  );

  const progress = ref<{ done: number; of: number; fraction: number } | null>(null);
  let job: AbortController | null = null;
  function cancel(): void {
    job?.abort();
    [job, progress.value] = [null, null];
  }
  async function computeAll(): Promise<void> {
    if (job) return;
    const mine = (job = new AbortController());
    const { signal } = mine;
    const todo = stored.value.filter(({ summary }) => !summary).map(({ one }) => one);
    const request = toValue(given.request);
    const tell = (done: number, fraction: number): void => {
      if (!signal.aborted) progress.value = { done, of: todo.length, fraction };
    };
    tell(0, 0);
    try {
      for (const [i, { step, representation }] of todo.entries()) {
        const question = { id: runId, step, representation, request };
        for await (const event of await service.analysis.compute(question, { signal })) {
          if (event.type !== 'progress') continue;
          tell(i, (event.phase === 'reading' ? 0 : 0.5) + 0.5 * event.fraction);
        }
        if (signal.aborted) return;
        tell(i + 1, 0);
        await load();
      }
    } catch (problem) {
      if (!signal.aborted) error.value = shown(problem);
    } finally {
      if (job === mine) [job, progress.value] = [null, null];
    }
  }
  // The sequence belongs to what was chosen when it was begun.
  watch([() => toValue(given.spec), () => toValue(given.request)], cancel);
  onScopeDispose(() => {
    gone.abort();
    cancel();
  });

  return {
    found: computed(() =>
      stored.value.flatMap(({ one, summary }) => {
        const answer = summary && read.value.get(summary.sha256);
        return answer ? [{ ...one, answer }] : [];
      }),
    ),
    missing: computed(() => stored.value.filter(({ summary }) => !summary).map(({ one }) => one)),
    isStored: (step, representation) =>
      step !== null && representation !== null && find.value(step, representation) !== undefined,
    progress,
    error,
    computeAll,
    cancel,
    reload: load,
  };
}

async function readAnswer(
  runId: string,
  { sha256, step }: AnalysisSummary,
  signal: AbortSignal,
): Promise<AnalysisResult> {
  const response = await fetch(fileAddress(runId, sha256), { signal });
  if (!response.ok)
    throw new Error(`the stored analysis of step ${step} could not be read (${response.status})`);
  return AnalysisFile.parse(await response.json()).answer;
}
