import { expect, test } from 'vitest';
import { counted } from './counted.ts';

test('a noun is in the plural unless there is one', () => {
  expect([0, 1, 2].map((n) => counted(n, 'point'))).toEqual(['0 points', '1 point', '2 points']);
});
