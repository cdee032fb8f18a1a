import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PointCursor, RunPulse, SeriesMap } from '../../shared/contract/runs.ts';
import { MOST_POINTS } from '../../shared/contract/runs.ts';
import type { Context } from './context.ts';
import { createRun } from './run-changes.ts';
import { openContext } from './service.ts';
import type { Store } from './store/database.ts';
import { recordEvaluation } from './store/evaluations.ts';
import { dropPointsAfter, insertPoints, readPoints } from './store/metrics.ts';
import { getRun } from './store/runs.ts';
import { cleanUp, SCRIPTED_ENGINE, temporaryFolder } from './testing/home.ts';
import { evaluationWith, otherStore } from './testing/records.ts';
import { testSpec } from './testing/spec.ts';
import { watchChanges, watchRun } from './watch.ts';

let ctx: Context;
/** Another process' connection: its commits are noticed by polling only. */
let other: Store;
let id: string;
let pk: number;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  const home = temporaryFolder();
  ctx = openContext(home, { engineEntry: SCRIPTED_ENGINE, spawnEngine: undefined });
  cleanUp(() => {
    ctx.hub.dispose();
    ctx.store.dispose();
  });
  other = otherStore(home);
  newRun();
});
afterEach(() => void vi.useRealTimers());

function newRun(): void {
  id = createRun(ctx, { spec: testSpec() }).id;
  pk = ctx.store.read((db) => getRun(db, id)!.pk);
}

/** More than a poll and a pause between two pulses. */
const pass = (): Promise<unknown> => vi.advanceTimersByTimeAsync(600);

/** A window: it keeps the points as it is told, and its cursor over connections. */
function reader() {
  let series: SeriesMap = {};
  let cursor: PointCursor | null = null;
  let stream: AsyncGenerator<RunPulse> | undefined;
  let ended: Promise<void> | undefined;
  const pulses: RunPulse[] = [];
  const take = (pulse: RunPulse): void => {
    pulses.push(pulse);
    if (pulse.type !== 'points') return;
    if (pulse.reset) series = {};
    const last: Record<string, number> = pulse.reset ? {} : { ...cursor!.last };
    for (const [key, points] of Object.entries(pulse.series)) {
      for (const [step, value] of points) {
        // Never a point twice, never one before another.
        if (step <= (last[key] ?? -1)) throw new Error(`${key} ${step} follows ${last[key]}`);
        last[key] = step;
        (series[key] ??= []).push([step, value]);
      }
    }
    cursor = { epoch: pulse.epoch, last };
  };
  return {
    pulses,
    series: () => series,
    connect() {
      const opened = watchRun(ctx, id, cursor);
      stream = opened;
      ended = (async () => {
        for await (const pulse of opened) take(pulse);
      })();
    },
    async disconnect() {
      await stream?.return(undefined);
      await ended;
      stream = undefined;
    },
  };
}

const table = (): SeriesMap => other.read((db) => readPoints(db, pk));

test('whatever is written, taken back and cut off: a reader ends with the points of the table, each once', async () => {
  const insertion = fc.record({
    type: fc.constant('insert' as const),
    here: fc.boolean(),
    points: fc.array(
      fc.record({
        key: fc.constantFrom('loss', 'rate'),
        // Mostly later steps, as training reports them; sometimes one again, or before others.
        ahead: fc.oneof(
          { weight: 6, arbitrary: fc.integer({ min: 1, max: 3 }) },
          fc.integer({ min: -3, max: 0 }),
        ),
        value: fc.integer(),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  });
  const rewind = fc.record({
    type: fc.constant('rewind' as const),
    here: fc.boolean(),
    by: fc.integer({ min: 0, max: 9 }),
  });
  const connection = fc.record({
    type: fc.constantFrom('connect' as const, 'disconnect' as const, 'wait' as const),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 4, arbitrary: insertion }, rewind, { weight: 4, arbitrary: connection }), {
        maxLength: 16,
      }),
      async (actions) => {
        newRun();
        const window = reader();
        let connected = false;
        const latest = { loss: 0, rate: 0 };
        for (const action of actions) {
          const store = 'here' in action && action.here ? ctx.store : other;
          if (action.type === 'insert') {
            const points = action.points.map(({ key, ahead, value }) => {
              const step = Math.max(0, latest[key as 'loss'] + ahead);
              latest[key as 'loss'] = Math.max(step, latest[key as 'loss']);
              return { key, step, value };
            });
            store.write((db) => insertPoints(db, pk, points));
          } else if (action.type === 'rewind') {
            const to = Math.max(latest.loss, latest.rate) - action.by;
            store.write((db) => dropPointsAfter(db, pk, to));
            latest.loss = Math.max(0, Math.min(latest.loss, to));
            latest.rate = Math.max(0, Math.min(latest.rate, to));
          } else if (action.type === 'wait') await vi.advanceTimersByTimeAsync(250);
          else if (action.type === 'disconnect' && connected) {
            await window.disconnect();
            connected = false;
          } else if (action.type === 'connect' && !connected) {
            window.connect();
            connected = true;
          }
        }
        if (!connected) window.connect();
        await pass();
        await pass();
        expect(window.series()).toEqual(table());
        await window.disconnect();
      },
    ),
    { numRuns: 150 },
  );
});

