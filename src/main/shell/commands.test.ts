import { expect, it } from 'vitest';
import { createPatientBroadcast } from './commands.ts';

/** Reads until nothing more comes at once. */
async function listen<T>(stream: AsyncGenerator<T>): Promise<T[]> {
  const heard: T[] = [];
  void (async () => {
    for await (const value of stream) heard.push(value);
  })();
  await new Promise((resolve) => setTimeout(resolve, 5));
  return heard;
}

it('tells what nobody heard to whoever listens first, once', async () => {
  const broadcast = createPatientBroadcast<string>();
  broadcast.send('a');
  broadcast.send('b');
  const end = new AbortController();
  expect(await listen(broadcast.listen(end.signal))).toEqual(['a', 'b']);
  expect(await listen(broadcast.listen(end.signal))).toEqual([]);
  end.abort();
});

it('tells every listener, in order', async () => {
  const broadcast = createPatientBroadcast<number>();
  const end = new AbortController();
  const both = [broadcast.listen(end.signal), broadcast.listen(end.signal)].map(listen);
  for (const value of [1, 2, 3]) broadcast.send(value);
  expect(await Promise.all(both)).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ]);
  end.abort();
});

it('keeps what a page that reloads did not read', async () => {
  const broadcast = createPatientBroadcast<string>();
  const end = new AbortController();
  const stream = broadcast.listen(end.signal);
  const first = stream.next();
  broadcast.send('a');
  expect((await first).value).toBe('a');
  broadcast.send('b'); // never read: the page is going
  end.abort();
  broadcast.send('c'); // nobody is there
  expect(await listen(broadcast.listen())).toEqual(['b', 'c']);
});

it('does not listen for a reader that has gone before it began', async () => {
  const broadcast = createPatientBroadcast<string>();
  broadcast.send('a');
  expect(await listen(broadcast.listen(AbortSignal.abort()))).toEqual([]);
  expect(await listen(broadcast.listen())).toEqual(['a']);
});

it('does not hoard without bounds', async () => {
  const broadcast = createPatientBroadcast<number>();
  for (let i = 0; i < 1000; i++) broadcast.send(i);
  const heard = await listen(broadcast.listen());
  expect([heard.length, heard.at(-1)]).toEqual([50, 999]);
});
