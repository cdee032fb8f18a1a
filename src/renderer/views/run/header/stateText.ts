import type { ErrorCode } from '../../../../core/base/errors.ts';
import type { RunRow, RunView } from '../../../../shared/contract/runs.ts';

/** What to say of a run's state above its page. */
export interface StateText {
  readonly level: 'info' | 'warning' | 'error';
  readonly title: string;
  /** What it means or what to do, a sentence each. */
  readonly lines: readonly string[];
}

type Told = Pick<RunRow, 'state' | 'reason' | 'step' | 'steps' | 'queuePosition' | 'deletedAt'> &
  Pick<RunView, 'weightsStep'> & { evaluated: boolean; obstacle: string | null; waiting: number };

/**
 * The state of a run in words, with its reason and what can be done about it.
 * @returns null where there is nothing to explain
 */
export function stateText(run: Told): StateText | null {
  if (run.deletedAt !== null) {
    return {
      level: 'warning',
      title: 'This run is in the bin.',
      lines: ['Restore it to train it or to compare with it; purging removes its files for good.'],
    };
  }
  const reason = run.reason ? [sentence(run.reason.message)] : [];
  switch (run.state) {
    case 'queued':
      return run.queuePosition === null ? notQueued() : waits(run);
    case 'running':
      return run.evaluated ? null : begins();
    case 'stopped':
      return {
        level: 'info',
        title: `Stopped at step ${n(run.step)} of ${n(run.steps)}.`,
        lines: [resumes(run)],
      };
    case 'interrupted':
      return {
        level: 'warning',
        title: `Interrupted at step ${n(run.step)} of ${n(run.steps)}.`,
        lines: [...reason, resumes(run)],
      };
    case 'failed':
      return {
        level: 'error',
        title: `Failed at step ${n(run.step)} of ${n(run.steps)}.`,
        lines: [...reason, advice(run.reason?.code ?? 'INTERNAL'), resumes(run)],
      };
    case 'finished':
      return null;
  }
}

function notQueued(): StateText {
  return {
    level: 'info',
    title: 'Not started.',
    lines: ['“Start” puts it into the queue, where it trains as soon as there is room.'],
  };
}

function waits({ queuePosition, waiting, obstacle }: Told): StateText {
  const place = queuePosition! + 1;
  return {
    level: 'info',
    title: `Waits in the queue, at place ${place} of ${Math.max(place, waiting)}.`,
    lines: [obstacle ? sentence(obstacle) : 'It starts when the runs before it are done.'],
  };
}

function begins(): StateText {
  return {
    level: 'info',
    title: 'The engine is at work; nothing was evaluated yet.',
    lines: ['Curves appear with the first steps, samples and accuracy with the first evaluation.'],
  };
}

function resumes({ weightsStep, queuePosition }: Told): string {
  const waits = queuePosition === null ? '' : ' It waits in the queue for that.';
  if (weightsStep === null) return `There is no checkpoint: starting again begins at step 0.${waits}`;
  return `It resumes from the checkpoint of step ${n(weightsStep)}, bit for bit as if it had not ended.${waits}`;
}

/** What to try, by the kind of failure. */
function advice(code: ErrorCode): string {
  switch (code) {
    case 'NON_FINITE':
      return 'Fork it with a smaller learning rate or a longer warm-up.';
    case 'STORAGE':
      return 'Make room in the home folder, or see whether it can be written, then resume.';
    case 'UNAVAILABLE':
      return 'Settings lists what this machine has and what is missing.';
    case 'ENGINE_CRASH':
      return 'The last lines of the engine are under “Files and log”; with too little memory, a smaller batch or fewer threads help.';
    case 'INVALID_INPUT':
      return 'Fork it and mend its specification in the designer.';
    default:
      return 'The history and the engine’s log are under “Files and log”.';
  }
}

const n = (value: number): string => value.toLocaleString('en');

/** Messages are clauses without capital and full stop. */
function sentence(message: string): string {
  const text = message.trim();
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
