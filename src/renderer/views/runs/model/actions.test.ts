import { describe, expect, it } from 'vitest';
import type { RunRow } from '../../../../shared/contract/runs.ts';
import { RunState } from '../../../../shared/records.ts';
import { runRow } from '../testing/rows.ts';
import { canEnqueue, canRemove, canStop, enqueueWord, forEachRun, outcomeSentence } from './actions.ts';

const states = (can: (run: RunRow) => boolean, change: Partial<RunRow> = {}): string[] =>
  RunState.options.filter((state) => can(runRow({ id: 'r', state, ...change })));

describe('what is offered', () => {
  it('is to go on with every run that is neither finished nor under way', () => {
    expect(states(canEnqueue)).toEqual(['queued', 'stopped', 'failed', 'interrupted']);
    expect(states(canEnqueue, { queuePosition: 0 })).toEqual([]);
    expect(states(canEnqueue, { deletedAt: '2024-01-01T00:00:00Z' })).toEqual([]);
  });

  it('is to stop what runs, and to delete all but that', () => {
    expect(states(canStop)).toEqual(['running']);
    expect(states(canRemove)).toEqual(['queued', 'stopped', 'finished', 'failed', 'interrupted']);
  });

  it('is called resuming only if there is something to resume', () => {
    expect(enqueueWord({ state: 'queued', step: 0 })).toBe('Queue');
    expect(enqueueWord({ state: 'interrupted', step: 10 })).toBe('Resume');
  });
});

describe('doing something with many runs', () => {
  const runs = ['a', 'b', 'c'].map((id) => runRow({ id }));

  it('goes on after a failure and tells the reason', async () => {
    const outcome = await forEachRun(
      runs,
      async ({ id }) => {
        if (id === 'b') throw new Error('it is running');
      },
      (error) => (error as Error).message,
    );
    expect(outcome.done.map((run) => run.id)).toEqual(['a', 'c']);
    expect(outcomeSentence(outcome, 'queued')).toBe('2 of 3 runs were queued. b: it is running');
  });

  it('names a single run, and counts several', () => {
    expect(outcomeSentence({ done: [runs[0]!], failed: [] }, 'stopped')).toBe('a was stopped.');
    expect(outcomeSentence({ done: runs, failed: [] }, 'stopped')).toBe('3 runs were stopped.');
    expect(outcomeSentence({ done: [], failed: [{ run: runs[0]!, why: 'no' }] }, 'stopped')).toBe('a: no');
  });
});
