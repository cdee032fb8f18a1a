import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../../../core/base/errors.ts';
import { stateText } from './stateText.ts';

const run = {
  state: 'queued' as const,
  reason: null,
  step: 0,
  steps: 2800,
  queuePosition: null,
  deletedAt: null,
  weightsStep: null,
  evaluated: false,
  obstacle: null,
  waiting: 0,
};
const text = (more: Partial<Parameters<typeof stateText>[0]>): string => {
  const told = stateText({ ...run, ...more });
  return told ? [told.title, ...told.lines].join(' ') : '';
};

describe('stateText', () => {
  it('says why a run in the queue waits', () => {
    expect(text({ queuePosition: 1, waiting: 3 })).toContain('place 2 of 3');
    expect(text({ queuePosition: 0, waiting: 1, obstacle: 'the queue is paused' })).toContain(
      'The queue is paused.',
    );
    expect(text({})).toContain('Not started');
  });

  it('names the step that a run resumes from, which need not be the last one heard of', () => {
    const told = text({ state: 'interrupted', step: 1200, weightsStep: 1000 });
    expect(told).toContain('at step 1,200');
    expect(told).toContain('checkpoint of step 1,000');
    expect(text({ state: 'failed', step: 12 })).toContain('begins at step 0');
  });

  it('gives the reason of a failure as a sentence, and for each kind something to do', () => {
    for (const code of ERROR_CODES) {
      const told = stateText({ ...run, state: 'failed', reason: { code, message: 'no space left' } })!;
      expect(told.level).toBe('error');
      expect(told.lines).toContain('No space left.');
      expect(told.lines).toHaveLength(3);
    }
  });

  it('has nothing to explain about runs that are well', () => {
    expect(stateText({ ...run, state: 'finished' })).toBeNull();
    expect(stateText({ ...run, state: 'running', evaluated: true })).toBeNull();
    expect(text({ state: 'running' })).toContain('first evaluation');
  });

  it('puts the bin before everything else', () => {
    expect(text({ state: 'finished', deletedAt: '2026-01-01T00:00:00Z' })).toContain('bin');
  });
});
