import { effectScope } from 'vue';
import { describe, expect, it } from 'vitest';
import { comparedRun } from '../testing/runs.ts';
import { changedSince, createEntry, takeSeries, type Entry } from './entry.ts';

const { row } = comparedRun('a');
const fresh = (): Entry => createEntry('a', effectScope(true));
const answer = (epoch: number, points: [number, number][]) => ({ epoch, series: { loss: points } });
const steps = (entry: Entry, key = 'loss') => entry.live.byKey.get(key)?.map(([step]) => step);

describe('takeSeries', () => {
  it('keeps points that a stream brought while the answer was under way, each once', () => {
    const entry = fresh();
    entry.stream = { stop() {} };
    entry.live = {
      epoch: 1,
      byKey: new Map([
        [
          'loss',
          [
            [1, 1],
            [5, 5],
            [6, 6],
          ],
        ],
      ]),
    };
    takeSeries(
      entry,
      'loss',
      answer(1, [
        [1, 1],
        [2, 2],
        [5, 5],
      ]),
    );
    expect(steps(entry)).toEqual([1, 2, 5, 6]);
  });

  it('replaces what was read before when nobody streams: the run may have been taken back', () => {
    const entry = fresh();
    entry.live = {
      epoch: 1,
      byKey: new Map([
        [
          'loss',
          [
            [1, 1],
            [9, 9],
          ],
        ],
        ['other', [[1, 1]]],
      ]),
    };
    entry.loaded.set('loss', 'asked').set('other', 'exact');
    takeSeries(entry, 'loss', answer(2, [[1, 1]]));
    expect(steps(entry)).toEqual([1]);
    expect(entry.live.epoch).toBe(2);
    // The other metric is of the history that is no more: it must be asked for again.
    expect(steps(entry, 'other')).toBeUndefined();
    expect(entry.loaded.has('other')).toBe(false);
    expect(entry.loaded.get('loss')).toBe('asked');
  });

  it('does not let an answer of another epoch into a stream', () => {
    const entry = fresh();
    entry.stream = { stop() {} };
    entry.live = { epoch: 2, byKey: new Map([['loss', [[1, 1]]]]) };
    takeSeries(entry, 'loss', answer(1, [[7, 7]]));
    expect(steps(entry)).toEqual([1]);
  });
});

describe('changedSince', () => {
  const known = (more: Partial<Entry> = {}): Entry => Object.assign(fresh(), { row }, more);

  it('passes over what training says of itself, and sees everything else', () => {
    const progress = {
      phase: 'training' as const,
      step: 1,
      steps: 2,
      loss: 1,
      imagesPerSecond: 1,
      secondsLeft: 1,
      fraction: 0.5,
    };
    expect(changedSince(known(), { ...row, progress })).toBe(false);
    expect(changedSince(known(), { ...row, name: 'renamed' })).toBe(true);
    expect(changedSince(known(), { ...row, deletedAt: '2025-01-01T00:00:00Z' })).toBe(true);
    expect(changedSince(known(), { ...row, latest: { loss: 0.25 } })).toBe(true);
  });

  it('asks once more for a run that went away, and not again and again', () => {
    expect(changedSince(known(), undefined)).toBe(true);
    expect(
      changedSince(Object.assign(fresh(), { problem: { code: 'NOT_FOUND', message: '' } }), undefined),
    ).toBe(false);
  });

  it('asks again after a failure', () => {
    expect(changedSince(known({ stale: true }), row)).toBe(true);
    expect(changedSince(known({ problem: { code: 'LOST', message: '' } }), row)).toBe(true);
  });
});
