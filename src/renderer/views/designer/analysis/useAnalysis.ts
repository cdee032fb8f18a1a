import { onScopeDispose, readonly, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import type { ErrorData } from '../../../../core/base/errors.ts';
import type { DatasetSpec } from '../../../../core/dataset/spec.ts';
import type { Analysis } from './analyze.ts';
import { createAnalysisClient } from './client.ts';
import type { AnalysisReply } from './messages.ts';

export interface LiveAnalysis {
  /** Of the newest drawing that is a valid dataset. */
  readonly analysis: Readonly<ShallowRef<Analysis | null>>;
  /** Why the drawing is none as it stands, in one sentence. */
  readonly error: Readonly<ShallowRef<ErrorData | null>>;
  /** The worker has not answered about the latest drawing yet. */
  readonly pending: Readonly<Ref<boolean>>;
}

/**
 * Analyses a drawing in a worker whenever it changes.
 * @param withClusters the areas of clusters are drawn
 * @param changing a gesture goes on, so that smooth painting comes before fresh read-outs
 * @param held answers wait while this is true
 */
export function useAnalysis(
  spec: Ref<DatasetSpec>,
  threshold: Ref<number>,
  withClusters: Ref<boolean>,
  changing: Ref<boolean>,
  held: Readonly<Ref<boolean>>,
): LiveAnalysis {
  const analysis = shallowRef<Analysis | null>(null);
  const error = shallowRef<ErrorData | null>(null);
  const pending = ref(true);
  let waiting: [reply: AnalysisReply, latest: boolean] | null = null;
  const client = createAnalysisClient(
    () => new Worker(new URL('./analysis.worker.ts', import.meta.url), { type: 'module' }),
    (reply, latest) => {
      if (held.value) waiting = [reply, latest];
      else show(reply, latest);
    },
  );
  const show = (reply: AnalysisReply, latest: boolean) => {
    waiting = null;
    if ('analysis' in reply) {
      analysis.value = reply.analysis;
      error.value = null;
    } else if (latest) {
      error.value = reply.error;
    }
    if (latest) pending.value = false;
  };
  watch(held, (now) => {
    if (!now && waiting !== null) show(...waiting);
  });
  watch(
    [spec, threshold, withClusters],
    () => {
      pending.value = true;
      const what = { spec: spec.value, threshold: threshold.value, withClusters: withClusters.value };
      client.request(what, !changing.value);
    },
    { immediate: true },
  );
  onScopeDispose(() => client.dispose());
  return { analysis, error, pending: readonly(pending) };
}
