import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliffordError, ERROR_CODES } from '../../core/base/errors.ts';
import { readPng } from '../../files/testing/png.ts';
import type { RunSpec } from '../../shared/run-spec.ts';
import { loadPreset } from '../presets/presets.ts';
import { doctorText } from './commands/doctor.ts';
import { EXIT_CODE_HELP, EXIT_CODES, exitCodeOfState } from './exit-codes.ts';
import { main } from './main.ts';
import {
  addEvaluationFiles,
  evaluationAt,
  fakeContext,
  fakeTerminal,
  fakeWorkbench,
} from './testing/fakes.ts';

async function run(args: string[], workbench = fakeWorkbench()) {
  const terminal = fakeTerminal();
  const code = await main(args, fakeContext(workbench, terminal));
  return { code, stdout: terminal.stdout, stderr: terminal.stderr, workbench };
}

/** Arguments that a fake's method was last called with. */
function lastCall(workbench: ReturnType<typeof fakeWorkbench>, name: string): unknown[] {
  const call = workbench.calls.findLast(([method]) => method === name);
  expect(call, `${name} was called`).toBeDefined();
  return call!.slice(1);
}

describe('usage', () => {
  it.each([
    [['trian', 'quick'], /unknown command 'trian'.*train/],
    [['train'], /missing required argument 'spec'/],
    [['train', 'quick', '--sede', '1'], /unknown option '--sede'.*--seed/],
    [['train', 'quick', '--seed', '-1'], /--seed: got "-1", expected a whole number of at least 0/],
    [['train', 'quick', '--steps', '1.5'], /--steps: got "1.5", expected a whole number of at least 1/],
    [['train', 'quick', '--engine', 'abacus'], /abacus.* onnxruntime-cpu; "clifford help"/],
    [['train', 'quick', '--set', 'training.stesp=1'], /did you mean "steps"/],
    [['train', 'quick', '--set', 'dataset.size=20'], /divisible by 8, got 20/],
    [['train', 'quick', '--set', 'training.steps=100'], /warmupSteps: got 200, expected fewer than/],
    [['sample', 'latest', '--x', '8', '--y', '8'], /--out/],
    [['sample', 'latest', '--x', 'eight', '--y', '8', '--out', 'o'], /--x: got "eight"/],
    [['sample', 'latest', '--x', '40', '--y', '8', '--out', 'o'], /label space, from 0 to below 16/],
    [
      ['sample', 'latest', '--x', '8', '--y', '8', '--sampling-steps', '5000', '--out', 'o'],
      /at most the model's 1000/,
    ],
    [['runs', 'tag', 'latest'], /got no tag/],
    [['export', 'latest', '--out', 'model.pt'], /ends in .onnx/],
  ])('%j ends with 2 and one sentence, and changes nothing', async (args, message) => {
    const { code, stdout, stderr, workbench } = await run(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(
      workbench.calls.map(([name]) => name).filter((name) => !/^(resolveRun|showRun)$/.test(name)),
    ).toEqual([]);
  });

  it.each([
    ['train', 'quick', '--json', '--seed', 'x'],
    ['runs', 'show', '--json'],
  ])('with --json an error is the one document on stdout: %j', async (...args) => {
    const { code, stdout } = await run(args);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'INVALID_INPUT', message: expect.any(String) } });
  });

  it('explains every command with an example', async () => {
    const top = await run(['--help']);
    expect(top.code).toBe(0);
    const commands = [...top.stdout.matchAll(/^ {2}([a-z]+)(?: \[options\])?(?: [<[]\w+[>\]])? {2,}/gm)].map(
      (m) => m[1]!,
    );
    expect(commands).toEqual(
      expect.arrayContaining([
        ...['quickstart', 'train', 'resume', 'stop', 'runs', 'sample', 'analyze', 'percolation'],
      ]),
    );
    const nested = ['list', 'show', 'tag', 'note', 'rm', 'restore', 'purge', 'prune'].map((name) => [
      'runs',
      name,
    ]);
    const simple = ['quickstart', 'train', 'resume', 'stop', 'sample', 'evaluate', 'export', 'doctor'].map(
      (name) => [name],
    );
    const analyze = ['topology', 'pca', 'factorization', 'clusters'].map((name) => ['analyze', name]);
    const others = [['analyze'], ...analyze, ['percolation'], ['preset', 'show'], ['dataset', 'preview']];
    for (const command of [...simple, ...nested, ...others]) {
      const { code, stdout } = await run([...command, '--help']);
      expect(code).toBe(0);
      expect(stdout, command.join(' ')).toMatch(/Examples?:\n/);
      expect(stdout, command.join(' ')).toContain('--json');
    }
  });
});

