import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunDetail } from '../../shared/records.ts';

/** The command line as a user starts it, with the real engine, on the preset `tiny`. */
const BIN = fileURLToPath(new URL('./bin.mjs', import.meta.url));

let folder: string;
let home: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'clifford-cli-'));
  home = path.join(folder, 'home');
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

function start(...args: string[]): {
  child: ChildProcess;
  said(text: RegExp): Promise<void>;
  ended: Promise<Ended>;
} {
  const child = spawn(
    process.execPath,
    [BIN, ...args, ...(args.includes('--home') ? [] : ['--home', home])],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, ...output })),
  );
  return {
    child,
    ended,
    async said(text) {
      while (!text.test(output.stderr)) {
        if (child.exitCode !== null) throw new Error(`ended without saying ${text}: ${output.stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

async function clifford(...args: string[]): Promise<Ended> {
  return start(...args).ended;
}

async function show(run: string): Promise<RunDetail> {
  return JSON.parse((await clifford('runs', 'show', run, '--json')).stdout) as RunDetail;
}

describe('the command line', () => {
  const train = ['train', 'tiny', '--steps', '120', '--seed', '4'];

  it('trains, stops at an interrupt, survives a kill, and ends bit for bit where an unbroken run does', async () => {
    const whole = await clifford(...train, '--name', 'whole', '--json');
    expect(whole.code, whole.stderr).toBe(0);
    const document = JSON.parse(whole.stdout) as {
      weights: string;
      files: { picture: string; model: string };
    };
    expect(existsSync(document.files.picture)).toBe(true);
    expect(existsSync(document.files.model)).toBe(true);

    const interrupted = start(...train, '--name', 'cut');
    await interrupted.said(/training \d+ %/);
    interrupted.child.kill('SIGINT');
    expect((await interrupted.ended).code).toBe(130);
    const stopped = await show('cut');
    expect(stopped.state).toBe('stopped');
    expect(stopped.weightsStep).toBeLessThan(120);

    const killed = start('resume', 'cut');
    await killed.said(/training \d+ %/);
    killed.child.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    expect((await show('cut')).state).toBe('interrupted');

    const resumed = await clifford('resume', 'cut', '--json');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect((JSON.parse(resumed.stdout) as { weights: string }).weights).toBe(document.weights);
  });

  it('uses the trained model', async () => {
    const out = path.join(folder, 'out');
    const sample = await clifford('sample', 'whole', '--x', '0:8:4', '--y', '2', '--out', out, '--json');
    expect(sample.code, sample.stderr).toBe(0);
    const { files } = JSON.parse(sample.stdout) as { files: string[] };
    expect(files.map((file) => path.extname(file))).toEqual(expect.arrayContaining(['.png', '.npy']));
    expect(files.every((file) => existsSync(file))).toBe(true);

    const model = path.join(folder, 'model.onnx');
    const exported = await clifford('export', 'whole', '--out', model, '--json');
    expect(exported.code, exported.stderr).toBe(0);
    expect(existsSync(model)).toBe(true);

    const evaluated = await clifford('evaluate', 'whole', '--json');
    expect(evaluated.code, evaluated.stderr).toBe(0);
    // Evaluation is deterministic: measured once more, the same model scores the same.
    const { evaluation } = JSON.parse(evaluated.stdout) as { evaluation: RunDetail['evaluations'][number] };
    const recorded = (await show('whole')).evaluations.findLast((e) => e.final);
    expect(evaluation.sections).toEqual(recorded?.sections);
  });

  it('uses the newest checkpoint of a run that is not finished, and says of which step', async () => {
    const long = start('train', 'tiny', '--steps', '100000', '--name', 'long');
    await long.said(/training \d+ %/);
    // Meanwhile nobody else may train in this home: told who does, and what to do.
    const { id } = await show('long');
    for (const args of [
      ['train', 'tiny', '--name', 'second'],
      ['quickstart', '--steps', '10'],
    ]) {
      const refused = await clifford(...args);
      expect(refused.code).toBe(4);
      const sentence = refused.stderr.split('\n').find((line) => line.startsWith('clifford: '))!;
      expect(sentence).toContain(
        `home ${home} is training run ${id} (long) in process ${long.child.pid} since `,
      );
      expect(sentence).toContain(`stop it with \`clifford stop ${id}\`, or use another --home`);
      expect(sentence).toMatch(/; run \S+ \(\S+\) is queued, "clifford resume \S+" starts it then$/);
    }
    long.child.kill('SIGINT');
    expect((await long.ended).code).toBe(130);
    const { weightsStep } = await show('long');
    const out = path.join(folder, 'unfinished');
    const sample = await clifford('sample', 'long', '--x', '2', '--y', '2', '--out', out, '--json');
    expect(sample.code, sample.stderr).toBe(0);
    expect(JSON.parse(sample.stdout)).toMatchObject({ step: weightsStep });
    expect(sample.stderr).toContain(`is stopped at step ${weightsStep} of 100000: using the model of step`);
    const evaluated = await clifford('evaluate', 'long', '--json');
    expect(evaluated.code, evaluated.stderr).toBe(0);
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ evaluation: { step: weightsStep } });
  });

  it('says what is wrong with a home below a folder that cannot be, and ends', async () => {
    // There the recursive mkdir of Node 24 never returns.
    const nowhere = process.platform === 'linux' ? '/proc/nope/x' : path.join(BIN, 'x');
    const doctor = start('doctor', '--json', '--home', nowhere);
    const watchdog = setTimeout(() => doctor.child.kill('SIGKILL'), 60_000);
    const { code, signal, stdout } = await doctor.ended;
    clearTimeout(watchdog);
    expect({ code, signal }).toEqual({ code: 5, signal: null });
    const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string; detail: string }[] };
    expect(checks.filter((check) => check.status === 'broken')).toEqual([
      expect.objectContaining({ name: 'home', detail: expect.stringContaining(nowhere) }),
    ]);
  });

  it('keeps the exit codes that the help documents', async () => {
    expect((await clifford('runs', 'show', 'nobody')).code).toBe(3);
    expect((await clifford('stop', 'whole')).code).toBe(4);
    expect((await clifford('runs', 'purge', 'whole')).code).toBe(4); // not deleted yet
    expect((await clifford('runs', 'list', '--home', BIN)).code).toBe(6); // a file, not a folder
    expect((await show('whole')).state).toBe('finished');
  });
});
