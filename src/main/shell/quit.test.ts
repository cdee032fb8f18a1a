import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { guardQuit, type QuitOptions } from './quit.ts';
import * as electron from './testing/electron-stand-in.ts';
import { quitting } from './testing/stand-in-app.ts';

vi.mock('electron', () => import('./testing/electron-stand-in.ts'));

let stopped: PromiseWithResolvers<void>;
let killed: number;
let saving: number[];
let hurry: AbortController;
const warnings: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  electron.reset();
  stopped = Promise.withResolvers();
  killed = 0;
  saving = [];
  hurry = new AbortController();
  warnings.length = 0;
});
afterEach(() => vi.useRealTimers());

function guard(change: Partial<QuitOptions> = {}) {
  return guardQuit({
    stopTraining: () => stopped.promise,
    killTraining: () => {
      killed++;
      stopped.resolve();
      return Promise.resolve();
    },
    training: () => 1,
    hurry: hurry.signal,
    window: () => null,
    onSaving: (runs) => void saving.push(runs),
    warn: (sentence) => void warnings.push(sentence),
    ...change,
  });
}

const asked = (): number => electron.recorded.filter((call) => call.name === 'showMessageBox').length;

it('says nothing when checkpoints are quick', async () => {
  const { safe } = guard();
  expect(safe).toBe(false);
  electron.app.quit();
  await vi.advanceTimersByTimeAsync(400);
  expect([quitting.ended, saving]).toEqual([null, []]);
  stopped.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(quitting.ended).toBe('quit');
  await vi.advanceTimersByTimeAsync(60_000);
  expect([saving, asked()]).toEqual([[], 0]);
});

it('tells that it saves, and asks after ten seconds; waiting goes on by itself', async () => {
  guard();
  electron.app.quit();
  await vi.advanceTimersByTimeAsync(9_900);
  expect([saving, asked()]).toEqual([[1], 0]);
  await vi.advanceTimersByTimeAsync(200);
  expect(asked()).toBe(1); // answered with "Wait"
  await vi.advanceTimersByTimeAsync(10_000);
  expect([asked(), killed, quitting.ended]).toEqual([2, 0, null]);
  stopped.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect([quitting.ended, killed]).toEqual(['quit', 0]);
});

it('closes the open question when the checkpoints are there', async () => {
  electron.answers.messageBox.push(() => new Promise(() => {})); // the user is away
  guard();
  electron.app.quit();
  await vi.advanceTimersByTimeAsync(11_000);
  expect(asked()).toBe(1);
  stopped.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect([quitting.ended, killed]).toEqual(['quit', 0]);
  const [options] = electron.recorded.find((call) => call.name === 'showMessageBox')!.args as [
    { signal: AbortSignal },
  ];
  expect(options.signal.aborted).toBe(true);
});

it('ends the engines when the user will not wait', async () => {
  electron.answers.messageBox.push(() => Promise.resolve({ response: 1 }));
  guard();
  electron.app.quit();
  await vi.advanceTimersByTimeAsync(10_100);
  expect([killed, quitting.ended]).toEqual([1, 'quit']);
});

it('does not hold the user for ever when runs can neither be stopped nor ended', async () => {
  electron.answers.messageBox.push(() => Promise.resolve({ response: 1 }));
  guard({ killTraining: () => Promise.reject(new Error('the disk is full')) });
  electron.app.quit();
  await vi.advanceTimersByTimeAsync(10_100);
  expect(quitting.ended).toBe('quit');
  expect(warnings.join()).toContain('the disk is full');
});

it('leaves although stopping failed, and says so in the log', async () => {
  guard();
  electron.app.quit();
  stopped.reject(new Error('the history is gone'));
  await vi.advanceTimersByTimeAsync(0);
  expect(quitting.ended).toBe('quit');
  expect(warnings.join()).toContain('the history is gone');
});

it('stops training once, however often quitting is asked for', async () => {
  let stops = 0;
  guard({
    stopTraining() {
      stops++;
      return stopped.promise;
    },
  });
  for (let i = 0; i < 3; i++) electron.app.quit();
  stopped.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect([stops, quitting.ended]).toEqual([1, 'quit']);
});

it('does not wait when asked a second time from the terminal', async () => {
  guard();
  electron.app.quit();
  await vi.advanceTimersByTimeAsync(1000);
  expect(quitting.ended).toBe(null);
  hurry.abort();
  await vi.advanceTimersByTimeAsync(0);
  expect([killed, quitting.ended]).toEqual([1, 'quit']);
});
