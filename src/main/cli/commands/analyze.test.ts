import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { angleGrid, cliffordTorus } from '../../../core/metrics/representation/ideal.ts';
import { readNpy } from '../../../files/npy.ts';
import { writeSafetensors } from '../../../files/safetensors.ts';
import { readPng } from '../../../files/testing/png.ts';
import { analyze, analyzed, dataFolder, ENDINGS } from '../testing/analyze.ts';

/** The measurements as a user asks for them, against whole diagrams of ripser, spectra of scikit-learn, clusters of scipy. */

const BIN = fileURLToPath(new URL('../bin.mjs', import.meta.url));

interface Oracles {
  topology: { name: string; points: number[][]; maxDim: number; diagrams: [number, number | null][][] }[];
  pca: {
    name: string;
    data: number[][];
    explainedVariance: number[];
    explainedVarianceRatio: number[];
    participationRatio: number;
  }[];
  percolation: {
    name: string;
    size: number;
    cutoff: number;
    occupied: [number, number][];
    components: number;
    largest: number;
    massRatio: number;
  }[];
}
const ORACLES = JSON.parse(
  readFileSync(new URL('../../../core/metrics/testing/reference.json', import.meta.url), 'utf8'),
) as Oracles;
/** The oracles are rounded to six decimals, and so are the points that ripser was given in float32. */
const TOLERANCE = 1e-5;

let data: ReturnType<typeof dataFolder>;
beforeAll(() => {
  data = dataFolder();
});
afterAll(() => data.remove());
const file: typeof data.file = (...args) => data.file(...args);
const text: typeof data.text = (...args) => data.text(...args);

function close(got: readonly number[], expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length);
  got.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(TOLERANCE));
}

/** Bars in an order of their own, since equal lengths have none. */
const sorted = (bars: readonly (readonly [number, number | null])[]) =>
  bars
    .map(([birth, death]) => [birth, death ?? Infinity] as const)
    .filter(([birth, death]) => death - birth > 2 * TOLERANCE)
    .sort((a, b) => a[1] - b[1] || a[0] - b[0]);

describe('against independent peers', () => {
  it.each(ORACLES.topology.map((entry, i) => [entry.name, entry, ENDINGS[i % 3]!] as const))(
    'topology of %s',
    async (_, { points, maxDim, diagrams }, ending) => {
      const found = await analyzed<{ diagrams: [number, number | null][][]; coveringRadius: number }>(
        'topology',
        ...['--points', file(points, ending), '--max-dim', String(maxDim)],
      );
      expect(Object.keys(found).slice(0, 2)).toEqual(['diagrams', 'coveringRadius']);
      expect(found.coveringRadius).toBe(0);
      expect(found.diagrams).toHaveLength(maxDim + 1);
      found.diagrams.forEach((bars, dim) => {
        const [got, expected] = [sorted(bars), sorted(diagrams[dim]!)];
        close(byLength(got), byLength(expected));
        expect(got.filter(([, death]) => death === Infinity)).toHaveLength(
          expected.filter(([, death]) => death === Infinity).length,
        );
        // Matched bar by bar: deaths, then births, agree within the tolerance.
        expect(matched(got, expected)).toBe(true);
        const lengths = bars.map(([birth, death]) => (death ?? Infinity) - birth);
        expect(lengths).toEqual(lengths.toSorted((a, b) => (a === b ? 0 : b - a)));
      });
    },
  );

  it.each(ORACLES.pca.map((entry, i) => [entry.name, entry, ENDINGS[i % 3]!] as const))(
    'PCA of %s',
    async (_, { data, explainedVariance, explainedVarianceRatio, participationRatio }, ending) => {
      const found = await analyzed<Omit<Oracles['pca'][number], 'data' | 'name'>>(
        'pca',
        ...['--points', file(data, ending)],
      );
      expect(Object.keys(found).slice(0, 3)).toEqual([
        'explainedVariance',
        'explainedVarianceRatio',
        'participationRatio',
      ]);
      close(found.explainedVariance, explainedVariance);
      close(found.explainedVarianceRatio, explainedVarianceRatio);
      close([found.participationRatio], [participationRatio]);
    },
  );

  it.each(ORACLES.percolation.map((entry, i) => [entry.name, entry, ENDINGS[i % 3]!] as const))(
    'clusters of %s',
    async (_, { occupied, cutoff, components, largest, massRatio }, ending) => {
      const found = await analyzed<{ massRatio: number }>(
        'clusters',
        ...['--sites', file(occupied, ending), '--cutoff', String(cutoff)],
      );
      expect(Object.keys(found).slice(0, 3)).toEqual(['components', 'largest', 'massRatio']);
      expect(found).toMatchObject({ components, largest, sites: occupied.length, cutoff, periodic: null });
      close([found.massRatio], [massRatio]);
    },
  );
});

