import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PointCursor } from '../../../../shared/contract/runs.ts';
import { cursorOf, NO_SERIES, receive, type LiveSeries } from './liveSeries.ts';

type Series = Record<string, [number, number][]>;

/** What a service that has all of `history` answers to a reader at `cursor`, at most `chunk` points of each key. */
function answer(history: Series, epoch: number, cursor: PointCursor | null, chunk: number) {
  const known = cursor?.epoch === epoch ? cursor.last : null;
  const series = Object.fromEntries(
    Object.entries(history).map(([key, points]) => [
      key,
      known ? points.filter(([step]) => step > (known[key] ?? -1)).slice(0, chunk) : points.slice(0, chunk),
    ]),
  );
  return { type: 'points' as const, reset: known === null, epoch, series };
}

const history: Series = {
  loss: Array.from({ length: 30 }, (_, i) => [i, 1 / (i + 1)]),
  learningRate: Array.from({ length: 10 }, (_, i) => [3 * i, i]),
};
const whole = (live: LiveSeries) => Object.fromEntries(live.byKey);

describe('receive', () => {
  it('ends with each point exactly once, whenever the connection is lost and whatever arrives twice', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ chunk: fc.integer({ min: 1, max: 9 }), lost: fc.boolean(), twice: fc.boolean() }),
          {
            minLength: 40,
            maxLength: 60,
          },
        ),
        (pulses) => {
          let live = NO_SERIES;
          let serverCursor: PointCursor | null = null;
          for (const { chunk, lost, twice } of pulses) {
            // The service goes on from what it sent; a reader that opens the stream anew says where it stands.
            const pulse = answer(history, 7, serverCursor, chunk);
            if (lost) {
              serverCursor = cursorOf(live);
              continue;
            }
            live = receive(live, pulse);
            if (twice && !pulse.reset) live = receive(live, pulse);
            serverCursor = cursorOf(live);
          }
          for (let i = 0; i < 40; i++) live = receive(live, answer(history, 7, cursorOf(live), 5));
          expect(whole(live)).toEqual(history);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('forgets what came before a run was taken back to a checkpoint', () => {
    const before = receive(NO_SERIES, answer(history, 1, null, 100));
    const taken = { loss: history['loss']!.slice(0, 5) };
    const after = receive(before, answer(taken, 2, cursorOf(before), 100));
    expect(whole(after)).toEqual(taken);
    expect(cursorOf(after)).toEqual({ epoch: 2, last: { loss: 4 } });
  });

  it('refuses points of another epoch that claim to follow', () => {
    const before = receive(NO_SERIES, answer(history, 1, null, 100));
    const pulse = {
      type: 'points' as const,
      reset: false,
      epoch: 2,
      series: { loss: [[99, 1] as [number, number]] },
    };
    expect(() => receive(before, pulse)).toThrow(/epoch 2/);
  });

  it('leaves what it was given as it was, so that charts can compare', () => {
    const before = receive(NO_SERIES, answer(history, 1, null, 3));
    const copy = structuredClone(before);
    receive(before, answer(history, 1, cursorOf(before), 3));
    expect(before).toEqual(copy);
  });
});

it('has no cursor before anything arrived, and one after an empty beginning', () => {
  expect(cursorOf(NO_SERIES)).toBeNull();
  const begun = receive(NO_SERIES, { type: 'points', reset: true, epoch: 3, series: {} });
  expect(cursorOf(begun)).toEqual({ epoch: 3, last: {} });
});
