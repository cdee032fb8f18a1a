import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { QueueView } from '../../shared/contract/queue.ts';
import { overallProgress, watchActivity } from './activity.ts';

const running = (...runs: { step: number; steps: number; progress?: { step: number } | null }[]): QueueView =>
  ({ paused: false, concurrency: 1, waiting: [], obstacle: null, running: runs }) as unknown as QueueView;

it('is the mean over runs, by what the engine said last', () => {
  expect(overallProgress(running())).toBe(null);
  const recorded = { step: 50, steps: 100, progress: null };
  const live = { step: 10, steps: 100, progress: { step: 100 } };
  expect(overallProgress(running(recorded))).toBe(0.5);
  expect(overallProgress(running(recorded, live))).toBe(0.75);
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('looks at each change and every two seconds while something trains, and bears a history that fails', async () => {
  let queue: () => QueueView = () => running();
  let change = (): void => {};
  const seen: (number | null)[] = [];
  const warnings: string[] = [];
  const workbench = {
    queue: () => queue(),
    async *watchChanges(signal?: AbortSignal) {
      for (let revision = 0; !signal?.aborted; revision++) {
        await new Promise<void>((resolve) => {
          change = resolve;
          signal?.addEventListener('abort', () => resolve());
        });
        if (!signal?.aborted) yield { revision };
      }
    },
  };
  const end = watchActivity(
    workbench,
    (now) => seen.push(overallProgress(now)),
    (sentence) => warnings.push(sentence),
  );
  await vi.advanceTimersByTimeAsync(20_000);
  expect(seen).toEqual([null]); // nothing trains, nothing changes: nothing is asked
  queue = () => running({ step: 1, steps: 4 });
  change();
  await vi.advanceTimersByTimeAsync(4_100);
  expect(seen).toEqual([null, 0.25, 0.25, 0.25]);
  queue = () => {
    throw new Error('the disk is slow');
  };
  await vi.advanceTimersByTimeAsync(2_000);
  expect(warnings).toEqual(['the queue could not be read: the disk is slow']);
  queue = () => running();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(seen.at(-1)).toBe(null);
  end();
  const before = seen.length;
  change();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(seen).toHaveLength(before);
});
