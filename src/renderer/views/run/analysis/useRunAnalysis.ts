import {
  computed,
  getCurrentScope,
  onScopeDispose,
  ref,
  shallowRef,
  toValue,
  watch,
  type ComputedRef,
  type MaybeRefOrGetter,
  type ShallowRef,
} from 'vue';
import type { AnalysisRecord, AnalysisRequest, RepresentationSpec } from '../../../../shared/analysis.ts';
import type { AnalysisEvent } from '../../../../shared/contract/analysis.ts';
import { connection, service } from '../../../service/connection.ts';
import { shown, type ShownError } from '../../../service/errors.ts';
import { createAnswerCache, questionKey, type Answer, type AnswerCache, type Question } from './question.ts';

export interface AnalysisProgress {
  readonly phase: 'reading' | 'analysing';
  /** 0…1 within the phase. */
  readonly fraction: number;
}

export interface RunAnalysis {
  /** The latest answer; that of the question before while the next one is under way (see `current`). */
  readonly record: Readonly<ShallowRef<AnalysisRecord | null>>;
  /** `record` answers what is asked now. */
  readonly current: ComputedRef<boolean>;
  readonly progress: Readonly<ShallowRef<AnalysisProgress | null>>;
  readonly error: Readonly<ShallowRef<ShownError | null>>;
  /** What the service said about the question at hand, on the way or of the answer; null if nothing. */
  readonly notice: ComputedRef<string | null>;
  readonly busy: ComputedRef<boolean>;
  /** Nothing is under way, and what is asked now was neither answered nor refused: `start` would ask it. */
  readonly idle: ComputedRef<boolean>;
  start(): void;
  cancel(): void;
  /** Asks again after an error. */
  retry(): void;
}

export interface RunAnalysisOptions {
  /** Asks by itself whenever the question changes (default); else answers come from memory or by `start`. */
  readonly automatic?: MaybeRefOrGetter<boolean>;
  /** Waits so long for the question to rest, in ms: sliders are dragged. */
  readonly restMs?: number;
  readonly client?: AnalysisClient;
  readonly cache?: AnswerCache;
}

/** The part of the service that analyses. */
export type AnalysisClient = (
  question: { id: string } & Omit<Question, 'runId'>,
  options: { signal: AbortSignal },
) => Promise<AsyncIterable<AnalysisEvent>>;

const answers = createAnswerCache();
const ask: AnalysisClient = (question, options) => service.analysis.compute(question, options);

/**
 * One measurement of a run's representation, asked anew when what it depends on changes: the latest question wins, the
 * one before is cancelled. Answers are kept in memory, so that stepping back costs nothing. While any part of the
 * question is null, nothing is asked. Lives as long as the surrounding scope.
 */
export function useRunAnalysis(
  runId: MaybeRefOrGetter<string>,
  step: MaybeRefOrGetter<number | null>,
  representation: MaybeRefOrGetter<RepresentationSpec | null>,
  request: MaybeRefOrGetter<AnalysisRequest | null>,
  { automatic = true, restMs = 120, client = ask, cache = answers }: RunAnalysisOptions = {},
): RunAnalysis {
  const record = shallowRef<AnalysisRecord | null>(null);
  const answered = ref<string | null>(null);
  const refused = ref<string | null>(null);
  const progress = shallowRef<AnalysisProgress | null>(null);
  const error = shallowRef<ShownError | null>(null);
  const notices = shallowRef<readonly string[]>([]);
  const asked = ref<string | null>(null);

  const question = computed<Question | null>(() => {
    const [at, read, what] = [toValue(step), toValue(representation), toValue(request)];
    return at === null || read === null || what === null
      ? null
      : { runId: toValue(runId), step: at, representation: { ...read }, request: what };
  });
  const key = computed(() => (question.value === null ? null : questionKey(question.value)));

  let job: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  function stop(): void {
    clearTimeout(timer);
    job?.abort();
    job = null;
    [asked.value, progress.value] = [null, null];
  }

  function show(found: Answer, of: string): void {
    [record.value, notices.value] = [found.record, found.notices];
    [answered.value, error.value, refused.value] = [of, null, null];
  }

  async function run(now: Question, of: string): Promise<void> {
    stop();
    const mine = (job = new AbortController());
    const { signal } = mine;
    [asked.value, error.value, refused.value, notices.value] = [of, null, null, []];
    try {
      let done = false;
      const { runId: id, ...rest } = now;
      for await (const event of await client({ id, ...rest }, { signal })) {
        if (signal.aborted) return;
        if (event.type === 'progress') progress.value = { phase: event.phase, fraction: event.fraction };
        else if (event.type === 'notice') notices.value = [...notices.value, event.sentence];
        else {
          done = true;
          const answer = { record: event.record, notices: notices.value };
          cache.set(of, answer);
          show(answer, of);
        }
      }
      if (!done && !signal.aborted) throw new Error('the analysis ended without an answer');
    } catch (problem) {
      if (signal.aborted) return;
      [error.value, refused.value] = [shown(problem), of];
    } finally {
      if (job === mine) [job, asked.value, progress.value] = [null, null, null];
    }
  }

  function start(): void {
    if (question.value === null || key.value === null || asked.value === key.value) return;
    const known = cache.get(key.value);
    if (known) return show(known, key.value);
    void run(question.value, key.value);
  }

  watch(
    [key, () => toValue(automatic)],
    ([of, auto], [before]) => {
      if (of !== before) {
        stop();
        [error.value, refused.value, notices.value] = [null, null, []];
      }
      if (of === null) return;
      const known = cache.get(of);
      if (known) return show(known, of);
      if (!auto) clearTimeout(timer);
      // A question that was refused or taken back stays so until somebody asks again.
      if (!auto || asked.value === of || refused.value === of) return;
      clearTimeout(timer);
      timer = setTimeout(start, before === undefined ? 0 : restMs);
    },
    { immediate: true, flush: 'sync' },
  );
  // What was under way when the connection was lost is asked again when it is back.
  watch(
    () => connection.generation,
    () => {
      if (error.value?.code === 'LOST') start();
    },
  );
  if (getCurrentScope()) onScopeDispose(stop);

  return {
    record,
    current: computed(() => answered.value !== null && answered.value === key.value),
    progress,
    error,
    notice: computed(() => (notices.value.length === 0 ? null : notices.value.join('; '))),
    busy: computed(() => asked.value !== null),
    idle: computed(
      () =>
        key.value !== null &&
        asked.value === null &&
        answered.value !== key.value &&
        refused.value !== key.value,
    ),
    start,
    cancel: stop,
    retry: start,
  };
}
