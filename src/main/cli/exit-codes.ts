import type { ErrorCode } from '../../core/base/errors.ts';
import type { RunState } from '../../shared/records.ts';

/** What each kind of error means to a calling script. Stable: scripts depend on it. */
export const EXIT_CODES: Readonly<Record<ErrorCode, number>> = {
  INTERNAL: 1,
  INVALID_INPUT: 2,
  NOT_FOUND: 3,
  CONFLICT: 4,
  UNAVAILABLE: 5,
  STORAGE: 6,
  NON_FINITE: 7,
  ENGINE_CRASH: 7,
  CANCELLED: 130,
};

/** Exit code of a command that trained a run until it reached this state. */
export function exitCodeOfState(state: RunState, reason: { code: ErrorCode } | null): number {
  if (state === 'finished') return 0;
  if (state === 'stopped') return EXIT_CODES.CANCELLED;
  // A run that failed for want of disk space says so; whatever else ends a training is 7.
  const code = reason === null ? 7 : EXIT_CODES[reason.code];
  return code === 1 || code === 130 ? 7 : code;
}

/** The table for `clifford --help`. */
export const EXIT_CODE_HELP = `Exit codes:
  0    done
  1    a bug in Clifford
  2    bad input: an option, a specification or a file is wrong
  3    not found: no such run, preset or file
  4    conflict: the state does not allow it (already training, deleted, …)
  5    unavailable: an engine, library or program is missing
  6    storage: the disk is full, read-only or holds a damaged file
  7    training failed (non-finite loss, or the engine process crashed)
  130  stopped before the end (Ctrl-C or "clifford stop"); "clifford resume" goes on`;
