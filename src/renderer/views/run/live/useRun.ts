import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import type { RunProgress, RunRow, RunView } from '../../../../shared/contract/runs.ts';
import { service } from '../../../service/connection.ts';
import { shown, type ShownError } from '../../../service/errors.ts';
import { useStream } from '../../../service/stream.ts';
import { cursorOf, NO_SERIES, receive, type LiveSeries } from './liveSeries.ts';

export interface LiveRun {
  /** All about the run but its points; null before the first answer. */
  readonly run: ShallowRef<RunView | null>;
  /** As in the table, newer than `run.row`. */
  readonly row: ShallowRef<RunRow | null>;
  readonly progress: ShallowRef<RunProgress | null>;
  readonly live: ShallowRef<LiveSeries>;
  /** Why there is nothing to show. */
  readonly error: ShallowRef<ShownError | null>;
  reload(): Promise<void>;
}

/** Charts are drawn anew at most this often, however often points arrive. */
const DRAW_MS = 400;

/** One run, as it is now and as it goes on, over losses of the connection. */
export function useRun(id: string): LiveRun {
  const run = shallowRef<RunView | null>(null);
  const row = shallowRef<RunRow | null>(null);
  const progress = shallowRef<RunProgress | null>(null);
  const live = shallowRef(NO_SERIES);
  // All that arrived; `live` shows it a moment later.
  let received = NO_SERIES;
  let drawing: ReturnType<typeof setTimeout> | undefined;
  const draw = (): void => {
    drawing ??= setTimeout(() => {
      drawing = undefined;
      live.value = received;
    }, DRAW_MS);
  };
  onScopeDispose(() => clearTimeout(drawing));
  const error = shallowRef<ShownError | null>(null);

  let asking: Promise<void> | null = null;
  let again = false;
  /** Questions that come while one is under way are answered together by one more. */
  function reload(): Promise<void> {
    if (asking) {
      again = true;
      return asking;
    }
    asking = (async () => {
      do {
        again = false;
        const found = await service.runs.get({ id });
        run.value = found;
        row.value = found.row;
        progress.value = found.row.progress;
        error.value = null;
      } while (again);
    })().finally(() => (asking = null));
    return asking;
  }
  const reloadQuietly = (): void => {
    reload().catch((problem: unknown) => {
      const told = shown(problem);
      // A lost connection has its own banner, and the stream asks again once it is back.
      if (told.code !== 'LOST' || run.value === null) error.value = told;
    });
  };

  useStream(
    (signal) => {
      reloadQuietly();
      return service.runs.watch({ id, cursor: cursorOf(received) }, { signal });
    },
    (pulse) => {
      switch (pulse.type) {
        case 'row': {
          const before = row.value;
          row.value = pulse.row;
          progress.value = pulse.row.progress;
          if (before?.state !== pulse.row.state || before.deletedAt !== pulse.row.deletedAt) reloadQuietly();
          return;
        }
        case 'progress':
          progress.value = pulse.progress;
          return;
        case 'points':
          try {
            const begins = received.epoch === null;
            received = receive(received, pulse);
            if (begins) live.value = received;
            else draw();
          } catch (problem) {
            received = NO_SERIES; // read anew from the beginning when the stream is opened again
            throw problem;
          }
          return;
        case 'changed':
          reloadQuietly();
      }
    },
    (problem) => (error.value = problem),
  );
  return { run, row, progress, live, error, reload };
}
