import { expect, it } from 'vitest';
import { measureHistory } from './history.ts';

it('makes a history in a home of its own, reads it in every way, and says how large it was', () => {
  const lines: string[] = [];
  const results = measureHistory({ runs: 30, steps: 20, evaluations: 2 }, (line) => void lines.push(line));
  expect(lines).toEqual([expect.stringMatching(/^30 runs of 80 points, \d+ MiB: made in \d+ s$/)]);
  expect(results.map((r) => r.name)).toContain('history: table as CSV');
  for (const { unit, ours, peer } of results) {
    expect([unit, peer]).toEqual(['ms', null]);
    expect(ours).toBeGreaterThan(0);
  }
});