const byLength = (bars: readonly (readonly [number, number])[]) =>
  bars
    .map(([birth, death]) => death - birth)
    .filter(Number.isFinite)
    .sort((a, b) => b - a);

/** Whether each bar has one of the other side, all its own, within the tolerance. */
function matched(
  got: readonly (readonly [number, number])[],
  expected: readonly (readonly [number, number])[],
): boolean {
  const near = (a: number, b: number) => a === b || Math.abs(a - b) <= TOLERANCE;
  const left = [...expected];
  return got.every(([birth, death]) => {
    const i = left.findIndex(([b, d]) => near(b, birth) && near(d, death));
    if (i >= 0) left.splice(i, 1);
    return i >= 0;
  });
}

describe('factorization', () => {
  const labels = Array.from({ length: 64 }, (_, i) => [i % 8, Math.floor(i / 8)]);
  const torus = cliffordTorus(angleGrid(8, 8));
  const points = labels.map((_, i) => [...torus.data.subarray(4 * i, 4 * i + 4)]);
  interface Found {
    size: number;
    score: number;
    tests: { test: string; model: { mean: number }; distance: { clifford: number } }[];
  }

  it('of the Clifford torus itself is 1, and its distance to it 0', async () => {
    const found = await analyzed<Found>(
      'factorization',
      ...['--points', file(points, 'npy'), '--labels', file(labels), '--size', '8', '--draws', '2000'],
    );
    expect(found.size).toBe(8);
    expect(found.score).toBeCloseTo(1, 6);
    for (const { distance } of found.tests) expect(distance.clifford).toBeLessThan(1e-9);
    const orthogonality = found.tests.find(({ test }) => test === 'orthogonality-xy')!;
    expect(Math.abs(orthogonality.model.mean)).toBeLessThan(1e-9);
  });

  it('takes the period of a complete grid and says so, and asks for it otherwise', async () => {
    const args = ['factorization', '--points', file(points, 'json'), '--draws', '500'];
    const whole = await analyze(...args, '--labels', file(labels), '--json');
    expect((JSON.parse(whole.stdout) as Found).size).toBe(8);
    expect(whole.stderr).toMatch(
      /the period of the labels is taken as 8 \(x has 8 values from 0 to 7\); --size says another/,
    );
    // A band left out: the values are no longer evenly spaced, and their number says nothing of the period.
    const kept = labels.flatMap(([x], i) => (x === 3 ? [] : [i]));
    const cut = await analyze(
      ...[
        'factorization',
        '--points',
        file(kept.map((i) => points[i]!)),
        '--labels',
        file(kept.map((i) => labels[i]!)),
      ],
    );
    expect(cut.code).toBe(2);
    expect(cut.stderr).toMatch(/--size: got none, and .* does not say the period .* expected --size N/);
  });

  it('finds labels by the names of their columns, in whatever order', async () => {
    const named = text('labels.csv', ['run,y,x', ...labels.map(([x, y]) => `7,${y},${x}`)].join('\n'));
    const args = ['factorization', '--points', file(points), '--draws', '500', '--size', '8'];
    const { stdout, stderr } = await analyze(...args, '--labels', named, '--json');
    expect((JSON.parse(stdout) as Found).score).toBeCloseTo(1, 6);
    expect(stderr).toContain('columns x and y of 3 are used');
    const unnamed = await analyze(...args, '--labels', file(labels.map((label) => [7, ...label])));
    expect(unnamed.stderr).toMatch(/got 3 columns, expected two, x and y, or a header that names them/);
  });

  it('reads points and labels from one safetensors file, as representations are stored', async () => {
    const stored = data.at('stored.safetensors');
    writeSafetensors(stored, {
      representation: { shape: [64, 4], data: Float32Array.from(points.flat()) },
      labels: { shape: [64, 2], data: Float32Array.from(labels.flat(), (v) => v / 10) },
    });
    const found = await analyzed<Found>(
      'factorization',
      ...['--points', stored, '--labels', stored, '--draws', '500'],
    );
    // 0.1 is not 0.1 in float32; the period is 0.8 all the same.
    expect(found.size).toBe(0.8);
    expect(found.score).toBeCloseTo(1, 5);
  });

  it('prints a table of the tests', async () => {
    const { stdout } = await analyze(
      ...['factorization', '--points', file(points), '--labels', file(labels), '--draws', '500'],
    );
    expect(stdout).toMatch(
      /^Score 1\.000; the nearer 3D torus has [xy] around the axis\n500 draws a test, seed 0, period 8/,
    );
    expect(stdout).toMatch(/^parallelism-y +1\.000 ± 0\.000 +500 +0 +0\.000/m);
  });
});

