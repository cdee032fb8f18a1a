import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fillHome, measureHistory } from './history.ts';

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

describe.runIf(process.platform === 'linux')('on a slow disk', () => {
  it('the first page of 1,000 runs takes a bounded number of reads, none of them of points', () => {
    const home = mkdtempSync(path.join(tmpdir(), 'clifford-slow-'));
    try {
      fillHome(home, { runs: 1000, steps: 25, evaluations: 2 });
      // A process of its own: nothing is in SQLite's cache, and the system counts what it reads.
      const script = fileURLToPath(new URL('testing/count-reads.ts', import.meta.url));
      const reads = Number(execFileSync(process.execPath, [script, home], { encoding: 'utf8' }));
      // In pages of 4 KiB; points are most of the file, and none of them is read.
      const pages = statSync(path.join(home, 'clifford.db')).size / 4096;
      expect(pages).toBeGreaterThan(3500);
      expect(reads).toBeLessThan(1500);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
