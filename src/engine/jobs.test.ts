import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReadout, readImages } from '../core/metrics/readout.ts';
import { initialNoise } from '../core/diffusion/sampler.ts';
import { SamplerSpec } from '../core/diffusion/spec.ts';
import { decodeModel } from '../core/onnx/proto.ts';
import { enlarge, grayPicture } from '../files/image.ts';
import { readPng } from '../files/testing/png.ts';
import { sha256 } from '../files/hash.ts';
import { readNpy } from '../files/npy.ts';
import { type EngineEvent, SampleFile } from '../shared/engine-protocol.ts';
import type { TrainingState } from './backend.ts';
import { writeCheckpoint } from './checkpoint.ts';
import { designRun } from './design.ts';
import { exportModel } from './export.ts';
import { evaluateJob, exportJob, sampleJob } from './jobs.ts';
import { tinySpec } from './testing/tiny-spec.ts';
import { untrainedModel } from './testing/untrained-model.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clifford-jobs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const spec = tinySpec();
const never = new AbortController().signal;

function artifacts(events: readonly EngineEvent[]) {
  return events.flatMap((e) => (e.type === 'artifact' ? [e.artifact] : []));
}

describe('sampleJob', () => {
  const sample = async (labels: [number, number][], count: number, signal = never, trajectory = false) => {
    const modelFile = join(folder, 'model.onnx');
    writeFileSync(modelFile, untrainedModel(spec));
    const events: EngineEvent[] = [];
    const sampler = SamplerSpec.parse({ steps: 3 });
    const outDir = join(folder, 'out');
    await sampleJob(
      { type: 'sample', modelFile, labels, count, sampler, seed: 3, threads: 1, trajectory, outDir },
      (e) => void events.push(e),
      signal,
    );
    return { events, outDir };
  };

  it('writes a picture of each sample and a sheet, the samples, their labels and positions', async () => {
    const { events, outDir } = await sample(
      [
        [1, 2],
        [6.5, 3],
      ],
      2,
    );
    const pictures = ['x1_y2_1.png', 'x1_y2_2.png', 'x6.5_y3_1.png', 'x6.5_y3_2.png'];
    const arrays = ['labels.npy', 'positions.npy', 'readings.json', 'samples.npy'];
    expect(readdirSync(outDir).sort()).toEqual([...arrays, 'sheet.png', ...pictures].sort());
    for (const { file, bytes, sha256: hash } of artifacts(events)) {
      const content = readFileSync(join(outDir, file));
      expect([content.length, sha256(content)]).toEqual([bytes, hash]);
    }
    expect(artifacts(events)).toHaveLength(9);

    const samples = readNpy(join(outDir, 'samples.npy'));
    expect(samples.shape).toEqual([4, 1, 8, 8]);
    expect(readNpy(join(outDir, 'labels.npy'))).toEqual({
      shape: [4, 2],
      data: Float32Array.of(1, 2, 1, 2, 6.5, 3, 6.5, 3),
    });
    const images = samples.data as Float32Array;
    pictures.forEach((file, i) => {
      const picture = readPng(join(outDir, file));
      const image = images.subarray(64 * i, 64 * (i + 1));
      expect(picture).toEqual(enlarge(grayPicture(image, 8), picture.width / 8));
      expect(picture.width).toBeGreaterThanOrEqual(128);
    });
    const readings = readImages(createReadout(spec.dataset, 'bump2d'), images, 8, 4);
    expect(readNpy(join(outDir, 'positions.npy'))).toEqual({
      shape: [4, 2],
      data: Float32Array.from(readings.flatMap((r) => [r.x, r.y])),
    });
    const progress = events.flatMap((e) => (e.type === 'progress' ? [e] : []));
    expect(progress.at(-1)).toMatchObject({ phase: 'sampling', fraction: 1 });
  });

  it('writes the way from noise on request, and its last frame is the plain sample bit for bit', async () => {
    const labels: [number, number][] = [
      [1, 2],
      [6.1, 3],
      [2, 2],
    ];
    // 36 images: a whole chunk of 32 and a part of one, put together by timestep.
    const plain = await sample(labels, 12);
    const before = readNpy(join(plain.outDir, 'samples.npy'));
    const plainFile = SampleFile.parse(JSON.parse(readFileSync(join(plain.outDir, 'readings.json'), 'utf8')));
    const { events, outDir } = await sample(labels, 12, never, true);
    expect(readNpy(join(outDir, 'samples.npy'))).toEqual(before);
    const frames = readNpy(join(outDir, 'trajectory.npy'));
    const predictions = readNpy(join(outDir, 'predictions.npy'));
    expect([frames.shape, predictions.shape]).toEqual([
      [4, 36, 8, 8],
      [3, 36, 8, 8],
    ]);
    const frame = (k: number) => (frames.data as Float32Array).slice(k * 36 * 64, (k + 1) * 36 * 64);
    expect(frame(3)).toEqual(before.data);
    const keys = Uint32Array.from({ length: 36 }, (_, i) => i);
    expect(frame(0)).toEqual(initialNoise(3, keys, 64));
    // The last step of DDIM goes to the predicted clean image itself.
    expect((predictions.data as Float32Array).slice(2 * 36 * 64)).toEqual(before.data);
    const file = SampleFile.parse(JSON.parse(readFileSync(join(outDir, 'readings.json'), 'utf8')));
    expect(file).toMatchObject({ step: 12, weights: 'ema', size: 8, labels, count: 12, seed: 3 });
    expect([plainFile.timesteps, file.timesteps]).toEqual([null, [49, 25, 0]]);
    const readings = readImages(createReadout(spec.dataset, 'bump2d'), before.data as Float32Array, 8, 36);
    expect(file.readings).toEqual(
      readings.map((r) => ({ ...r, x: Number.isNaN(r.x) ? null : r.x, y: Number.isNaN(r.y) ? null : r.y })),
    );
    expect(artifacts(events).at(-1)!.file).toBe('readings.json');
    expect(artifacts(events).map((a) => a.file)).toContain('trajectory.npy');
  });

  it('refuses a trajectory that does not fit into memory before it samples', async () => {
    await expect(sample([[1, 1]], 200_000, never, true)).rejects.toThrow(
      'trajectory: got 200000 images × 4 frames × 8×8 pixels = 51200000 values, expected at most 33554432',
    );
    expect(readdirSync(folder)).toEqual(['model.onnx']);
  });

  it('names the picture of a single sample by its label', async () => {
    const { outDir } = await sample([[-1, 2]], 1);
    expect(readdirSync(outDir)).toContain('x-1_y2.png');
  });

  it('refuses to sample nothing, and what is too much', async () => {
    await expect(sample([], 1)).rejects.toThrow('sample: got 0 labels × 1 samples, expected 1 to 1000000');
    await expect(sample([[1, 1]], 1_000_001)).rejects.toThrow('1 labels × 1000001 samples');
  });

  it('writes nothing when it is stopped', async () => {
    await expect(sample([[1, 1]], 1, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(readdirSync(folder)).toEqual(['model.onnx']);
  });

  it('names a model file that is not there or is not one of ours', async () => {
    const request = {
      type: 'sample' as const,
      modelFile: join(folder, 'none.onnx'),
      labels: [[1, 1]] as [number, number][],
      count: 1,
      sampler: SamplerSpec.parse({}),
      seed: 1,
      threads: 1,
      trajectory: false,
      outDir: folder,
    };
    await expect(sampleJob(request, () => {}, never)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    writeFileSync(request.modelFile, 'no model');
    await expect(sampleJob(request, () => {}, never)).rejects.toThrow(request.modelFile);
  });
});

describe('exportJob', () => {
  const design = designRun(spec);
  const { layout } = design;
  const vector = (v: number) => new Float32Array(layout.size).fill(v);
  const state: TrainingState = {
    parameters: vector(0.1),
    moment1: vector(0),
    moment2: vector(0),
    average: vector(0.2),
  };

  const exported = (step: number, weights: 'auto' | 'raw' | 'ema', tap: string | null = null) => {
    const facts = { step, evaluatedStep: 0, best: null };
    writeCheckpoint(join(folder, 'c.safetensors'), state, facts, spec, layout, 'milestone', {});
    const events: EngineEvent[] = [];
    const outFile = join(folder, 'm.onnx');
    exportJob(
      {
        type: 'export',
        runId: 'r',
        folder,
        spec,
        checkpointFile: 'c.safetensors',
        weights,
        outFile,
        tap,
      },
      (e) => void events.push(e),
    );
    return { bytes: new Uint8Array(readFileSync(outFile)), artifact: artifacts(events)[0]! };
  };

  it.each([
    // The average starts at step 4: until then `auto` means the raw weights.
    [4, 'auto', 'raw'],
    [5, 'auto', 'ema'],
    [5, 'raw', 'raw'],
    [4, 'ema', 'ema'],
  ] as const)('of step %i by "%s" takes the %s weights', (step, asked, taken) => {
    const flat = taken === 'raw' ? state.parameters : state.average;
    const { bytes, artifact } = exported(step, asked);
    expect(bytes).toEqual(new Uint8Array(exportModel(spec, layout, flat, { step, weights: taken })));
    expect(artifact).toMatchObject({ kind: 'model', step, bytes: bytes.length, sha256: sha256(bytes) });
  });

  it('adds one tap as an output, and refuses one that is not there', () => {
    const { bytes, artifact } = exported(5, 'auto', 'down2');
    expect(decodeModel(bytes).graph.output.map((o) => o.name)).toEqual(['eps', 'down2']);
    expect(artifact.kind).toBe('taps');
    expect(() => exported(5, 'auto', 'layer4')).toThrow('tap: got "layer4", expected one of');
  });
});

describe('evaluateJob', () => {
  it('writes the full evaluation of a model file and tells its result', async () => {
    writeFileSync(join(folder, 'model.onnx'), untrainedModel(spec));
    const events: EngineEvent[] = [];
    await evaluateJob(
      {
        type: 'evaluate',
        runId: 'r',
        folder,
        spec,
        modelFile: 'model.onnx',
        threads: 1,
        outDir: 'again',
      },
      (e) => void events.push(e),
      never,
    );
    expect(readdirSync(join(folder, 'again')).sort()).toEqual([
      'evaluation.json',
      'samples.npy',
      'samples.png',
    ]);
    expect(artifacts(events).map((a) => a.file)).toContain('again/samples.npy');
    expect(events.at(-1)).toMatchObject({
      type: 'evaluation',
      evaluation: { step: 12, final: true, weights: 'ema' },
    });
  });
});
