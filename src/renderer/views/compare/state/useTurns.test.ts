import { expect, it } from 'vitest';
import { ref } from 'vue';
import { useTurns } from './useTurns.ts';

it('lets one run after the other begin, and none before it is asked for', () => {
  const turns = useTurns(ref(['a', 'b', 'c']));
  expect(['a', 'b', 'c'].map(turns.isActive)).toEqual([false, false, false]);
  turns.started.value = true;
  expect(['a', 'b', 'c'].map(turns.isActive)).toEqual([true, false, false]);
  turns.settle('b', true); // it was stored
  expect(['a', 'b', 'c'].map(turns.isActive)).toEqual([true, false, false]);
  turns.settle('a', true);
  expect(['a', 'b', 'c'].map(turns.isActive)).toEqual([true, true, true]);
  expect(turns.waiting.value).toBe(1);
  // Another step was chosen, and the first run is asked again: the last one waits.
  turns.settle('a', false);
  turns.settle('c', false);
  expect(['a', 'b', 'c'].map(turns.isActive)).toEqual([true, false, false]);
});

it('forgets runs that left the comparison', () => {
  const ids = ref(['a', 'b']);
  const turns = useTurns(ids);
  turns.started.value = true;
  ids.value = ['b'];
  expect([turns.isActive('a'), turns.isActive('b')]).toEqual([false, true]);
  expect(turns.waiting.value).toBe(1);
});
