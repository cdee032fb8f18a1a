import type { ShellCommand } from '../../shared/contract/system.ts';
import type { TrainOutcome } from '../workbench/api.ts';

/** What windows say when a run of the queue ends; null for a stop, which the user asked for. */
export function endNotice({ run }: TrainOutcome): ShellCommand | null {
  if (run.state === 'stopped') return null;
  const why = run.reason === null ? '' : `: ${run.reason.message}`;
  const level = run.state === 'finished' ? 'success' : run.state === 'failed' ? 'error' : 'info';
  const text =
    run.state === 'finished'
      ? `${run.name} finished after ${run.steps} steps`
      : `${run.name} ${run.state}${why}`;
  return { type: 'notice', level, text, runId: run.id };
}
