import { existsSync, linkSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../main.ts';
import { analyze, dataFolder } from '../testing/analyze.ts';
import { fakeContext, fakeTerminal, fakeWorkbench } from '../testing/fakes.ts';

let data: ReturnType<typeof dataFolder>;
beforeAll(() => {
  data = dataFolder();
});
afterAll(() => data.remove());
const file: typeof data.file = (...args) => data.file(...args);
const text: typeof data.text = (...args) => data.text(...args);

describe('outputs', () => {
  const rows = [
    [0, 0],
    [1, 0],
    [0, 2],
  ];
  const linked = (link: (from: string, to: string) => void, ending: 'json' | 'npy') => {
    const from = file(rows, ending);
    const to = data.at(`link-${path.basename(from)}`);
    link(from, to);
    return { from, to };
  };
  const same = (from: string) => ({ from, to: from });

  it.each<[string, () => { from: string; to: string }, (from: string, to: string) => string[]]>([
    [
      '--out',
      () => same(file(rows, 'json')),
      (from, to) => ['clusters', '--sites', from, '--cutoff', '1', '--out', to],
    ],
    ['--out', () => linked(symlinkSync, 'json'), (from, to) => ['topology', '--points', from, '--out', to]],
    ['--out', () => linked(linkSync, 'json'), (from, to) => ['pca', '--points', to, '--out', from]],
    ['--scores', () => same(file(rows, 'npy')), (from, to) => ['pca', '--points', from, '--scores', to]],
    [
      '--out',
      () => same(file(rows)),
      (from, to) => ['factorization', '--points', file(rows, 'npy'), '--labels', from, '--out', to],
    ],
    [
      '--figure',
      () => same(text('p.svg', '0,0\n1,0')),
      (from, to) => ['topology', '--points', from, '--format', 'csv', '--figure', to],
    ],
  ])('%s is refused where it would overwrite an input', async (flag, make, args) => {
    const { from, to } = make();
    const before = readFileSync(from);
    const { code, stdout, stderr } = await analyze(...args(from, to));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      new RegExp(`${flag}: got ".*", which is the same file as --(points|labels|sites) ".*"`),
    );
    for (const name of [from, to]) expect(stderr).toContain(JSON.stringify(name));
    expect(readFileSync(from)).toEqual(before);
  });

  it('two outputs are not one file, be it there or not', async () => {
    const out = data.at('both.npy');
    const around = path.join(path.dirname(out), '.', 'x', '..', 'both.npy');
    const { stderr } = await analyze('pca', '--points', file(rows), '--out', out, '--scores', around);
    expect(stderr).toContain(`--scores: got ${JSON.stringify(around)}, which is the same file as --out`);
    expect(existsSync(out)).toBe(false);
  });

  it('replace older outputs', async () => {
    const out = text('old.json', 'old');
    expect((await analyze('pca', '--points', file(rows), '--out', out)).code).toBe(0);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ points: 3 });
  });
});

