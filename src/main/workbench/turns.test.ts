import { expect, test } from 'vitest';
import { createTurns, type Turn } from './turns.ts';

/** Lets promises settle. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

function started(turns: ReturnType<typeof createTurns>) {
  const running: Record<string, Turn> = {};
  const order: string[] = [];
  const take = (name: string, key: string, signal?: AbortSignal) =>
    turns.take(key, signal).then((turn) => {
      running[name] = turn;
      order.push(name);
    });
  return { running, order, take };
}

test('no more than there are places, first come first served', async () => {
  const { running, order, take } = started(createTurns(2));
  for (const name of ['a', 'b', 'c', 'd']) void take(name, name);
  await settle();
  expect(order).toEqual(['a', 'b']);
  running['b']!.end();
  running['b']!.end(); // gives back one place only
  await settle();
  expect(order).toEqual(['a', 'b', 'c']);
});

test('those with one key wait for each other, without holding up the rest, until the key is given back', async () => {
  const { running, order, take } = started(createTurns(3));
  for (const [name, key] of ['a1', 'a2', 'b1'].map((n) => [n, n[0]!] as const)) void take(name, key);
  await settle();
  expect(order).toEqual(['a1', 'b1']);
  running['a1']!.giveKey();
  await settle();
  expect(order).toEqual(['a1', 'b1', 'a2']);
  // All three places are taken although a1 gave its key back.
  void take('c1', 'c');
  await settle();
  expect(order).toHaveLength(3);
  running['a1']!.end();
  await settle();
  expect(order.at(-1)).toBe('c1');
  // The end of a1 did not give back the key that a2 holds now.
  running['b1']!.end();
  void take('a3', 'a');
  await settle();
  expect(order.at(-1)).toBe('c1');
});

test('whoever goes away while waiting is left out', async () => {
  const { running, order, take } = started(createTurns(1));
  void take('a', 'x');
  const gone = new AbortController();
  const waits = take('b', 'x', gone.signal);
  void take('c', 'x');
  gone.abort();
  await expect(waits).rejects.toMatchObject({ code: 'CANCELLED' });
  running['a']!.end();
  await settle();
  expect(order).toEqual(['a', 'c']);
  await expect(take('d', 'y', AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
});
