import { describe, expect, it } from 'vitest';
import { CliffordError } from '../../core/base/errors.ts';
import type { RunView } from '../../shared/contract/runs.ts';
import type { Evaluation, RunSummary } from '../../shared/records.ts';
import type { RunSpec } from '../../shared/run-spec.ts';
import { main } from './main.ts';
import { evaluationAt, fakeContext, fakeTerminal, fakeWorkbench, section } from './testing/fakes.ts';

/** `compare`, `fork` and `bundle` with a home of runs that exist in memory only. */

interface FakeRun {
  id: string;
  name?: string;
  spec?: (spec: RunSpec) => RunSpec;
  evaluations?: Evaluation[];
}

function home(...runs: FakeRun[]) {
  const workbench = fakeWorkbench();
  const base = workbench.viewRun('');
  const views = runs.map(({ id, name = id, spec = (s) => s, evaluations = base.evaluations }): RunView => {
    const changed = spec(base.spec);
    const view = { ...base, id, name, spec: changed, seed: changed.seed, evaluations };
    return { ...view, row: { ...base.row, id } };
  });
  const find = (id: string) => views.find((view) => view.id === id)!;
  workbench.viewRun = find;
  workbench.resolveRun = (ref): RunSummary => find(ref);
  workbench.calls.length = 0;
  return workbench;
}

async function run(args: string[], workbench = fakeWorkbench()) {
  const terminal = fakeTerminal();
  const code = await main(args, fakeContext(workbench, terminal));
  return { code, stdout: terminal.stdout, stderr: terminal.stderr, workbench };
}

const seeded = (seed: number) => (spec: RunSpec) => ({ ...spec, seed });
const banded =
  (seed: number) =>
  (spec: RunSpec): RunSpec => ({
    ...spec,
    seed,
    dataset: { ...spec.dataset, heldOut: [{ type: 'band', axis: 'x', range: [7, 9], mode: 'add' }] },
  });
const scored = (both: number): Evaluation[] => [
  { ...evaluationAt(2000, true), sections: [section('overall', 0.9, 0.9, both)] },
];

