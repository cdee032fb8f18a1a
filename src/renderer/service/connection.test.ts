import { ORPCError } from '@orpc/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connect, connection } from './connection.ts';
import { shown } from './errors.ts';

const sockets: EventTarget[] = [];
let answer: () => Promise<{ status: number }>;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('location', new URL('http://127.0.0.1:7400/'));
  vi.stubGlobal('fetch', () => answer());
  vi.stubGlobal(
    'WebSocket',
    class extends EventTarget {
      constructor() {
        super();
        sockets.push(this);
      }
    },
  );
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function happens(type: 'open' | 'close'): Promise<void> {
  sockets.at(-1)!.dispatchEvent(new Event(type));
  await vi.advanceTimersByTimeAsync(0);
}

it('says lost, refused and open as the server has it, without going to and fro', async () => {
  answer = () => Promise.reject(new TypeError('no answer'));
  connect();
  await happens('open');
  expect(connection.status).toBe('open');
  const unanswered = new Error('[AsyncIdQueue] Queue[76] was closed');

  await happens('close');
  expect(connection.status).toBe('lost');
  expect(shown(unanswered)).toEqual({
    code: 'LOST',
    message: expect.stringMatching(/^the connection .* lost/),
  });
  expect(shown(new ORPCError('CONFLICT', { message: 'is running' }))).toMatchObject({ code: 'CONFLICT' });

  // Started anew: it answers, and refuses the old cookie.
  answer = () => Promise.resolve({ status: 403 });
  await vi.advanceTimersByTimeAsync(5000);
  await happens('close');
  expect(connection.status).toBe('refused');
  for (let i = 0; i < 3; i++) {
    await vi.advanceTimersByTimeAsync(5000);
    sockets.at(-1)!.dispatchEvent(new Event('close'));
    expect(connection.status).toBe('refused');
    await vi.advanceTimersByTimeAsync(0);
  }

  answer = () => Promise.reject(new TypeError('no answer'));
  await vi.advanceTimersByTimeAsync(5000);
  await happens('close');
  expect(connection.status).toBe('lost');

  await vi.advanceTimersByTimeAsync(5000);
  await happens('open');
  expect(connection.status).toBe('open');
});
