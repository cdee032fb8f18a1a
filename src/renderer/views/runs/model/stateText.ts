import { formatDuration, trainedFraction } from '../../../format.ts';
import type { RunRow } from '../../../../shared/contract/runs.ts';

/** What stands beside the chip of a run's state. */
export interface StateText {
  /** Whole percent while the run is under way. */
  readonly percent: number | null;
  readonly aside: string | null;
  /** Why it is in that state, if there is something to say. */
  readonly reason: string | null;
}

const PHASES = { training: '', evaluating: 'evaluating', sampling: 'sampling' } as const;

export function stateText(run: RunRow): StateText {
  const reason = run.reason?.message ?? null;
  switch (run.state) {
    case 'running': {
      const { progress } = run;
      const phase = progress === null ? 'starting' : PHASES[progress.phase];
      const left = progress?.secondsLeft == null ? '' : `${formatDuration(progress.secondsLeft)} left`;
      const percent = percentOf(run);
      return { percent, aside: [phase || `${percent} %`, left].filter(Boolean).join(', '), reason };
    }
    case 'finished':
      return { percent: null, aside: null, reason };
    default: {
      // A run that waits nowhere would else look as if it were about to start.
      const place = run.queuePosition;
      const waits =
        place === null ? (run.state === 'queued' ? 'not in the queue' : null) : `queue #${place + 1}`;
      const kept = run.step > 0 ? `${percentOf(run)} %` : null;
      return { percent: null, aside: [kept, waits].filter(Boolean).join(', ') || null, reason };
    }
  }
}

/** Rounded down: 100 % means done. */
function percentOf(run: RunRow): number {
  return Math.floor(100 * trainedFraction(run.progress ?? run));
}