test('a reader that comes back gets exactly what it missed, though it is more than a chart shows', async () => {
  const add = (from: number, to: number): void =>
    other.write((db) =>
      insertPoints(
        db,
        pk,
        Array.from({ length: to - from }, (_, i) => ({ key: 'loss', step: from + i, value: i % 7 })),
      ),
    );
  add(0, 100);
  const window = reader();
  window.connect();
  await pass();
  await window.disconnect();
  add(100, 12_100); // more than goes into one pulse
  window.pulses.length = 0;
  window.connect();
  await pass();
  await pass();
  expect(window.series().loss).toHaveLength(12_100);
  const points = window.pulses.flatMap((p) => (p.type === 'points' ? [p] : []));
  expect(points.every((p) => !p.reset)).toBe(true);
  // A reader that knows nothing gets the series thinned, and what comes then exactly.
  const fresh = reader();
  fresh.connect();
  await pass();
  expect(fresh.series().loss!.length).toBeLessThanOrEqual(MOST_POINTS);
  add(12_100, 12_110);
  await pass();
  expect(
    fresh
      .series()
      .loss!.slice(-10)
      .map(([step]) => step),
  ).toEqual(Array.from({ length: 10 }, (_, i) => 12_100 + i));
  await fresh.disconnect();
  await window.disconnect();
});

test('a cursor from another history, ahead of this one, is answered with everything', async () => {
  other.write((db) => insertPoints(db, pk, [{ key: 'loss', step: 1, value: 2 }]));
  const stream = watchRun(ctx, id, { epoch: 0, last: { loss: 50 } });
  await stream.next(); // the row
  expect((await stream.next()).value).toEqual({
    type: 'points',
    reset: true,
    epoch: 0,
    series: { loss: [[1, 2]] },
  });
  await stream.return(undefined);
});

test('the row comes first; evaluations and files are told as a change; nothing is said while nothing happens', async () => {
  const window = reader();
  window.connect();
  await pass();
  expect(window.pulses.map((p) => p.type)).toEqual(['row', 'points']);
  await vi.advanceTimersByTimeAsync(5000);
  expect(window.pulses).toHaveLength(2);
  other.write((db) => recordEvaluation(db, pk, evaluationWith(3, { overall: 0.5 }), 'training', ''));
  await pass();
  expect(window.pulses.slice(2)).toEqual([
    { type: 'row', row: expect.objectContaining({ accuracy: { overall: 0.5 } }) },
    { type: 'changed' },
  ]);
  await window.disconnect();
});

test('progress comes at once, then at most five times a second, and the last one always', async () => {
  ctx.living.add(id); // or it would be swept as interrupted
  ctx.store.write((db) => db.$client.exec(`UPDATE runs SET state = 'running'`));
  const window = reader();
  window.connect();
  await pass();
  window.pulses.length = 0;
  const say = (step: number): void =>
    ctx.hub.progress(id, {
      phase: 'training',
      step,
      steps: 100,
      loss: 1,
      imagesPerSecond: null,
      secondsLeft: null,
      fraction: step / 100,
    });
  const steps = () => window.pulses.map((p) => (p.type === 'progress' ? p.progress.step : p.type));
  say(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(steps()).toEqual([0]);
  for (let step = 1; step <= 100; step++) {
    say(step);
    await vi.advanceTimersByTimeAsync(10);
  }
  await pass();
  // The first, and of a second of them those at 200, 400 … 1000 ms.
  expect(steps()).toHaveLength(6);
  expect(steps().at(-1)).toBe(100);
  await window.disconnect();
});

test('a stream ends when its reader leaves in the middle of a wait, its signal aborts, or the workbench closes', async () => {
  const leaving = watchRun(ctx, id, null);
  await leaving.next();
  await leaving.next();
  const waiting = leaving.next();
  await leaving.return(undefined);
  expect((await waiting).done).toBe(true);

  const abort = new AbortController();
  const aborted = watchChanges(ctx, abort.signal);
  await aborted.next();
  const next = aborted.next();
  abort.abort();
  expect((await next).done).toBe(true);

  const closed = watchRun(ctx, id, null);
  await closed.next();
  await closed.next();
  const last = closed.next();
  ctx.hub.dispose();
  expect((await last).done).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test('a run that is purged ends its stream with an error', async () => {
  const stream = watchRun(ctx, id, null);
  await stream.next();
  await stream.next();
  const next = stream.next();
  next.catch(() => undefined);
  other.write((db) => db.$client.exec('DELETE FROM runs'));
  await pass();
  await expect(next).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('changes of any run, here or elsewhere, raise the revision, at most twice a second', async () => {
  const stream = watchChanges(ctx);
  const seen: number[] = [];
  const ended = (async () => {
    for await (const { revision } of stream) seen.push(revision);
  })();
  await pass();
  expect(seen).toHaveLength(1);
  const touch = (store: Store, note: string): void =>
    store.write((db) => void db.$client.prepare('UPDATE runs SET note = ?').run(note));
  touch(ctx.store, 'here');
  await vi.advanceTimersByTimeAsync(10);
  expect(seen).toHaveLength(2);
  touch(other, 'elsewhere');
  await pass();
  expect(seen).toHaveLength(3);
  for (let i = 0; i < 40; i++) {
    touch(ctx.store, `${i}`);
    await vi.advanceTimersByTimeAsync(50);
  }
  await pass();
  // Two seconds of changes: four, and one for the end.
  expect(seen.length).toBeGreaterThanOrEqual(6);
  expect(seen.length).toBeLessThanOrEqual(8);
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
  await stream.return(undefined);
  await ended;
});
