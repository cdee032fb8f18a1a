import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CliffordError, invalid } from '../../../core/base/errors.ts';
import type { AnalysisKind, AnalysisResult, RepresentationSpec } from '../../../shared/analysis.ts';
import type { AnalyzeOptions } from '../../workbench/api.ts';
import { temporaryFolder } from '../../workbench/testing/home.ts';
import { main } from '../main.ts';
import { fakeContext, fakeTerminal, fakeWorkbench } from '../testing/fakes.ts';

/** `analyze <run>` over a service that answers at once. */

const cosines = { mean: 0, sd: 1, count: 1, excluded: 0, histogram: [] };
const empty = { dtype: 'float32' as const, shape: [0], base64: '' };

const ANSWERS: Readonly<Record<AnalysisKind, AnalysisResult>> = {
  pca: {
    kind: 'pca',
    result: {
      ...{
        method: 'exact',
        points: 4,
        dimension: 8,
        explainedVariance: [3, 1],
        explainedVarianceRatio: [0.75, 0.25],
      },
      ...{ totalVariance: 4, participationRatio: 1.6, top4: 1, scores: empty },
    },
  },
  umap: { kind: 'umap', result: { neighbors: 2, minDist: 0, seed: 0, embedding: empty } },
  topology: {
    kind: 'topology',
    result: {
      ...{ points: 4, landmarks: 4, landmarkIndices: null, coveringRadius: 0, enclosingRadius: 2, maxDim: 2 },
      ...{
        diagrams: [
          [[0, null]],
          [
            [0.5, 1.75],
            [0.5, 1.25],
          ],
          [],
        ],
        ideals: [],
      },
    },
  },
  factorization: {
    kind: 'factorization',
    result: {
      ...{ draws: 10, seed: 0, bestTorus: 'x', score: 0.875, definition: '' },
      tests: [
        {
          ...{ test: 'parallelism-x', model: cosines, clifford: cosines, torusX: cosines, torusY: cosines },
          distance: { clifford: 0, torusX: 1, torusY: 1 },
        },
      ],
    },
  },
  similarity: {
    kind: 'similarity',
    result: {
      measure: 'cosine',
      labels: [],
      order: 'x-then-y',
      matrix: empty,
      factorized: empty,
      additiveShare: 1,
    },
  },
  decoding: {
    kind: 'decoding',
    result: {
      penalty: 1e-3,
      targets: [
        {
          feature: 'x',
          scores: [
            { on: 'seen', labels: 9, r2: 1 },
            { on: 'folds', labels: 9, r2: 0.5 },
          ],
        },
        { feature: 'y', scores: [{ on: 'folds', labels: 9, r2: null }] },
      ],
    },
  },
};

const DEFAULTS: RepresentationSpec = {
  ...{
    tap: 'down3',
    network: 'trained',
    weights: 'auto',
    mode: 'clean',
    timestep: 100,
    seed: 0,
    perAxis: null,
  },
};

async function run(args: string[], refuse: (options: AnalyzeOptions) => CliffordError | null = () => null) {
  const workbench = fakeWorkbench();
  const asked: AnalyzeOptions[] = [];
  workbench.analysisOptions = () => ({ steps: [0, 2000], taps: [], timesteps: 1000, defaults: DEFAULTS });
  workbench.analyze = (runId, options) => {
    asked.push(options);
    const error = refuse(options);
    if (error) return Promise.reject(error);
    options.onNotice?.('a notice');
    const { representation, request } = options;
    const record = {
      ...{ runId, step: options.step ?? 2000, representation, request, labels: [], sections: [] },
      ...{ dimension: 8, shape: [8], seconds: 1, answer: ANSWERS[request.kind] },
    };
    return Promise.resolve({ record, stored: false });
  };
  const terminal = fakeTerminal();
  const code = await main(['analyze', 'latest', ...args], fakeContext(workbench, terminal));
  return { code, asked, stdout: terminal.stdout, stderr: terminal.stderr };
}

test('prints one line of the numbers that the claims rest on', async () => {
  const { code, stdout, stderr, asked } = await run([]);
  expect(code).toBe(0);
  expect(asked.map((a) => a.request.kind)).toEqual(['pca', 'topology', 'factorization', 'decoding']);
  expect(stdout).toContain('at step 2000: down3, clean, timestep 100, all labels');
  // Participation ratio, top 4, two H₁ bars, no H₂ bar, score, R² of x on folds, none of y.
  expect(stdout).toMatch(/^trained +1\.600 +100\.0 % +1\.25 0\.75 +– +0\.875 +0\.500 +–$/m);
  expect(stderr.match(/a notice/g)).toHaveLength(1);
});

test('--all asks every question of the network and of both controls', async () => {
  const { stdout, asked } = await run(['--all']);
  expect(stdout).toMatch(/score +additive +R² x/);
  expect(stdout.match(/^(trained|untrained|conditioning alone) +1\.600/gm)).toHaveLength(3);
  const asks = new Set(asked.map(({ representation: r }) => `${r.network} ${r.tap}`));
  expect([...asks]).toEqual(['trained down3', 'untrained down3', 'trained conditioning']);
  expect(asked).toHaveLength(18);
});

test('shows columns of what was measured only', async () => {
  const { stdout } = await run(['--kind', 'decoding']);
  expect(stdout).toMatch(/^ +R² x +R² y\ntrained +0\.500 +–$/m);
  expect((await run(['--kind', 'umap'])).stdout).toContain('--json or --out has the answer');
});

