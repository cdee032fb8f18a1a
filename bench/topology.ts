import { execFileSync, spawn } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { CliffordError, invalid } from '../src/core/base/errors.ts';
import { Rng } from '../src/core/base/rng.ts';
import { Diagrams } from '../src/core/metrics/records-analysis.ts';
import { cliffordTorus, torusOfRevolution } from '../src/core/metrics/representation/ideal.ts';
import type { Points } from '../src/core/metrics/representation/points.ts';
import { persistence } from '../src/core/metrics/topology/persistence.ts';
import { formatTable } from '../src/main/cli/table.ts';
import { measurePairs } from './pairs.ts';

/**
 * Persistence diagrams beside ripser.py, on the same points and in turns: `node bench/topology.ts [--pairs N] [--only TEXT]`.
 * The Python is BENCH_PYTHON, or python3; it needs ripser (`python3 -m venv FOLDER && FOLDER/bin/pip install ripser`).
 * Both sides go from coordinates to diagrams on one thread, and every diagram is compared.
 */

/** We may take this many times as long as ripser.py. */
const LIMIT = 4;
/** ripser.py works in single precision. */
const TOLERANCE = 1e-5;

interface Case {
  readonly name: string;
  readonly points: Points;
  readonly maxDim: number;
}

function cases(): Case[] {
  const shapes: [string, (n: number, rng: Rng) => Points][] = [
    [
      'Clifford torus, jittered, in 12-D',
      (n, rng) => embed(cliffordTorus(uniformAngles(n, rng)), 12, 0.02, rng),
    ],
    ['torus R = 2, r = 1', (n, rng) => torusOfRevolution(uniformAngles(n, rng))],
    ['Gaussian cloud in 5-D', (n, rng) => ({ data: normals(5 * n, rng), count: n, dimension: 5 })],
  ];
  return [
    [200, 2],
    [500, 1],
  ].flatMap(([n, maxDim]) =>
    shapes.map(([name, make], i) => ({
      name: `${n} points to H${maxDim}: ${name}`,
      points: make(n!, new Rng(7, 'noise', i)),
      maxDim: maxDim!,
    })),
  );
}

function normals(count: number, rng: Rng): Float64Array {
  return Float64Array.from({ length: count }, () => rng.normal());
}

function uniformAngles(n: number, rng: Rng): Float64Array {
  return Float64Array.from({ length: 2 * n }, () => 2 * Math.PI * rng.uniform());
}

/** Points in a random subspace (Gram–Schmidt of normal vectors), each coordinate moved by normal noise. */
function embed({ data, count, dimension }: Points, into: number, jitter: number, rng: Rng): Points {
  const basis: Float64Array[] = [];
  while (basis.length < dimension) {
    const vector = normals(into, rng);
    for (const other of basis) {
      const along = vector.reduce((sum, x, k) => sum + x * other[k]!, 0);
      vector.forEach((x, k) => (vector[k] = x - along * other[k]!));
    }
    const norm = Math.hypot(...vector);
    basis.push(vector.map((x) => x / norm));
  }
  const out = normals(count * into, rng).map((x) => jitter * x);
  for (let i = 0; i < count; i++) {
    basis.forEach((vector, j) =>
      vector.forEach((x, k) => (out[i * into + k]! += data[i * dimension + j]! * x)),
    );
  }
  return { data: out, count, dimension: into };
}

interface Ripser {
  readonly version: string;
  measure(points: Points, maxDim: number): Promise<{ ms: number; diagrams: Diagrams }>;
  dispose(): void;
}

