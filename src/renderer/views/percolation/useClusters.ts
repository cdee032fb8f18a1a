import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue';
import type { ErrorData } from '../../../core/base/errors.ts';
import { createClustersClient } from './clients.ts';
import type { LatticeClusters } from './messages.ts';
import type { Settings } from './settings.ts';

/** Clusters of the lattice that the settings describe, computed in a worker as they change. */
export function useClusters(settings: Ref<Settings>, valid: Ref<boolean>) {
  const clusters = shallowRef<LatticeClusters | null>(null);
  const error = shallowRef<ErrorData | null>(null);
  const pending = ref(true);
  const client = createClustersClient(
    () => new Worker(new URL('./clusters.worker.ts', import.meta.url), { type: 'module' }),
    (reply, latest) => {
      if ('clusters' in reply) {
        clusters.value = reply.clusters;
        error.value = null;
      } else if (latest) error.value = reply.error;
      if (latest) pending.value = false;
    },
  );
  const choice = () => {
    const { size, spacing, periodic, sigma, threshold, lambda, seed } = settings.value;
    return { lattice: { size, spacing, periodic }, sigma, threshold, lambda, seed };
  };
  watch(
    () => [JSON.stringify(choice()), valid.value],
    () => {
      pending.value = valid.value;
      if (valid.value) client.request(choice());
    },
    { immediate: true },
  );
  onScopeDispose(() => client.dispose());
  return { clusters, error, pending };
}
