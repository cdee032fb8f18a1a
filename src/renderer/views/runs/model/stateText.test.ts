import { describe, expect, it } from 'vitest';
import { runRow } from '../testing/rows.ts';
import { stateText } from './stateText.ts';

describe('beside the state', () => {
  it('stands how far a running run is and how long it still takes', () => {
    const progress = {
      phase: 'training' as const,
      step: 999,
      steps: 1000,
      loss: 0.1,
      imagesPerSecond: 100,
      secondsLeft: 61,
      fraction: 0.999,
    };
    const run = runRow({ id: 'r', state: 'running', step: 500, steps: 1000, progress });
    // Not rounded up to 100: it is not done.
    expect(stateText(run)).toEqual({ percent: 99, aside: '99 %, 1 min left', reason: null });
    expect(
      stateText({ ...run, progress: { ...progress, phase: 'evaluating', secondsLeft: null } }).aside,
    ).toBe('evaluating');
    expect(stateText({ ...run, progress: null })).toMatchObject({ percent: 50, aside: 'starting' });
  });

  it('stands whether a run that has not begun will ever begin', () => {
    const run = runRow({ id: 'r', state: 'queued', step: 0 });
    expect(stateText(run).aside).toBe('not in the queue');
    expect(stateText({ ...run, queuePosition: 1 }).aside).toBe('queue #2');
  });

  it('stands why a run ended early, and what is kept of it', () => {
    const reason = { code: 'ENGINE_CRASH' as const, message: 'the engine was killed' };
    expect(stateText(runRow({ id: 'r', state: 'failed', step: 25, reason }))).toEqual({
      percent: null,
      aside: '25 %',
      reason: 'the engine was killed',
    });
  });
});
