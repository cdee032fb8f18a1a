import type { RunRow } from '../../../../shared/contract/runs.ts';

/** What can be done with a run now. The service has the last word; this decides what is offered. */

type Facts = Pick<RunRow, 'state' | 'deletedAt' | 'queuePosition'>;

/** Would start or go on training. */
export function canEnqueue({ state, deletedAt, queuePosition }: Facts): boolean {
  return deletedAt === null && queuePosition === null && state !== 'running' && state !== 'finished';
}

export function canStop({ state }: Facts): boolean {
  return state === 'running';
}

export function canLeaveQueue({ queuePosition }: Facts): boolean {
  return queuePosition !== null;
}

export function canRemove({ state, deletedAt }: Facts): boolean {
  return deletedAt === null && state !== 'running';
}

/** What starting it is called: a run that never began is not resumed. */
export function enqueueWord({ state, step }: Pick<RunRow, 'state' | 'step'>): 'Queue' | 'Resume' {
  return state === 'queued' && step === 0 ? 'Queue' : 'Resume';
}

/** `1 run`, `12 runs`. */
export function countRuns(count: number): string {
  return count === 1 ? '1 run' : `${count.toLocaleString('en')} runs`;
}

export interface Outcome {
  readonly done: readonly RunRow[];
  readonly failed: readonly { readonly run: RunRow; readonly why: string }[];
}

/** Does something with each run, one after the other; one that fails does not keep the others from it. */
export async function forEachRun(
  runs: readonly RunRow[],
  action: (run: RunRow) => Promise<unknown>,
  sentence: (error: unknown) => string,
): Promise<Outcome> {
  const done: RunRow[] = [];
  const failed: { run: RunRow; why: string }[] = [];
  for (const run of runs) {
    try {
      await action(run);
      done.push(run);
    } catch (error) {
      failed.push({ run, why: sentence(error) });
    }
  }
  return { done, failed };
}

/** One sentence on what came of it, naming the first reason: `2 of 3 runs were queued. b: it is running`. */
export function outcomeSentence({ done, failed }: Outcome, participle: string): string {
  const all = done.length + failed.length;
  if (failed.length === 0) {
    const what = done.length === 1 ? done[0]!.name : countRuns(done.length);
    return `${what} ${done.length === 1 ? 'was' : 'were'} ${participle}.`;
  }
  const [first] = failed;
  const others = failed.length > 1 ? ` (and ${failed.length - 1} more)` : '';
  const count = all === 1 ? '' : `${done.length} of ${countRuns(all)} were ${participle}. `;
  return `${count}${first!.run.name}: ${first!.why}${others}`;
}
