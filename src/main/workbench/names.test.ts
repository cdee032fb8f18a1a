import { expect, test } from 'vitest';
import { newRunId, newRunName } from './names.ts';

test('ids have ten characters that cannot be mistaken for each other, and sort by creation', () => {
  const times = [
    '2025-01-01T00:00:00Z',
    '2026-07-30T12:00:00Z',
    '2026-07-30T12:00:01Z',
    '2058-12-31T00:00:00Z',
  ];
  const ids = times.map((t) => newRunId(new Date(t)));
  for (const id of ids) expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{10}$/);
  expect([...ids].sort()).toEqual(ids);
});

test('ids of one instant differ', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  // 50 draws out of 2^20: the chance of any two being equal is about 0.1 %, so one retry makes it 1e-6.
  const draw = (): number => new Set(Array.from({ length: 50 }, () => newRunId(now))).size;
  expect(Math.max(draw(), draw())).toBe(50);
});

test('names avoid those taken, however many are', () => {
  expect(newRunName('quick', () => false)).toMatch(/^quick-[a-z]+-[a-z]+$/);
  expect(newRunName(undefined, () => false)).toMatch(/^run-/);
  let asked = 0;
  expect(newRunName('quick', () => ++asked <= 25)).toMatch(/^quick-[a-z]+-[a-z]+-26$/);
});
