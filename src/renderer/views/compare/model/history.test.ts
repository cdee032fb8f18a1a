import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { commit, redo, startHistory, undo } from './history.ts';

const far = (i: number) => i * 10_000;

describe('history', () => {
  it('goes back through every state and forward again', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 40 }), (states) => {
        const [first, ...rest] = states as [number, ...number[]];
        let history = startHistory(first);
        rest.forEach((state, i) => (history = commit(history, state, 'thing', far(i))));
        for (const state of states.toReversed()) {
          expect(history.now).toBe(state);
          history = undo(history);
        }
        expect(undo(history)).toBe(history);
        for (const state of rest) {
          history = redo(history);
          expect(history.now).toBe(state);
        }
        expect(redo(history)).toBe(history);
      }),
    );
  });

  it('takes the dragging of one slider for one step, and what follows for another', () => {
    let history = startHistory({ value: 0 });
    for (let i = 1; i <= 9; i++) history = commit(history, { value: i }, 'smoothing', i * 100);
    expect(undo(history).now).toEqual({ value: 0 });
    history = commit(history, { value: 20 }, 'width', 950);
    expect(undo(history).now).toEqual({ value: 9 });
  });

  it('does not join a change to one that was undone', () => {
    let history = commit(startHistory(0), 1, 'a', 0);
    history = commit(undo(history), 2, 'a', 10);
    expect(undo(history).now).toBe(0);
    expect(redo(history)).toBe(history);
  });

  it('forgets the oldest steps rather than grow without end', () => {
    let history = startHistory(0);
    for (let i = 1; i <= 500; i++) history = commit(history, i, 'a', far(i));
    expect(history.past.length).toBeLessThanOrEqual(50);
    expect(undo(history).now).toBe(499);
  });

  it('is no step when nothing changed', () => {
    const history = startHistory({ a: 1 });
    expect(commit(history, { a: 1 }, 'x', 0)).toBe(history);
  });
});
