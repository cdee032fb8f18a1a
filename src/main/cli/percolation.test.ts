import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { siteLattice } from '../../core/metrics/percolation/lattice.ts';
import { percolationCurve } from '../../core/metrics/percolation/curve.ts';
import { lambdaGrid, parseLambdas } from './lambdas.ts';
import { main } from './main.ts';
import { fakeContext, fakeTerminal, fakeWorkbench } from './testing/fakes.ts';

async function run(args: string) {
  const terminal = fakeTerminal();
  const code = await main(['percolation', ...args.split(' ')], fakeContext(fakeWorkbench(), terminal));
  return { code, stdout: terminal.stdout, stderr: terminal.stderr };
}

const BASE = '--size 16 --spacing 1 --sigma 1';

describe('clifford percolation', () => {
  it('prints the curve of the core as one JSON document', async () => {
    const { code, stdout } = await run(
      `${BASE} --sigma 0.5 --threshold 0.05 --lambda 0.1:0.5:0.1 --seeds 3 --seed 7 --json`,
    );
    expect(code).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ size: 16, spacing: 1, periodic: false, sites: 256, seeds: 3, seed: 7 });
    const lambdas = [0.1, 0.2, 0.3, 0.4, 0.5];
    const expected = [1, 0.5].map((sigma) =>
      percolationCurve(siteLattice(16, 1), { sigma, threshold: 0.05, lambdas, seeds: 3, seed: 7 }),
    );
    expect(document.curves).toEqual(expected);
  });

  it('prints CSV by default, with λ_c beside it on stderr', async () => {
    const { stdout, stderr } = await run(`${BASE} --lambda 0.01,0.5 --seeds 2 --periodic`);
    const [header, ...rows] = stdout
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));
    expect(header!.slice(0, 5)).toEqual(['sigma', 'threshold', 'lambda', 'occupied', 'mass_ratio']);
    expect(rows.map((row) => row.slice(0, 4))).toEqual([
      ['1', '0.005', '0.01', '3'],
      ['1', '0.005', '0.5', '128'],
    ]);
    expect(rows[1]![4]).toBe('1');
    expect(rows.every((row) => row.length === header!.length)).toBe(true);
    expect(stderr).toMatch(/λ_c.*\n.*4\.604 +68/);
  });

  it('says which λ keep less than one site, which is computed', async () => {
    const text = await run(`${BASE} --lambda 0.001,0.0038,0.5 --seeds 1`);
    // One of 256 sites is λ = 0.00390625.
    const note =
      '--lambda: 2 values of λ, from 0.001 to 0.0038, keep less than one of the 256 sites and were computed with one; ' +
      'one site is λ 0.003906';
    expect(text.stderr).toContain(`${note}\n`);
    const json = await run(`${BASE} --lambda 0.001,0.0038,0.5 --seeds 1 --json`);
    expect(json.stderr).toBe('');
    expect(JSON.parse(json.stdout).notes).toEqual([note]);
    expect((await run(`${BASE} --lambda 0.001 --seeds 1`)).stderr).toContain('λ 0.001 keeps less than one');
    // A side of 49: 1/2401 times 2401 is not 1 in floating point.
    for (const size of [16, 49]) {
      const all = await run(`--size ${size} --spacing 1 --sigma 1 --seeds 1 --json`);
      expect(JSON.parse(all.stdout).notes).toEqual([]);
    }
  });

  it('spans one site to all by default', async () => {
    const { curves } = JSON.parse((await run(`${BASE} --seeds 1 --json`)).stdout);
    expect(curves[0].points[0]).toMatchObject({ occupied: 1, massRatio: { mean: 1, sd: null } });
    expect(curves[0].points.at(-1)).toMatchObject({ lambda: 1, occupied: 256 });
  });

  it('writes the file whose ending says the form', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clifford-test-'));
    try {
      const csv = join(folder, 'curve.csv');
      const told = await run(`${BASE} --seeds 2 --out ${csv}`);
      expect(told.stdout.trimEnd().endsWith(csv)).toBe(true);
      expect(readFileSync(csv, 'utf8')).toBe((await run(`${BASE} --seeds 2`)).stdout);
      const json = join(folder, 'curve.json');
      const document = JSON.parse((await run(`${BASE} --seeds 2 --json --out ${json}`)).stdout);
      expect(document.files).toEqual([json]);
      expect(JSON.parse(readFileSync(json, 'utf8')).curves).toEqual(document.curves);
      const bad = join(folder, 'curve.txt');
      expect((await run(`${BASE} --out ${bad}`)).stderr).toMatch(/--out: .* \.json or \.csv/);
      expect(existsSync(bad)).toBe(false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ['--size 16 --spacing 1', /--sigma/],
    ['--size 16 --spacing 0 --sigma 1', /spacing: got 0, expected a distance above 0/],
    ['--size 16 --spacing 1 --sigma 0', /sigma: got 0/],
    ['--size 16 --spacing 1 --sigma wide', /--sigma: got "wide", expected a number/],
    ['--size 1.5 --spacing 1 --sigma 1', /--size: got "1.5", expected a whole number/],
    [`${BASE} --sigma 1`, /--sigma: got 1 twice/],
    [`${BASE} --threshold 0`, /threshold: got 0/],
    [`${BASE} --lambda 0:1:0.1`, /--lambda: got "0:1:0.1", expected fractions above 0 and at most 1/],
    [`${BASE} --lambda 0.5:1.5:0.1`, /--lambda: .* at most 1/],
    [`${BASE} --lambda 0.5:0.1:0.1`, /--lambda: .* first fraction below the last/],
    [`${BASE} --lambda 0.1:1:0`, /--lambda: .* a step above 0/],
    [`${BASE} --lambda 0.1:1:1@log`, /--lambda: .* 2 to 100000 fractions/],
    [`${BASE} --lambda 0.1:1`, /--lambda: .* a:b:step/],
    [`${BASE} --lambda 0.1:1:1e-9`, /--lambda: .* at most 100000/],
    [`${BASE} --seeds 0`, /--seeds: got "0"/],
    ['--size 32 --spacing 0.3 --sigma 1 --periodic', /goes 106.667 times around/],
    [
      '--size 32 --spacing 0.001 --sigma 1',
      /gives 1,024,000,000 sites .* at most 16,777,216, as with a spacing of 0.0079/,
    ],
    [`${BASE} --json --csv`, /got --json and --csv/],
  ])('%s ends with 2 and one sentence', async (args, message) => {
    const { code, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('parseLambdas', () => {
  it.each([
    ['0.1:0.3:0.1', [0.1, 0.2, 0.3]], // 0.30000000000000004 would be accumulation
    ['0.1:0.35:0.1', [0.1, 0.2, 0.3]],
    ['0.5', [0.5]],
    ['1e-3, .5', [0.001, 0.5]],
  ])('%s is %j', (text, values) => expect(parseLambdas(text)).toEqual(values));

  it('spaces a logarithmic grid evenly, with exact ends', () => {
    const grid = parseLambdas('1e-4:1:9@log');
    expect(grid).toEqual(lambdaGrid(1e-4, 1, 9));
    expect([grid[0], grid[8]]).toEqual([1e-4, 1]);
    for (let i = 1; i < 9; i++) expect(grid[i]! / grid[i - 1]!).toBeCloseTo(Math.sqrt(10), 10);
  });

  it.each(['', 'a', '0.2,0.1', '1:2:3:4', '0.1:1:x', '-0.1', '0x1'])('refuses %j', (text) => {
    expect(() => parseLambdas(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});
