import { ref } from 'vue';
import type { QueueView } from '../../shared/contract/queue.ts';
import { service } from '../service/connection.ts';
import { useStream } from '../service/stream.ts';

/** The queue as it is now, for the frame; null before the service answered. */
export function useQueue() {
  const queue = ref<QueueView | null>(null);
  const refresh = async (): Promise<void> => {
    queue.value = await service.queue.get();
  };
  useStream(
    (signal) => service.runs.changes(undefined, { signal }),
    () => void refresh().catch(() => {}), // the next change asks again
  );
  return { queue, refresh };
}
