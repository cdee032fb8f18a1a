import { effectScope, nextTick, type EffectScope } from 'vue';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { usePersisted } from './persisted.ts';

interface Kept {
  key: string;
  value: unknown;
  savedAt: number;
}

/** The home, which keeps the newest document as the service does, and the browser. */
const fake = vi.hoisted(() => ({ home: null as Kept | null, browser: new Map<string, string>() }));

vi.mock('../service/connection.ts', () => ({
  service: {
    system: {
      document: () => Promise.resolve(fake.home && { ...fake.home }),
      saveDocument: (document: Kept) => {
        if (fake.home === null || document.savedAt >= fake.home.savedAt) fake.home = { ...document };
        return Promise.resolve(fake.home);
      },
    },
  },
}));

let scope: EffectScope;

beforeEach(() => {
  vi.useFakeTimers({ now: 1000 });
  fake.home = null;
  fake.browser.clear();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => fake.browser.get(key) ?? null,
    setItem: (key: string, value: string) => fake.browser.set(key, value),
  });
  scope = effectScope();
});

afterEach(() => {
  scope.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const open = () => scope.run(() => usePersisted('draft/test', z.number(), () => 0))!;

it('keeps what was done after the clock was set back, here and in the home', async () => {
  fake.home = { key: 'draft/test', value: 1, savedAt: 900_000 };
  const first = open();
  await first.ready;
  expect(first.value.value).toBe(1);
  first.value.value = 2;
  await vi.advanceTimersByTimeAsync(600);
  expect(fake.home).toMatchObject({ value: 2 });
  const reloaded = open();
  await reloaded.ready;
  expect(reloaded.value.value).toBe(2);
});

it('keeps what was done before the home had answered, whatever its clock said', async () => {
  fake.home = { key: 'draft/test', value: 1, savedAt: 900_000 };
  const persisted = open();
  persisted.value.value = 2;
  await persisted.ready;
  await nextTick();
  await vi.advanceTimersByTimeAsync(600);
  expect(persisted.value.value).toBe(2);
  expect(fake.home).toMatchObject({ value: 2 });
  fake.browser.clear();
  const elsewhere = open();
  await elsewhere.ready;
  expect(elsewhere.value.value).toBe(2);
});