describe('compare', () => {
  it('shows only the fields that differ, and all of them when asked', async () => {
    const runs = () => home({ id: 'one' }, { id: 'two', spec: banded(0) });
    const { code, stdout } = await run(['compare', 'one', 'two'], runs());
    expect(code).toBe(0);
    expect(stdout).toMatch(/dataset\.heldOut\[0\]\.range +– +\[7,9\]/);
    expect(stdout).not.toContain('model.stem');
    const all = await run(['compare', 'one', 'two', '--all'], runs());
    expect(all.stdout).toMatch(/^\* dataset\.heldOut\[0\]\.range +–/m);
    expect(all.stdout).toMatch(/^ {2}model\.stem +\d+ +\d+/m);
    const same = await run(['compare', 'one', 'two'], home({ id: 'one' }, { id: 'two' }));
    expect(same.stdout).toContain('Specifications: equal in every field.');
  });

  it('pairs runs of one seed across two regions, and averages each side over its seeds', async () => {
    const { stdout } = await run(
      ['compare', 'a0', 'a1', 'a2', 'b0', 'b1', 'b2'],
      home(
        { id: 'a0', spec: seeded(0), evaluations: scored(0.5) },
        { id: 'a1', spec: seeded(1), evaluations: scored(0.61) },
        { id: 'a2', spec: seeded(2), evaluations: scored(0.47) },
        { id: 'b0', spec: banded(0), evaluations: scored(0.62) },
        { id: 'b1', spec: banded(1), evaluations: scored(0.7) },
        { id: 'b2', spec: banded(2), evaluations: scored(0.66) },
      ),
    );
    expect(stdout).toMatch(/section +a0 and 2 more +b0 and 2 more/);
    expect(stdout).toContain(
      'Paired differences: a0 and 2 more against b0 and 2 more (3 pairs, 95 % t interval, at step 2000)',
    );
    // SciPy: mean 0.1333, interval 0.00586 to 0.2608 (shared/compare/accuracy.test.ts).
    expect(stdout).toMatch(/both +0\.53 +0\.66 +\+0\.13 {2}\(\+0\.01 to \+0\.26\)/);
  });

  it('says what cannot be compared instead of leaving it out', async () => {
    const { code, stdout } = await run(
      ['compare', 'one', 'two', 'three'],
      home(
        { id: 'one', spec: seeded(0) },
        { id: 'two', spec: (s) => ({ ...banded(1)(s) }), evaluations: [] },
        { id: 'three', spec: (s) => ({ ...s, dataset: { ...s.dataset, size: 32, heldOut: [] } }) },
      ),
    );
    expect(code).toBe(0);
    expect(stdout).toContain('Not evaluated there: two');
    expect(stdout).toContain('Paired differences: one against two\n\nNone: no seed is on both sides.');
    expect(stdout).toContain('Without a partner of the same seed: one, two');
    expect(stdout).toContain('three: the frames differ: 16 px against 32 px');
  });

  it('tells runs of one name apart by their ids', async () => {
    const { stdout } = await run(
      ['compare', 'one', 'two'],
      home({ id: 'one', name: 'n' }, { id: 'two', name: 'n' }),
    );
    expect(stdout).toMatch(/n one \(step \d+\) +copying +n two \(step/);
  });

  it('gives the same as one JSON document, with what a field lacks told apart from null', async () => {
    const { stdout } = await run(
      ['compare', 'one', 'two', '--json'],
      home({ id: 'one' }, { id: 'two', spec: banded(0) }),
    );
    const document = JSON.parse(stdout) as Record<string, unknown>;
    expect(document).toMatchObject({
      runs: [{ id: 'one' }, { id: 'two' }],
      groups: [['one'], ['two']],
      paired: [{ pairs: [['one', 'two']], unpaired: [], cautions: [] }],
      // The cross 7–9 leaves 256 − 2·3·16 + 9 labels; the band holds out its vertical half of 48.
      regions: [
        { run: 'two', comparable: true, heldOut: { onlyFirst: 39, onlySecond: 0, both: 48, xor: 39 } },
      ],
    });
    expect(document['specification']).toContainEqual({
      path: 'dataset.heldOut[0].axis',
      values: [null, 'x'],
      absent: ['one'],
      differs: true,
    });
    expect(stdout).not.toContain('codes');
  });

  it.each([
    [['compare', 'one'], /got 1 run, expected 2 to 50/],
    [['compare', 'one', 'one'], /got run one twice/],
    [['compare'], /missing required argument 'runs'/],
  ])('%j is a mistake', async (args, message) => {
    const { code, stderr } = await run(args, home({ id: 'one' }));
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('fork', () => {
  const created = (workbench: ReturnType<typeof fakeWorkbench>) =>
    workbench.calls.find(([name]) => name === 'createRun')?.[1] as { spec: RunSpec; parent: string };

  it('records the run’s specification with the layers given, under the same seed, and trains it', async () => {
    const { code, stderr, workbench } = await run([
      ...['fork', 'latest', '--hold-out', 'interior,width=8', '--hold-out', 'band,axis=x,range=7:8,mode=cut'],
      ...['--lesion', 'lesion,width=2', '--set', 'training.steps=900', '--tag', 't'],
    ]);
    expect(code).toBe(0);
    const { spec: before } = workbench.run;
    const { spec, parent } = created(workbench);
    expect(parent).toBe(workbench.run.id);
    expect(spec).toEqual({
      ...before,
      training: { ...before.training, steps: 900 },
      dataset: {
        ...before.dataset,
        heldOut: [
          { type: 'interior', width: 8, mode: 'add' },
          { type: 'band', axis: 'x', range: [7, 8], mode: 'cut' },
        ],
        lesion: [{ type: 'lesion', width: 2, axis: 'x', mode: 'add' }],
      },
    });
    expect(created(workbench)).toMatchObject({ preset: 'quick', tags: ['t'] });
    expect(workbench.calls.map(([name]) => name)).toContain('train');
    expect(stderr).toContain('forked from 0a1b2c3d4e (quick-calm-otter):\n');
    expect(stderr).toMatch(/training\.steps: \d+ → 900\n/);
  });

  it('waits in the queue when asked', async () => {
    const { code, stdout, workbench } = await run([
      'fork',
      'latest',
      '--hold-out',
      'none',
      '--queue',
      '--json',
    ]);
    expect(code).toBe(0);
    expect(created(workbench).spec.dataset.heldOut).toEqual([]);
    expect(workbench.calls).toContainEqual(['enqueue', workbench.run.id, 'back']);
    expect(workbench.calls.map(([name]) => name)).not.toContain('train');
    expect(JSON.parse(stdout)).toMatchObject({ parent: workbench.run.id, run: { id: workbench.run.id } });
  });

  it.each([
    [['--set', 'seed=5'], /got 5, expected 0: a fork keeps the seed/],
    [[], /unchanged.*expected a change by --hold-out, --lesion or --set/],
    [['--set', 'seed=0'], /unchanged/],
    [['--hold-out', 'interior,width=16'], /training set is empty/],
    [['--hold-out', 'rectangle,x=40:50,y=1:2'], /lies outside the label space/],
    [['--set', 'training.stesp=1'], /did you mean "steps"/],
    [['--seed', '3', '--lesion', 'none'], /unknown option '--seed'/],
  ])('%j is a mistake and records nothing', async (args, message) => {
    const { code, stderr, workbench } = await run(['fork', 'latest', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(created(workbench)).toBeUndefined();
  });
});

describe('bundle', () => {
  it.each([
    [['bundle', 'export', 'latest'], /--out/],
    [
      ['bundle', 'export', 'latest', '--out', 'run.zip'],
      /got "run.zip", expected a file that ends in .clifford/,
    ],
    [
      ['bundle', 'export', 'latest', '--out', 'r.clifford', '--checkpoints', 'some'],
      /Allowed choices are none, last, all/,
    ],
    [['bundle', 'import'], /missing required argument 'file'/],
  ])('%j is a mistake', async (args, message) => {
    const { code, stderr, workbench } = await run(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(workbench.calls.map(([name]) => name)).not.toContain('exportBundle');
  });

  it('says of a run that is here already that nothing was changed', async () => {
    const workbench = fakeWorkbench();
    workbench.importBundle = () => Promise.resolve({ runId: workbench.run.id, name: 'n', existed: true });
    const { code, stdout } = await run(['bundle', 'import', 'x.clifford'], workbench);
    expect(code).toBe(0);
    expect(stdout).toBe('Run 0a1b2c3d4e (n) is here already; nothing was changed.\n');
  });

  it('is cancelled by an interrupt and ends with 130', async () => {
    const workbench = fakeWorkbench();
    workbench.importBundle = (_, { signal } = {}) =>
      new Promise((_, reject) => {
        signal!.addEventListener('abort', () => reject(new CliffordError('CANCELLED', 'was cancelled')));
        process.emit('SIGINT', 'SIGINT');
      });
    const { code, stderr } = await run(['bundle', 'import', 'x.clifford'], workbench);
    expect(code).toBe(130);
    expect(stderr).toBe('Stopping …\nclifford: was cancelled\n');
    expect(process.listenerCount('SIGINT')).toBe(0);
  });
});

it('every new command explains itself with an example', async () => {
  for (const command of [['fork'], ['compare'], ['bundle', 'export'], ['bundle', 'import']]) {
    const { code, stdout } = await run([...command, '--help']);
    expect(code).toBe(0);
    expect(stdout, command.join(' ')).toMatch(/Examples?:\n/);
    expect(stdout, command.join(' ')).toContain('--json');
  }
});