describe('what else it can do', () => {
  const square = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ];

  it('prints the longest bars as a table, and writes the document to a file', async () => {
    const out = data.at('square.json');
    const { stdout, stderr, code } = await analyze('topology', '--points', file(square), '--out', out);
    expect(code, stderr).toBe(0);
    // A unit square: three edges of length 1 join it, the loop is born with the fourth and dies with the diagonal.
    expect(stdout).toMatch(
      /^4 points of 2 coordinates\nBars: H0 4, H1 1, H2 0; .*enclosing radius 1\.4142\n/,
    );
    expect(stdout).toMatch(/^H1 +1 +1\.4142 +0\.41421$/m);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({
      diagrams: [
        [
          [0, null],
          [0, 1],
          [0, 1],
          [0, 1],
        ],
        [[1, Math.SQRT2]],
        [],
      ],
      points: 4,
    });
  });

  it('draws the diagrams as SVG or PNG', async () => {
    const [svg, png] = ['square.svg', 'square.png'].map((name) => data.at(name)) as [string, string];
    await analyzed('topology', '--points', file(square), '--figure', svg, '--max-dim', '1');
    // Four classes of components, one of which never dies, and a loop.
    expect(readFileSync(svg, 'utf8').match(/class="h[01]"/g)).toHaveLength(5);
    await analyzed('topology', '--points', file(square), '--figure', png, '--max-dim', '1');
    expect(readPng(png).width).toBeGreaterThan(300);
  });

  it('takes landmarks and says how well they cover', async () => {
    const circle = Array.from({ length: 64 }, (_, i) => [
      Math.cos((i * Math.PI) / 32),
      Math.sin((i * Math.PI) / 32),
    ]);
    const found = await analyzed<{ landmarks: number; coveringRadius: number; landmarkIndices: number[] }>(
      'topology',
      ...['--points', file(circle), '--landmarks', '16', '--max-dim', '1'],
    );
    expect(found.landmarks).toBe(16);
    expect(found.landmarkIndices).toHaveLength(16);
    // Each fourth of 64 points is a landmark; those between are two steps of π/32 away: 2 sin(π/32).
    expect(found.coveringRadius).toBeCloseTo(2 * Math.sin(Math.PI / 32), 9);
  });

  it('sets the ideal tori beside points with labels', async () => {
    const torus = cliffordTorus(angleGrid(6, 6));
    const labels = Array.from({ length: 36 }, (_, i) => [i % 6, Math.floor(i / 6)]);
    const points = labels.map((_, i) => [...torus.data.subarray(4 * i, 4 * i + 4)]);
    const found = await analyzed<{
      size: number;
      diagrams: unknown;
      enclosingRadius: number;
      ideals: { shape: string; diagrams: unknown; enclosingRadius: number }[];
    }>('topology', '--points', file(points, 'npy'), '--labels', file(labels), '--max-dim', '1');
    expect(found.size).toBe(6);
    expect(found.ideals.map(({ shape }) => shape)).toEqual(['clifford', 'torus']);
    expect(found.ideals[0]!.diagrams).toEqual(found.diagrams);
    expect(found.ideals[0]!.enclosingRadius).toBe(found.enclosingRadius);
  });

  it('writes the scores of a PCA', async () => {
    const scores = data.at('scores.npy');
    await analyzed('pca', '--points', file(square), '--scores', scores, '--components', '1');
    const { shape, data: found } = readNpy(scores);
    expect(shape).toEqual([4, 1]);
    expect([...(found as Float32Array)].reduce((sum, v) => sum + v, 0)).toBeCloseTo(0, 6);
  });

  it('says which bars are missing when points lie on each other', async () => {
    const { stdout, stderr } = await analyze(
      'topology',
      '--points',
      file([...square, [0, 0], [1, 1]]),
      '--json',
    );
    expect((JSON.parse(stdout) as { diagrams: unknown[][] }).diagrams[0]).toHaveLength(4);
    expect(stderr).toBe('topology: 2 of 6 points lie on another; bars of no length are left out\n');
  });

  it('links sites by overlap, and around a torus', async () => {
    const sites = file([
      [0, 0],
      [0, 7],
      [4, 4],
    ]);
    const open = await analyzed('clusters', '--sites', sites, '--cutoff', '1');
    expect(open).toMatchObject({ components: 3, largest: 1 });
    const around = await analyzed('clusters', '--sites', sites, '--cutoff', '1', '--periodic', '8');
    expect(around).toMatchObject({ components: 2, largest: 2, massRatio: 2 / 3, periodic: 8 });
    // 2σ√ln(1/θ) at σ = 1, θ = 0.005 (paper, measurements).
    const overlap = await analyzed<{ cutoff: number }>('clusters', '--sites', sites, '--sigma', '1');
    expect(overlap.cutoff).toBeCloseTo(4.6036, 4);
  });

  it('reads a pipe, also one that gives its bytes slowly, and a mistake in it', async () => {
    const child = spawn(process.execPath, [
      BIN,
      'analyze',
      'pca',
      '--points',
      '-',
      '--format',
      'csv',
      '--json',
    ]);
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (stdout += piece));
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.stdin.write('1,2\n3,');
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.stdin.end('5\n');
    expect(await ended).toBe(0);
    // Two points 2 and 3 apart along the axes: (2² + 3²)/2 along one direction.
    close((JSON.parse(stdout) as { explainedVariance: number[] }).explainedVariance, [6.5, 0]);
    const input = '1,2\nx,3\n' + '4,5\n'.repeat(100_000);
    const bad = spawnSync(process.execPath, [BIN, 'analyze', 'pca', '--points', '-', '--format', 'csv'], {
      input,
    });
    expect(String(bad.stderr)).toContain(
      'clifford: standard input, line 2, column 1: got "x", expected a number\n',
    );
    expect(bad.status).toBe(2);
  });

  it('explains each with examples', async () => {
    for (const command of ['topology', 'pca', 'factorization', 'clusters']) {
      const { code, stdout } = await analyze(command, '--help');
      expect(code).toBe(0);
      expect(stdout).toMatch(/Examples:\n {2}clifford analyze /);
      expect(stdout).toContain('--json');
    }
  });
});