test('passes on what is asked', async () => {
  const args =
    '--kind topology,pca --step 7 --tap stem --mode fixed-noise --timestep 3 --seed 2 --per-axis 4';
  const { asked } = await run([...args.split(' '), '--landmarks', '20', '--threads', '2']);
  expect(asked).toMatchObject([
    { request: { kind: 'pca' } },
    { request: { kind: 'topology', landmarks: 20 } },
  ]);
  expect(asked[0]).toMatchObject({
    ...{ step: 7, threads: 2 },
    representation: {
      ...{ tap: 'stem', network: 'trained', mode: 'fixed-noise', timestep: 3, seed: 2, perAxis: 4 },
    },
  });
});

test('the untrained network is asked for, and has no other step', async () => {
  const { asked } = await run(['--kind', 'pca', '--untrained']);
  expect(asked[0]).toMatchObject({ step: null, representation: { network: 'untrained' } });
  const { stderr } = await run(['--kind', 'pca', '--untrained', '--step', '7']);
  expect(stderr).toContain('--step: got 7 with --untrained');
});

test('the document and the files hold the answers', async () => {
  const out = join(temporaryFolder(), 'answers');
  const { stdout } = await run(['--kind', 'pca', '--json', '--out', out]);
  const file = join(out, 'trained-pca.json');
  expect(JSON.parse(stdout)).toMatchObject({
    run: '0a1b2c3d4e',
    representation: DEFAULTS,
    analyses: [
      { subject: 'trained', kind: 'pca', step: 2000, stored: false, answer: { participationRatio: 1.6 } },
    ],
    files: [file],
  });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ answer: { kind: 'pca' } });
});

test('a measurement that cannot be made does not stop the others, and is told', async () => {
  const noTopology = ({ request }: AnalyzeOptions) =>
    request.kind === 'topology' ? invalid('topology: got 3 distinct points') : null;
  const { code, stdout, stderr } = await run([], noTopology);
  expect(code).toBe(0);
  expect(stderr).toContain('trained (topology): topology: got 3 distinct points');
  expect(stdout).toMatch(/^trained +1\.600 +100\.0 % +– +– +0\.875/m);
  const json = await run(['--json', '--kind', 'pca,topology'], noTopology);
  expect(JSON.parse(json.stdout)).toMatchObject({
    analyses: [{ kind: 'pca' }, { kind: 'topology', error: { code: 'INVALID_INPUT' } }],
  });
});

test('a reason that several measurements are refused for is told once, with their names', async () => {
  const refuse = ({ request, representation: { tap } }: AnalyzeOptions) => {
    if (tap === 'conditioning') return invalid('tap: got "conditioning"');
    return request.kind === 'pca' ? null : invalid('topology: got 3 distinct points');
  };
  const some = await run(['--all', '--kind', 'pca,topology,decoding'], refuse);
  expect(some.code).toBe(0);
  expect(some.stderr.split('\n').filter((line) => line.includes('got'))).toEqual([
    'trained (topology, decoding), untrained (topology, decoding): topology: got 3 distinct points',
    'conditioning (pca, topology, decoding): tap: got "conditioning"',
  ]);
  const none = await run(['--tap', 'x'], () => invalid('tap: got "x", expected stem'));
  expect(none).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'clifford: trained (pca, topology, factorization, decoding): tap: got "x", expected stem\n',
  });
});

test('fails when nothing can be measured, or when the trouble is not in the data', async () => {
  const out = join(temporaryFolder(), 'answers');
  const sole = await run(['--kind', 'pca', '--out', out], () => invalid('tap: got "x"'));
  expect(sole).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('tap: got "x"') });
  expect(existsSync(out)).toBe(false);
  expect((await run([], () => invalid('no variance'))).code).toBe(2);
  const full = await run(['--all'], () => new CliffordError('STORAGE', 'the disk is full'));
  expect(full.asked).toHaveLength(1);
  expect(full.stderr).toContain('the disk is full');
});

test('without a run, --json gets its one document', async () => {
  const terminal = fakeTerminal();
  expect(await main(['analyze', '--json'], fakeContext(fakeWorkbench(), terminal))).toBe(2);
  expect(JSON.parse(terminal.stdout)).toEqual({
    error: {
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/got no run.* topology, pca, factorization/),
    },
  });
});

test.for([
  [['topolgy', '--points', 'p.csv'], 2, /got "topolgy" \(did you mean "topology"\?\).*'--points'/],
  [['topolgy', '--points', 'p.csv', '--json'], 2, /did you mean "topology"/],
  [['pcaa', 'p.csv'], 2, /did you mean "pca"/],
  // Runs of such names there may be.
  [['cluster'], 3, /no run "cluster" .*\(did you mean "clusters"\?\)/],
  [['my-run'], 3, /no run "my-run" in home \/home\n$/],
  [['latest', '--points', 'p.csv'], 2, /^clifford: unknown option '--points'/],
  [
    ['topology', '--points', 'p.csv', '--max-dmi', '1'],
    2,
    /^clifford: unknown option '--max-dmi' .*--max-dim/,
  ],
] as const)('suggests the subcommand that was meant: %j', async ([args, expected, message]) => {
  const workbench = fakeWorkbench();
  workbench.resolveRun = (ref) => {
    throw new CliffordError('NOT_FOUND', `no run "${ref}" in home /home`);
  };
  const terminal = fakeTerminal();
  expect(await main(['analyze', ...args], fakeContext(workbench, terminal))).toBe(expected);
  expect(terminal.stderr).toMatch(message);
});

test.for([
  [['--kind', 'tsne'], /--kind: got "tsne", expected some of pca, umap/],
  [['--all', '--untrained'], /--untrained: got it with --all/],
  [['--mode', 'noisy'], /Allowed choices are clean, fixed-noise, trajectory/],
] as const)('refuses %j', async ([args, message]) => {
  const { code, stderr, asked } = await run([...args]);
  expect([code, asked]).toEqual([2, []]);
  expect(stderr).toMatch(message);
});
