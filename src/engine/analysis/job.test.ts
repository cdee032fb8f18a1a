import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { denoiserGraph } from '../../core/diffusion/graphs.ts';
import { interpret } from '../../core/graph/reference/interpret.ts';
import { nd } from '../../core/graph/reference/ndarray.ts';
import { initialParameters } from '../../core/nn/parameters.ts';
import { expectTensor, readSafetensors } from '../../files/safetensors.ts';
import { sha256 } from '../../files/hash.ts';
import {
  AnalysisFile,
  type AnalysisRequest,
  DEFAULT_ANALYSES,
  type RepresentationSpec,
} from '../../shared/analysis.ts';
import type { EngineEvent, EngineRequest } from '../../shared/engine-protocol.ts';
import { checkReading } from '../../shared/representation.ts';
import { writeCheckpoint } from '../checkpoint.ts';
import { designRun } from '../design.ts';
import { tinySpec } from '../testing/tiny-spec.ts';
import { exportModel } from '../export.ts';
import { analyzeJob } from './job.ts';
import { measure } from './measure.ts';
import { createNoised } from './noised.ts';
import { readTap } from './read.ts';

const spec = tinySpec();
const { denoiser, layout } = designRun(spec);
/** Not the initialization, and the average unlike the raw weights. */
const parameters = initialParameters(layout, 99);
const average = initialParameters(layout, 100);
const never = new AbortController().signal;

let folder: string;
let checkpoint: { file: string; sha256: string };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clifford-analyze-'));
  mkdirSync(join(folder, 'checkpoints'));
  const moments = new Float32Array(layout.size);
  const { sha256: hash } = writeCheckpoint(
    join(folder, 'checkpoints/a.safetensors'),
    { parameters, average, moment1: moments, moment2: moments },
    { step: 7, evaluatedStep: -1, best: null },
    spec,
    layout,
    'milestone',
    {},
  );
  checkpoint = { file: 'checkpoints/a.safetensors', sha256: hash };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type AnalyzeRequest = Extract<EngineRequest, { type: 'analyze' }>;

const reading = (change: Partial<RepresentationSpec> = {}): RepresentationSpec => ({
  ...{ tap: 'down2', network: 'trained', weights: 'ema', mode: 'clean', timestep: 25, seed: 4, perAxis: 4 },
  ...change,
});

async function run(representation: RepresentationSpec, change: Partial<AnalyzeRequest> = {}, signal = never) {
  const events: EngineEvent[] = [];
  const trained = representation.network === 'trained';
  const request: AnalyzeRequest = {
    ...{
      type: 'analyze',
      runId: 'a',
      folder,
      spec,
      representation,
      request: DEFAULT_ANALYSES.pca,
      threads: 1,
    },
    ...{ checkpoint: trained ? checkpoint : null, step: trained ? 7 : 0, weights: null },
    ...{
      representationFile: 'representations/r.safetensors',
      analysisFile: 'analyses/a.json',
      representationSha256: null,
    },
    ...change,
  };
  await analyzeJob(request, (event) => void events.push(event), signal);
  const file = readSafetensors(join(folder, request.representationFile));
  const content = AnalysisFile.parse(JSON.parse(readFileSync(join(folder, request.analysisFile), 'utf8')));
  return {
    events,
    file,
    content,
    values: expectTensor(file, 'representation', 'F32', [-1, content.dimension]),
  };
}

/** What was told besides progress. */
const kindsOf = (events: readonly EngineEvent[]) =>
  events.flatMap((e) => (e.type === 'artifact' ? [e.artifact.kind] : e.type === 'notice' ? ['notice'] : []));

/** The tap by the reference kernels, in float64 and without onnxruntime. */
async function reference(
  representation: RepresentationSpec,
  weights: Float32Array,
  label: number,
): Promise<Float64Array> {
  const { grid, timestep } = checkReading(spec, representation);
  const evaluate = (x: Float32Array, t: number, labels: Float32Array) =>
    interpret(denoiserGraph(denoiser, layout, weights, 1, [representation.tap]), {
      x: nd([1, 1, 8, 8], x),
      t: nd([1], [t]),
      label: nd([1, 2], labels),
    });
  const { mode, seed } = representation;
  const noised = createNoised(
    { spec, mode, timestep, seed },
    (labels) => (x, t) => Promise.resolve(Float32Array.from(evaluate(x, t, labels)['eps']!.data)),
  );
  const labels = Float32Array.from(grid.labels.slice(2 * label, 2 * label + 2));
  const x = await noised(labels, grid.keys.slice(label, label + 1));
  return evaluate(x, timestep, labels)[representation.tap]!.data;
}

