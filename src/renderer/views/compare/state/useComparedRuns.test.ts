import { ORPCError } from '@orpc/client';
import { effectScope, ref, type EffectScope, type Ref } from 'vue';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunPulse, RunRow } from '../../../../shared/contract/runs.ts';
import { comparedRun } from '../testing/runs.ts';
import { useComparedRuns, type ComparedRuns, type NeededSeries } from './useComparedRuns.ts';

/** A service whose runs the test holds, and whose streams it feeds. */
const fake = vi.hoisted(() => ({
  rows: new Map<string, unknown>(),
  /** Points of `loss` by run; more than asked for come thinned to every other one. */
  points: new Map<string, [number, number][]>(),
  asked: [] as string[],
  underWay: 0,
  most: 0,
  changed: [] as (() => void)[],
  pulses: new Map<string, (pulse: unknown) => void>(),
  cursors: [] as unknown[],
}));

vi.mock('../../../service/connection.ts', async () => {
  const { shallowReactive } = await import('vue');
  const answer = async <T>(what: string, value: () => T): Promise<T> => {
    fake.asked.push(what);
    fake.most = Math.max(fake.most, ++fake.underWay);
    await new Promise((resolve) => setTimeout(resolve, 5));
    fake.underWay--;
    return value();
  };
  /** Each event that is put in comes out; it ends when its reader aborts. */
  const stream = (signal: AbortSignal, begin: (put: (event: unknown) => void) => void) => {
    const waiting: unknown[] = [];
    let wake = (): void => {};
    begin((event) => {
      waiting.push(event);
      wake();
    });
    signal.addEventListener('abort', () => wake());
    return (async function* () {
      while (!signal.aborted) {
        while (waiting.length > 0) yield waiting.shift();
        await new Promise<void>((resolve) => (wake = resolve));
      }
    })();
  };
  const service = {
    runs: {
      get: ({ id }: { id: string }) =>
        answer(`get ${id}`, () => {
          const row = fake.rows.get(id) as RunRow | undefined;
          if (!row) throw new ORPCError('NOT_FOUND', { message: `no run ${id}` });
          const { spec, evaluations, environment } = comparedRun(id);
          return { row, spec, evaluations, environment, metricKeys: ['loss', 'rate'] };
        }),
      rows: ({ ids }: { ids: string[] }) =>
        answer('rows', () => ids.flatMap((id) => (fake.rows.get(id) as RunRow | undefined) ?? [])),
      series: ({ id, keys, maxPoints }: { id: string; keys: string[]; maxPoints: number }) =>
        answer(`series ${id} ${keys.join()} ${maxPoints}`, () => {
          const all = fake.points.get(id) ?? [];
          const thinned = all.length > maxPoints;
          return {
            epoch: 0,
            series: { [keys[0]!]: thinned ? all.filter((_, i) => i % 2 === 0) : all },
            thinned,
          };
        }),
      changes: async (_: unknown, { signal }: { signal: AbortSignal }) =>
        stream(signal, (put) => fake.changed.push(() => put({ revision: 1 }))),
      watch: async ({ id, cursor }: { id: string; cursor: unknown }, { signal }: { signal: AbortSignal }) => {
        fake.cursors.push(cursor);
        return stream(signal, (put) => fake.pulses.set(id, put));
      },
    },
  };
  return { connection: shallowReactive({ status: 'open', generation: 1 }), service, isLost: () => false };
});

let scope: EffectScope;
let ids: Ref<readonly string[]>;
let compared: ComparedRuns;

function start(wanted: readonly string[], need: () => readonly NeededSeries[] = () => []): void {
  ids = ref(wanted);
  scope = effectScope();
  scope.run(() => {
    compared = useComparedRuns(ids);
    compared.need(need);
  });
}
const run = (id: string, row: Partial<RunRow> = {}) => fake.rows.set(id, comparedRun(id, { row }).row);
const steps = (id: string) => compared.seriesOf(id, 'loss')?.map(([step]) => step);
const settled = async (ms = 900) => void (await vi.advanceTimersByTimeAsync(ms));
const names = () => compared.runs.value.map(({ name }) => name);
const pulse = (id: string, event: RunPulse) => fake.pulses.get(id)!(event);

beforeEach(() => {
  vi.useFakeTimers();
  for (const part of [fake.rows, fake.points, fake.pulses]) part.clear();
  fake.asked.length = fake.cursors.length = fake.changed.length = fake.most = 0;
});
afterEach(() => {
  scope.stop();
  vi.useRealTimers();
});

