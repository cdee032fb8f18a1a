import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineEvent } from '../shared/engine-protocol.ts';
import { createProgress } from './progress.ts';
import { tinySpec } from './testing/tiny-spec.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const { training } = tinySpec({ training: { steps: 1000 } });

function record(every: number) {
  const events: EngineEvent[] = [];
  const progress = createProgress(training, (e) => void events.push(e), every);
  /** Steps `from` … `to` − 1, each of the given length, with a loss equal to its number. */
  const steps = (from: number, to: number, ms = 10) => {
    for (let k = from; k < to; k++) {
      vi.advanceTimersByTime(ms);
      progress.step(k, { loss: k, gradientNorm: 2 * k, parameterNorm: 1 }, 0.5);
    }
  };
  const points = () => events.flatMap((e) => (e.type === 'metrics' ? e.points : []));
  const reports = () => events.flatMap((e) => (e.type === 'progress' ? [e] : []));
  return { progress, steps, points, reports };
}

describe('createProgress', () => {
  it('records means over windows that end at multiples of their length, also after a resume', () => {
    const { steps, points, progress } = record(4);
    steps(6, 14); // resumed after 6 steps: a window of 6 and 7, one of 8 … 11, and a rest
    const of = (key: string) => points().flatMap((p) => (p.key === key ? [[p.step, p.value]] : []));
    expect(of('loss')).toEqual([
      [8, 6.5],
      [12, 9.5],
    ]);
    expect(of('gradientNorm')).toEqual([
      [8, 13],
      [12, 19],
    ]);
    progress.flush();
    progress.flush();
    expect(of('loss').slice(2)).toEqual([[14, 12.5]]);
    expect(of('learningRate').map(([, rate]) => rate)).toEqual([0.5, 0.5, 0.5]);
  });

  it('reports a few times a second, and the last step always', () => {
    const { steps, reports } = record(10);
    steps(0, 1000, 10);
    const seen = reports().map((r) => r.step);
    expect(seen.length).toBeGreaterThan(40); // 10 s at 5 a second
    expect(seen.length).toBeLessThan(60);
    expect(seen.at(-1)).toBe(1000);
    expect(reports().at(-1)).toMatchObject({ fraction: 1, secondsLeft: 0, loss: 999, steps: 1000 });
  });

  it('measures images a second while training, evaluations apart', () => {
    const { steps, reports, progress } = record(10);
    steps(0, 500, 10);
    vi.advanceTimersByTime(60_000); // an evaluation
    progress.restart();
    steps(500, 900, 10);
    // Batches of 8 in 10 ms; 100 steps are left.
    const { imagesPerSecond, secondsLeft, step } = reports().at(-1)!;
    expect(imagesPerSecond).toBeCloseTo(800, 0);
    expect(secondsLeft).toBeCloseTo((1000 - step) * 0.01, 1);
  });
});