describe('readTap', () => {
  // float32 against float64 through a dozen layers of values near 1; along a trajectory three times as many.
  it.each([
    ['clean', 'down2'],
    ['fixed-noise', 'bottleneck1'],
    ['trajectory', 'down2'],
    ['clean', 'conditioning'],
  ] as const)('reads what the reference interpreter computes: %s %s', async (mode, tap) => {
    const representation = reading({ mode, tap });
    const { grid, dimension, timestep } = checkReading(spec, representation);
    const model = exportModel(spec, layout, average, { step: 7, weights: 'ema' }, [tap]);
    const values: number[] = [];
    for await (const piece of readTap({ model, spec, tap, mode, timestep, seed: 4, grid, threads: 1 })) {
      values.push(...piece);
    }
    expect(values).toHaveLength(16 * dimension);
    for (const label of [0, 6, 15]) {
      const expected = await reference(representation, average, label);
      expected.forEach((v, k) => expect(Math.abs(v - values[label * dimension + k]!)).toBeLessThan(1e-4));
    }
  });
});

test('a network that gives no numbers is told, with the label', async () => {
  const representation = reading({ weights: 'raw', perAxis: 2 });
  const { grid, timestep } = checkReading(spec, representation);
  const broken = parameters.slice().fill(NaN);
  const model = exportModel(spec, layout, broken, { step: 7, weights: 'raw' }, ['down2']);
  const setup = { model, spec, tap: 'down2', mode: 'clean', timestep, seed: 4, grid, threads: 1 } as const;
  await expect(readTap(setup).next()).rejects.toMatchObject({
    code: 'NON_FINITE',
    message: 'tap down2 at label (0, 0): the network gave NaN, expected finite values',
  });
});