describe('what happens to the process', () => {
  it('an interrupt before the command listens ends it with 130 and one document', async () => {
    const terminal = fakeTerminal();
    const context = { terminal, openWorkbench: () => new Promise<never>(() => {}) }; // a slow disk
    const ended = main(['train', 'quick', '--json'], context);
    process.emit('SIGINT', 'SIGINT');
    expect(await ended).toBe(130);
    expect(JSON.parse(terminal.stdout)).toEqual({
      error: { code: 'CANCELLED', message: expect.stringContaining('SIGINT') },
    });
    expect(terminal.stderr.trim().split('\n')).toHaveLength(1);
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  it('output that could not be written ends with 6, a failed command with its own code', async () => {
    const terminal = fakeTerminal();
    terminal.flushed = () => Promise.reject(new CliffordError('STORAGE', 'standard output: got no room'));
    const context = fakeContext(fakeWorkbench(), terminal);
    expect(await main(['runs', 'list', '--json'], context)).toBe(6);
    expect(terminal.stderr).toBe('clifford: standard output: got no room\n');
    expect(await main(['trian'], context)).toBe(2);
  });
});

describe('exit codes', () => {
  it.each(ERROR_CODES)('%s has the code that the help documents', (code) => {
    expect(EXIT_CODE_HELP).toMatch(new RegExp(`^ {2}${EXIT_CODES[code]} `, 'm'));
  });

  it('comes from the error that the service throws', async () => {
    for (const code of ERROR_CODES) {
      const workbench = fakeWorkbench();
      workbench.resolveRun = () => {
        throw new CliffordError(code, 'no');
      };
      expect((await run(['runs', 'show', 'x'], workbench)).code).toBe(EXIT_CODES[code]);
      expect(workbench.closed).toBe(true);
    }
  });

  it('tells a finished, stopped and failed training apart', () => {
    expect(exitCodeOfState('finished', null)).toBe(0);
    expect(exitCodeOfState('stopped', null)).toBe(130);
    expect(exitCodeOfState('failed', { code: 'NON_FINITE' })).toBe(7);
    expect(exitCodeOfState('failed', { code: 'STORAGE' })).toBe(6);
    // Ended without a reason, or by a bug in the engine: still a training that failed, never 0.
    expect(exitCodeOfState('interrupted', null)).toBe(7);
    expect(exitCodeOfState('failed', { code: 'INTERNAL' })).toBe(7);
  });
});

describe('train', () => {
  it('records the specification with the changes of the command line', async () => {
    const { code, workbench } = await run([
      'train',
      'quick',
      '--seed',
      '3',
      '--steps',
      '9',
      '--name',
      'n',
      '--tag',
      'a',
      '--tag',
      'b',
    ]);
    expect(code).toBe(0);
    expect(lastCall(workbench, 'createRun')).toEqual([
      expect.objectContaining({
        // 200 of 2,000 steps of warm-up.
        name: 'n',
        preset: 'quick',
        tags: ['a', 'b'],
        spec: expect.objectContaining({
          seed: 3,
          training: expect.objectContaining({ steps: 9, rate: expect.objectContaining({ warmupSteps: 1 }) }),
        }),
      }),
    ]);
  });

  it('prints one JSON document on stdout and everything else on stderr', async () => {
    const workbench = fakeWorkbench(async ({ onEvent }) => {
      onEvent?.({ type: 'evaluation', evaluation: evaluationAt(500) });
      return 'finished';
    });
    const { stdout, stderr } = await run(['train', 'quick', '--json'], workbench);
    expect(JSON.parse(stdout)).toEqual({
      run: expect.objectContaining({ id: '0a1b2c3d4e', state: 'finished' }),
      weights: 'abc123',
      evaluation: expect.objectContaining({ step: workbench.run.steps, final: true }),
      files: {
        folder: '/home/runs/0a1b2c3d4e',
        picture: '/home/runs/0a1b2c3d4e/pictures/step-2000.png',
        model: '/home/runs/0a1b2c3d4e/model.onnx',
      },
    });
    expect(stderr).toContain('step 500: accuracy (x/y/both) overall 0.61/0.66/0.52 · in-distribution');
  });

  it('ends with 7 and the reason when training fails', async () => {
    const workbench = fakeWorkbench(() => Promise.resolve('failed'));
    workbench.run.reason = { code: 'NON_FINITE', message: 'the loss became NaN at step 12' };
    const { code, stderr } = await run(['train', 'quick'], workbench);
    expect(code).toBe(7);
    expect(stderr).toContain('the loss became NaN at step 12');
  });

  it('that finds another one training says what became of its own run', async () => {
    const workbench = fakeWorkbench(() => {
      throw new CliffordError('CONFLICT', 'home /home is training run abc in process 7');
    });
    workbench.run.state = 'queued';
    const { code, stderr } = await run(['train', 'quick'], workbench);
    expect(code).toBe(4);
    expect(stderr).toContain(
      'clifford: home /home is training run abc in process 7; run 0a1b2c3d4e (quick-calm-otter) is queued, ' +
        '"clifford resume 0a1b2c3d4e" starts it then\n',
    );
  });

  it('stops at the first interrupt with 130 and kills at the second', async () => {
    const seen: string[] = [];
    const workbench = fakeWorkbench(async ({ signal, kill }) => {
      signal!.addEventListener('abort', () => seen.push('stop'));
      kill!.addEventListener('abort', () => seen.push('kill'));
      process.emit('SIGINT', 'SIGINT');
      process.emit('SIGINT', 'SIGINT'); // the launcher's copy of the same key
      await new Promise((resolve) => setTimeout(resolve, 450));
      process.emit('SIGINT', 'SIGINT');
      return 'stopped';
    });
    const { code, stdout } = await run(['train', 'quick'], workbench);
    expect(seen).toEqual(['stop', 'kill']);
    expect(code).toBe(130);
    expect(stdout).toContain('Go on with: clifford resume 0a1b2c3d4e');
    expect(process.listenerCount('SIGINT')).toBe(0);
  });
});

describe('evaluate', () => {
  it('says on stderr whose model it used, and nothing but the result on stdout', async () => {
    const workbench = fakeWorkbench();
    workbench.evaluate = (_, { onNotice }) => {
      onNotice?.('using the model of step 10');
      return Promise.resolve(evaluationAt(10));
    };
    const { stdout, stderr } = await run(['evaluate', 'latest', '--json'], workbench);
    expect(stderr).toBe('using the model of step 10\n');
    expect(JSON.parse(stdout)).toMatchObject({ evaluation: { step: 10 } });
  });
});

describe('doctor', () => {
  it('prints what the service finds, and ends with 5 when training does not work', async () => {
    const home = mkdtempSync(join(tmpdir(), 'clifford-doctor-'));
    const fine = await run(['doctor', '--json', '--home', home]);
    expect(fine.code, fine.stdout).toBe(0);
    expect(JSON.parse(fine.stdout)).toMatchObject({ works: true, version: expect.any(String) });
    writeFileSync(join(home, 'file'), '');
    const broken = await run(['doctor', '--home', join(home, 'file')]);
    rmSync(home, { recursive: true });
    expect(broken.code).toBe(5);
    expect(broken.stdout).toMatch(/✗ {2}home +home folder .*file is a file/);
    expect(broken.stdout).toContain('Training does not work on this machine: see home.');
  });
});

it('doctorText puts what to do below what is wrong, and names what is broken', () => {
  const checks = [
    { name: 'window', status: 'warning', detail: 'no display' },
    { name: 'history', status: 'broken', detail: 'is corrupt', fix: 'restore a backup' },
  ] as const;
  expect(doctorText({ works: false, checks }).split('\n').slice(2)).toEqual([
    '–  window   no display',
    '✗  history  is corrupt',
    '            → restore a backup',
    '',
    'Training does not work on this machine: see history.',
  ]);
});

describe('sample', () => {
  it('asks for all pairs of labels with the run’s own sampler, changed where asked', async () => {
    const { code, workbench, stdout } = await run([
      'sample',
      'latest',
      '--x',
      '1,2',
      '--y',
      '0:1:0.5',
      '--sampler',
      'ddpm',
      '--out',
      'o',
      '--json',
    ]);
    expect(code).toBe(0);
    const [, request] = lastCall(workbench, 'sample') as [string, Record<string, unknown>];
    expect(request['labels']).toEqual([
      [1, 0],
      [1, 0.5],
      [2, 0],
      [2, 0.5],
    ]);
    // Ancestral sampling takes all T steps unless told otherwise.
    expect(request['sampler']).toMatchObject({ kind: 'ddpm', steps: 1000, clip: true });
    expect(JSON.parse(stdout)).toMatchObject({ run: '0a1b2c3d4e', images: 4, files: ['/out/sheet.png'] });
  });
});

describe('sample, resume and show, given what they should not obey', () => {
  it('an empty --out is a mistake, not the current folder', async () => {
    const { code, workbench, stderr } = await run(['sample', 'latest', '--x', '1', '--y', '1', '--out', ' ']);
    expect(code).toBe(2);
    expect(stderr).toContain('--out: got an empty path, expected a folder');
    expect(workbench.calls.map(([name]) => name)).not.toContain('sample');
  });

  it('a resume that is refused prints its error alone, one that starts says from where', async () => {
    const refused = fakeWorkbench(() => {
      throw new CliffordError('CONFLICT', 'the run is finished');
    });
    expect((await run(['resume', 'latest'], refused)).stderr).toBe('clifford: the run is finished\n');
    const going = fakeWorkbench(async ({ onEvent }) => {
      const started = { engine: 'e', threads: 1, parameters: 1, trainingImages: 1, environment: {} };
      onEvent?.({ type: 'started', ...started });
      return 'finished';
    });
    expect((await run(['resume', 'latest'], going)).stderr).toMatch(
      /^Run 0a1b2c3d4e .*, from step \d+ of \d+\n/,
    );
  });

  it('control characters of a note are shown, not obeyed', async () => {
    const workbench = fakeWorkbench();
    workbench.run.note = 'red \u001b[31m\nnext\u202e';
    const { stdout } = await run(['runs', 'show', 'latest'], workbench);
    expect(stdout).toContain('red \\u001b[31m\\nnext\\u202e');
    expect(stdout).not.toContain('\u001b');
  });
});

describe('runs', () => {
  it('lists as a table and as JSON', async () => {
    const table = await run(['runs', 'list']);
    expect(table.stdout).toMatch(/^id +name +state/);
    expect(table.stdout).toContain('quick-calm-otter');
    const { stdout } = await run(['runs', 'list', '--json', '--state', 'finished', '--tag', 'a']);
    expect(JSON.parse(stdout)).toMatchObject({ home: '/home', runs: [{ id: '0a1b2c3d4e' }] });
  });

  it('shows spec, state, metrics, accuracy, artifacts and weights with --json', async () => {
    const { stdout, workbench } = await run(['runs', 'show', 'latest', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      spec: { version: 1 },
      state: 'finished',
      metrics: { loss: [[1, 0.9]] },
      evaluations: [{ step: 0 }, { step: workbench.run.steps }],
      artifacts: [{ sha256: 'p1' }, { sha256: 'p2' }, { sha256: 'm' }],
      weights: 'abc123',
    });
  });

  it('resolves every name before it deletes anything', async () => {
    const workbench = fakeWorkbench();
    const resolve = workbench.resolveRun;
    workbench.resolveRun = (ref) => {
      if (ref === 'typo') throw new CliffordError('NOT_FOUND', 'no run "typo"');
      return resolve(ref);
    };
    const { code } = await run(['runs', 'rm', 'latest', 'typo'], workbench);
    expect(code).toBe(3);
    expect(workbench.calls.map(([name]) => name)).not.toContain('remove');
  });

  it('prunes the runs that are named, or all when told so, never all by default', async () => {
    const { stdout, workbench } = await run(['runs', 'prune', 'latest', '--json']);
    expect(lastCall(workbench, 'pruneRepresentations')).toEqual([['0a1b2c3d4e'], { dryRun: false }]);
    expect(JSON.parse(stdout)).toEqual({
      dryRun: false,
      runs: [{ runId: '0a1b2c3d4e', name: 'quick-calm-otter', files: 2, bytes: 3_000_000 }],
      bytes: 3_000_000,
    });
    const all = await run(['runs', 'prune', '--all', '--dry-run']);
    expect(lastCall(all.workbench, 'pruneRepresentations')).toEqual([null, { dryRun: true }]);
    expect(all.stdout).toMatch(/2 representations +3\.0 MB\n\nWould free 3\.0 MB\.\n/);
    for (const args of [[], ['latest', '--all']]) {
      const { code, workbench: untouched } = await run(['runs', 'prune', ...args]);
      expect(code).toBe(2);
      expect(untouched.calls).toEqual([]);
    }
  });
});

describe('quickstart', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'clifford-quickstart-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function evaluated() {
    const workbench = fakeWorkbench();
    addEvaluationFiles(workbench, folder);
    return workbench;
  }

  it('trains both presets with one seed and sets them side by side', async () => {
    const { code, stdout, workbench } = await run(['quickstart', '--seed', '5'], evaluated());
    expect(code).toBe(0);
    const created = workbench.calls.filter(([name]) => name === 'createRun').map(([, input]) => input);
    expect(created).toEqual([
      expect.objectContaining({ preset: 'quick', spec: expect.objectContaining({ seed: 5 }) }),
      expect.objectContaining({ preset: 'quick-stripes', spec: expect.objectContaining({ seed: 5 }) }),
    ]);
    expect(stdout).toMatch(/section +bumps alone +copying +bumps and 1D stripes +copying/);
    expect(stdout).toMatch(/took \d+\.\d minutes/);
    expect(stdout).toContain('npm start');
    expect(stdout).toContain(join(folder, 'quickstart.png'));
    expect(readPng(join(folder, 'quickstart.png')).width).toBeGreaterThan(300);
  });

  it('scales the warm-up of both sides with --steps', async () => {
    const { code, workbench } = await run(['quickstart', '--steps', '100'], evaluated());
    expect(code).toBe(0);
    const warmups = workbench.calls.flatMap(([name, input]) =>
      name === 'createRun' ? [(input as { spec: RunSpec }).spec.training.rate.warmupSteps] : [],
    );
    expect(warmups).toEqual(
      ['quick', 'quick-stripes'].map((name) => {
        const { steps, rate } = loadPreset(name).spec.training;
        return Math.round((100 * rate.warmupSteps) / steps);
      }),
    );
  });

  it('does not go on to the second training when the first is stopped', async () => {
    const { code, workbench } = await run(
      ['quickstart'],
      fakeWorkbench(() => Promise.resolve('stopped')),
    );
    expect(code).toBe(130);
    expect(workbench.calls.filter(([name]) => name === 'train')).toHaveLength(1);
  });
});