/** @throws CliffordError UNAVAILABLE saying what to install */
function startRipser(): Ripser {
  const python = process.env['BENCH_PYTHON'] || 'python3';
  let version: string;
  try {
    const print = 'from importlib.metadata import version; import ripser; print(version("ripser"))';
    version = execFileSync(python, ['-c', print], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    throw new CliffordError(
      'UNAVAILABLE',
      `${python} does not import ripser; run "pip install ripser" in a virtual environment and set BENCH_PYTHON to its Python`,
    );
  }
  const child = spawn(python, [fileURLToPath(new URL('topology.py', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const Answer = z.object({ ms: z.number(), diagrams: Diagrams });
  return {
    version,
    async measure({ data, count, dimension }, maxDim) {
      const rows = Array.from({ length: count }, (_, i) => [
        ...data.subarray(i * dimension, (i + 1) * dimension),
      ]);
      child.stdin.write(`${JSON.stringify({ points: rows, maxDim })}\n`);
      const line = await answers.next();
      if (line.done) throw new CliffordError('UNAVAILABLE', 'ripser ended without an answer');
      return Answer.parse(JSON.parse(line.value));
    },
    dispose: () => child.stdin.end(),
  };
}

/** @throws CliffordError INTERNAL if a bar differs */
function compare(name: string, ours: Diagrams, theirs: Diagrams): void {
  const byBirth = (bars: Diagrams[number]) =>
    bars.map(([b, d]) => [b, d ?? Number.MAX_VALUE] as const).sort((p, q) => p[0] - q[0] || p[1] - q[1]);
  ours.forEach((bars, k) => {
    const [p, q] = [byBirth(bars), byBirth(theirs[k]!)];
    const same = p.every(([b, d], i) => {
      const other = q[i];
      return other !== undefined && Math.abs(b - other[0]) < TOLERANCE && Math.abs(d - other[1]) < TOLERANCE;
    });
    if (p.length !== q.length || !same) {
      throw new CliffordError(
        'INTERNAL',
        `${name}: H${k} differs, got ${p.length} bars, ripser has ${q.length}`,
      );
    }
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { pairs: { type: 'string', default: '7' }, only: { type: 'string', default: '' } },
  });
  const pairs = Number(values.pairs);
  if (!Number.isInteger(pairs) || pairs < 1)
    throw invalid(`--pairs: got ${values.pairs}, expected a whole number above 0`);
  const wanted = cases().filter(({ name }) => name.includes(values.only));
  if (wanted.length === 0) throw invalid(`--only: got "${values.only}", expected a part of a case's name`);

  const ripser = startRipser();
  const rows: string[][] = [];
  let slowest = 0;
  for (const { name, points, maxDim } of wanted) {
    const ours = () => {
      const start = performance.now();
      const { diagrams } = persistence(points, { maxDim });
      return { ms: performance.now() - start, diagrams };
    };
    // Both are warm from here on; what ours takes before the compiler knows the code is told, too.
    const first = ours();
    compare(name, first.diagrams, (await ripser.measure(points, maxDim)).diagrams);
    const measured = await measurePairs(
      pairs,
      () => Promise.resolve(ours().ms),
      async () => (await ripser.measure(points, maxDim)).ms,
      'less',
      50,
    );
    const ratios = measured.ratios.map((r) => 1 / r);
    const ratio = 1 / measured.ratio!;
    slowest = Math.max(slowest, ratio);
    rows.push([
      name,
      `${measured.ours.toFixed(0)} ms`,
      `${measured.peer!.toFixed(0)} ms`,
      ratio.toFixed(2),
      `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
      `${first.ms.toFixed(0)} ms`,
    ]);
  }
  ripser.dispose();
  console.log(
    `${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.versions.node}, ripser.py ${ripser.version}, load ${loadavg()[0]!.toFixed(1)}\n`,
  );
  console.log(
    formatTable(
      [['points', 'Clifford', 'ripser.py', 'times', 'of pairs', 'first call'], ...rows],
      [1, 2, 3, 5],
    ),
  );
  console.log(
    `\ntimes: ours over ripser.py's, median of ${pairs} pairs measured in turn; all diagrams agree to ${TOLERANCE}`,
  );
  if (slowest > LIMIT) {
    console.log(`slower than aimed at: ${slowest.toFixed(2)}, expected at most ${LIMIT}`);
    process.exitCode = 1;
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof CliffordError ? error.message : error);
  process.exitCode = 1;
}