describe('analyzeJob', () => {
  it('stores values, labels, sections and where they come from, and reports what it wrote', async () => {
    const { events, file, content } = await run(reading());
    expect(expectTensor(file, 'representation', 'F32', [16, 128]).some((v) => v !== 0)).toBe(true);
    expect([...expectTensor(file, 'labels', 'F32', [16, 2]).slice(0, 6)]).toEqual([0, 0, 2, 0, 4, 0]);
    const names = JSON.parse(file.metadata['sections']!) as string[];
    const sections = [...expectTensor(file, 'sections', 'U8', [16])].map((code) => names[code]);
    expect(sections).toEqual(content.sections);
    expect(sections[2]).toBe('vertical'); // (4, 0) in the cross over x 3–4
    expect(file.metadata).toMatchObject({
      run: 'a',
      step: '7',
      weights: 'ema',
      tap: 'down2',
      shape: '[8,4,4]',
    });
    expect(file.metadata).toMatchObject({
      mode: 'clean',
      timestep: '25',
      seed: '4',
      spec: JSON.stringify(spec),
    });
    expect(content).toMatchObject({ step: 7, dimension: 128, shape: [8, 4, 4], answer: { kind: 'pca' } });
    expect(content.labels[5]).toEqual([2, 2]);
    const artifacts = events.flatMap((e) => (e.type === 'artifact' ? [e.artifact] : []));
    expect(artifacts.map((a) => [a.kind, a.file, a.step])).toEqual([
      ['representation', 'representations/r.safetensors', 7],
      ['analysis', 'analyses/a.json', 7],
    ]);
    for (const { file: name, bytes, sha256: hash } of artifacts) {
      const written = readFileSync(join(folder, name));
      expect([written.length, sha256(written)]).toEqual([bytes, hash]);
    }
    const phases = events.flatMap((e) => (e.type === 'analysis' && e.fraction === 1 ? [e.phase] : []));
    expect(phases).toEqual(['reading', 'analysing']);
  });

  it('gives equal bytes with any number of threads', async () => {
    // 64 labels: two chunks.
    const one = await run(reading({ perAxis: null }));
    const other = {
      representationFile: 'representations/s.safetensors',
      analysisFile: 'analyses/b.json',
      threads: 2,
    };
    const two = await run(reading({ perAxis: null }), other);
    expect(two.values).toEqual(one.values);
    expect(two.content).toEqual(one.content);
  });

  it('reads the weights that it is told: averaged, raw, or the initialization', async () => {
    const read = async (change: Partial<RepresentationSpec>, flat: Float32Array) => {
      const representation = reading({ perAxis: 2, ...change });
      const { values, content } = await run(representation);
      const expected = await reference(representation, flat, 3);
      values.subarray(3 * 128).forEach((v, k) => expect(Math.abs(v - expected[k]!)).toBeLessThan(1e-4));
      return content.step;
    };
    expect(await read({ weights: 'ema' }, average)).toBe(7);
    expect(await read({ weights: 'raw' }, parameters)).toBe(7);
    const initial = initialParameters(layout, spec.seed);
    expect(await read({ network: 'untrained', weights: 'raw' }, initial)).toBe(0);
  });

  it('does not read again what is stored, unless it is damaged', async () => {
    const path = join(folder, 'representations/r.safetensors');
    await run(reading());
    const before = readFileSync(path);
    const change = { representationSha256: sha256(before), request: DEFAULT_ANALYSES.factorization };
    const { events } = await run(reading(), {
      ...change,
      checkpoint: { ...checkpoint, sha256: 'not needed' },
    });
    expect(kindsOf(events)).toEqual(['analysis']);
    const damaged = Buffer.from(before);
    damaged[damaged.length - 100]! ^= 1;
    writeFileSync(path, damaged);
    const again = await run(reading(), change);
    expect(kindsOf(again.events)).toEqual(['notice', 'representation', 'analysis']);
    expect(again.events.find((e) => e.type === 'notice')!.sentence).toMatch(
      /r\.safetensors has sha256 .*: read again/,
    );
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses a checkpoint that is not as it was recorded', async () => {
    const wrong = { checkpoint: { ...checkpoint, sha256: '0'.repeat(64) } };
    await expect(run(reading(), wrong)).rejects.toMatchObject({
      code: 'STORAGE',
      message: expect.stringMatching(/a\.safetensors has sha256 [0-9a-f]{64}, expected 0{64}: it is damaged/),
    });
  });

  it('says that the ideal tori are periodic where the dataset is not', async () => {
    const request = { ...DEFAULT_ANALYSES.topology, maxDim: 1 } as AnalyzeRequest['request'];
    expect((await run(reading(), { request })).content.notices.join()).toMatch(
      /open boundaries, while the ideal tori/,
    );
    expect((await run(reading())).content.notices).toEqual([]);
  });

  it('refuses weights of another step than it was told', async () => {
    await expect(run(reading(), { step: 8 })).rejects.toThrow(/got weights of step 7, expected step 8/);
  });

  it('ends when it is stopped while it reads, and leaves nothing behind', async () => {
    const stop = new AbortController();
    const started = run(reading({ perAxis: null, mode: 'trajectory' }), {}, stop.signal);
    setTimeout(() => stop.abort(), 30);
    await expect(started).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(readdirSync(join(folder, 'representations'))).toEqual([]);
    expect(readdirSync(folder)).not.toContain('analyses');
  });
});

describe('measure', () => {
  it('answers each kind of question, and by rows what does not fit into memory', async () => {
    const representation = reading({ perAxis: null });
    await run(representation);
    const { grid } = checkReading(spec, representation);
    const path = join(folder, 'representations/r.safetensors');
    const ask = (request: AnalysisRequest, memory = 2 ** 30) =>
      measure({ path, spec, grid, request, memory }, () => {});
    for (const request of Object.values(DEFAULT_ANALYSES)) expect(ask(request).kind).toBe(request.kind);
    // Room for 20 of the 64 points of 128 numbers.
    const memory = 20 * 4 * 128;
    expect(ask(DEFAULT_ANALYSES.pca, memory)).toEqual(ask(DEFAULT_ANALYSES.pca));
    expect(() => ask(DEFAULT_ANALYSES.decoding, memory)).toThrow(
      'decoding: got 64 points of 128 numbers, which do not fit into memory; 20 points would: choose at most 4 labels along each axis',
    );
  });

  it('refuses a file of other labels', async () => {
    await run(reading());
    const { grid } = checkReading(spec, reading({ perAxis: null }));
    const path = join(folder, 'representations/r.safetensors');
    expect(() => measure({ path, spec, grid, request: DEFAULT_ANALYSES.pca, memory: 1e9 }, () => {})).toThrow(
      /got 16 representations, expected those of 64 labels/,
    );
  });
});