describe('bad input', () => {
  const good = [
    [0, 0],
    [1, 0],
    [0, 2],
  ];
  const flat = [
    [1, 2],
    [1, 2],
    [1, 2],
  ];

  it.each<[string, () => string[], RegExp]>([
    [
      'one point',
      () => ['topology', '--points', file([[1, 2]])],
      /topology: got 1 point, expected at least 2/,
    ],
    [
      'one point of a PCA',
      () => ['pca', '--points', file([[1, 2]])],
      /pca: got 1 point, expected at least 2/,
    ],
    ['no variance', () => ['pca', '--points', file(flat)], /pca: got 3 points that are all the same/],
    ['points that are one', () => ['topology', '--points', file(flat)], /3 points that are all the same/],
    [
      'a ragged row',
      () => ['pca', '--points', text('r.csv', '1,2\n3')],
      /r\.csv, line 2: got 1 number, expected 2/,
    ],
    ['NaN', () => ['pca', '--points', text('n.csv', '1,2\n3,nan')], /n\.csv, line 2, column 2: got "nan"/],
    [
      'more landmarks than points',
      () => ['topology', '--points', file(good), '--landmarks', '4'],
      /--landmarks: got 4 for the 3 points of .*\.csv, expected at most as many/,
    ],
    [
      'more landmarks than distinct points',
      () => ['topology', '--points', file([...good, ...good]), '--landmarks', '5'],
      /got 3 distinct points among 6, expected at least 5/,
    ],
    [
      'more points than memory allows',
      () => [
        'topology',
        '--points',
        file(Array.from({ length: 400 }, (_, i) => [i % 20, i])),
        '--memory',
        '20',
      ],
      /got 400 points up to H2, .* expected at most 20 MiB: at most \d+ points or landmarks/,
    ],
    [
      'a dimension',
      () => ['topology', '--points', 'p.csv', '--max-dim', '3'],
      /--max-dim: got "3", expected .* 0 to 2/,
    ],
    [
      'labels of another length',
      () => ['factorization', '--points', file(good), '--labels', file(good.slice(1)), '--size', '8'],
      /got 2 labels for the 3 points of .*, expected one for each/,
    ],
    [
      'labels of another length beside topology',
      () => ['topology', '--points', file(good), '--labels', file(good.slice(1)), '--size', '8'],
      /got 2 labels for the 3 points of/,
    ],
    [
      'a period without labels',
      () => ['topology', '--points', file(good), '--size', '8'],
      /--size: got it without --labels/,
    ],
    [
      'an unknown ending',
      () => ['pca', '--points', text('p.xls', '')],
      /got a file of the kind \.xls, expected \.csv/,
    ],
    [
      'both from one pipe',
      () => ['factorization', '--points', '-', '--labels', '-'],
      /standard input for points and labels/,
    ],
    ['no points', () => ['pca'], /required option '--points <file>'/],
    ['an empty path', () => ['pca', '--points', ' '], /--points: got an empty path/],
    [
      'scores elsewhere',
      () => ['pca', '--points', file(good), '--scores', 's.csv'],
      /--scores: got "s\.csv", expected .* \.npy/,
    ],
    [
      'a figure elsewhere',
      () => ['topology', '--points', 'p.csv', '--figure', 'f.pdf'],
      /--figure: got "f\.pdf", expected .* \.svg or \.png/,
    ],
    [
      'sites of three',
      () => ['clusters', '--sites', file([[1, 2, 3]]), '--cutoff', '1'],
      /got 3 columns, expected two, i and j/,
    ],
    [
      'a site twice',
      () => ['clusters', '--sites', file(flat), '--cutoff', '1'],
      /sites\[1\]: got \[1, 2\].*already/,
    ],
    ['no cutoff', () => ['clusters', '--sites', file(good)], /got no --cutoff, expected it, or --sigma/],
    [
      'both ways to link',
      () => ['clusters', '--sites', file(good), '--cutoff', '1', '--sigma', '1'],
      /--cutoff: got it with --sigma or --threshold/,
    ],
    [
      'sites outside of the torus',
      () => ['clusters', '--sites', file(good), '--cutoff', '1', '--periodic', '2'],
      /got \[0, 2\], expected a site of the torus/,
    ],
  ])('%s ends with 2 and one sentence', async (_, args, message) => {
    const { code, stdout, stderr } = await analyze(...args());
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('a missing file ends with 3, and with --json the error is the document', async () => {
    const missing = data.at('missing.csv');
    const { code, stdout } = await analyze('pca', '--points', missing, '--json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'NOT_FOUND', message: `${missing}: no such file` } });
  });

  it('an interrupt ends it with 130, in the midst of a long computation', async () => {
    // To H2 these take seconds, whatever the machine.
    const points = Array.from({ length: 500 }, (_, i) =>
      Array.from({ length: 8 }, (_, k) => Math.sin(1e4 * Math.sin(8 * i + k))),
    );
    const terminal = fakeTerminal();
    const args = ['analyze', 'topology', '--points', file(points), '--memory', '16000', '--json'];
    const ended = main(args, fakeContext(fakeWorkbench(), terminal));
    let over = false;
    void ended.finally(() => (over = true));
    while (!over && !terminal.stderr.includes('measuring'))
      await new Promise((resolve) => setTimeout(resolve, 10));
    process.emit('SIGINT', 'SIGINT');
    expect(await ended).toBe(130);
    expect(JSON.parse(terminal.stdout)).toEqual({
      error: { code: 'CANCELLED', message: 'the topology analysis was stopped before it had a result' },
    });
    expect(process.listenerCount('SIGINT')).toBe(0);
  });
});
