import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatPoints, parsePoints } from './points.ts';

it('points survive being written and read', () => {
  const tenth = fc.integer({ min: -400, max: 400 }).map((j) => j / 10);
  fc.assert(
    fc.property(fc.array(fc.tuple(tenth, tenth)), (points) => {
      expect(parsePoints(formatPoints(points))).toEqual({ points });
    }),
  );
});

it('reads what people paste, and names the line that is none', () => {
  expect(parsePoints('1 2\n\n3;4\n −5,\t6 ')).toEqual({
    points: [
      [1, 2],
      [3, 4],
      [-5, 6],
    ],
  });
  expect(parsePoints('1, 2\n3, x')).toEqual({ problem: 'line 2: expected two numbers, got “3, x”' });
  expect(parsePoints('1, 2, 3')).toMatchObject({ problem: expect.stringContaining('line 1') });
});
