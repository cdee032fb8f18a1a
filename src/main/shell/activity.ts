import type { QueueView } from '../../shared/contract/queue.ts';
import type { Workbench } from '../workbench/api.ts';

/** How often progress is asked for while something trains, and how long a failure to ask is waited out. */
const POLL_MS = 2000;
const RETRY_MS = 5000;

/**
 * Tells the queue now, at each change, and every two seconds while something trains.
 * @returns ends it
 */
export function watchActivity(
  workbench: Pick<Workbench, 'watchChanges' | 'queue'>,
  onActivity: (queue: QueueView) => void,
  warn: (sentence: string) => void,
): () => void {
  const end = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    clearTimeout(timer);
    if (end.signal.aborted) return;
    const queue = workbench.queue();
    onActivity(queue);
    if (queue.running.length > 0) timer = setTimeout(lookAgain, POLL_MS);
  };
  const lookAgain = (): void => {
    try {
      look();
    } catch (error) {
      warn(`the queue could not be read: ${(error as Error).message}`);
      timer = setTimeout(lookAgain, RETRY_MS);
    }
  };
  const follow = async (): Promise<void> => {
    while (!end.signal.aborted) {
      try {
        for await (const _ of workbench.watchChanges(end.signal)) look();
      } catch (error) {
        warn(`changes of the home could not be followed: ${(error as Error).message}`);
      }
      if (!end.signal.aborted) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  };
  lookAgain();
  void follow();
  return () => {
    end.abort();
    clearTimeout(timer);
  };
}

/** Mean progress of the running runs for the task bar, 0…1; null when none runs; below 0 is not known yet. */
export function overallProgress({ running }: Pick<QueueView, 'running'>): number | null {
  if (running.length === 0) return null;
  const shares = running.map(({ step, steps, progress }) => (progress ? progress.step : step) / steps);
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