describe('useComparedRuns', () => {
  it('reads the runs in the order asked for, and only the metrics that are needed, each once', async () => {
    run('b');
    run('a');
    start(['b', 'a'], () => [{ key: 'loss', exact: false }]);
    await settled();
    expect(names()).toEqual(['b', 'a']);
    expect(fake.asked.filter((what) => what.startsWith('series'))).toEqual([
      'series b loss 2000',
      'series a loss 2000',
    ]);
    ids.value = ['a', 'b'];
    await settled();
    expect(names()).toEqual(['a', 'b']);
    expect(fake.asked.filter((what) => what.startsWith('get'))).toHaveLength(2);
  });

  it('asks again for all points where means need them, of series that came thinned only', async () => {
    const exact = ref(false);
    run('long');
    run('short');
    fake.points.set(
      'long',
      Array.from({ length: 3000 }, (_, i) => [i, i]),
    );
    fake.points.set('short', [[1, 1]]);
    start(['long', 'short'], () => [{ key: 'loss', exact: exact.value }]);
    await settled();
    expect(steps('long')).toHaveLength(1500);
    exact.value = true;
    await settled();
    expect(steps('long')).toHaveLength(3000);
    expect(fake.asked.filter((what) => what.includes('100000'))).toEqual(['series long loss 100000']);
  });

  it('goes on without runs that are missing or in the bin, and takes them in when they come back', async () => {
    run('here');
    run('bin', { deletedAt: '2025-01-01T00:00:00Z' });
    start(['gone', 'here', 'bin']);
    await settled();
    expect(names()).toEqual(['here']);
    expect(compared.absent.value.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
      'gone missing',
      'bin deleted',
    ]);
    expect(compared.loading.value).toBe(false);
    run('bin', { deletedAt: null });
    run('gone');
    fake.changed.forEach((tell) => tell());
    await settled(4000);
    expect(names()).toEqual(['gone', 'here', 'bin']);
    expect(compared.absent.value).toEqual([]);
  });

  it('follows a run that trains, each point once, and asks for its points anew when it has ended', async () => {
    run('live', { state: 'running' });
    start(['live'], () => [{ key: 'loss', exact: false }]);
    await settled();
    expect(fake.cursors).toEqual([null]);
    expect(fake.asked.some((what) => what.startsWith('series'))).toBe(false);
    pulse('live', {
      type: 'points',
      reset: true,
      epoch: 0,
      series: {
        loss: [
          [1, 1],
          [2, 2],
        ],
      },
    });
    pulse('live', {
      type: 'points',
      reset: false,
      epoch: 0,
      series: {
        loss: [
          [2, 2],
          [3, 3],
        ],
      },
    });
    await settled();
    expect(steps('live')).toEqual([1, 2, 3]);
    run('live', { state: 'finished' });
    fake.points.set('live', [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    pulse('live', { type: 'row', row: fake.rows.get('live') as RunRow });
    await settled();
    expect(steps('live')).toEqual([1, 2, 3, 4]);
    expect(compared.runs.value[0]!.row.state).toBe('finished');
  });

  it('begins to follow a run that starts later', async () => {
    run('waits', { state: 'queued' });
    start(['waits'], () => [{ key: 'loss', exact: false }]);
    await settled();
    expect(fake.cursors).toEqual([]);
    run('waits', { state: 'running' });
    fake.changed.forEach((tell) => tell());
    await settled(4000);
    expect(fake.cursors).toEqual([null]);
  });

  it('leaves room for other requests however many runs there are', async () => {
    const many = Array.from({ length: 50 }, (_, i) => `r${i}`);
    many.forEach((id) => run(id));
    start(many, () => [{ key: 'loss', exact: false }]);
    await settled(3000);
    expect(compared.runs.value).toHaveLength(50);
    expect(fake.most).toBeLessThanOrEqual(5); // four of its own, and a look at the rows
  });

  it('does not take in what arrives after a run was taken out', async () => {
    run('a');
    run('b');
    start(['a', 'b'], () => [{ key: 'loss', exact: false }]);
    ids.value = ['a'];
    await settled();
    expect(names()).toEqual(['a']);
    expect(fake.asked.filter((what) => what.startsWith('series b'))).toEqual([]);
  });
});
