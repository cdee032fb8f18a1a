import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { initialNoise } from '../core/diffusion/sampler.ts';
import { SamplerSpec } from '../core/diffusion/spec.ts';
import { decodeModel, encodeModel } from '../core/onnx/proto.ts';
import { openSampler, sampleImages, sampleTrajectories, type SamplingJob } from './sampling.ts';
import { tinySpec } from './testing/tiny-spec.ts';
import { untrainedModel } from './testing/untrained-model.ts';

const PIXELS = 64;
const guided = tinySpec({ training: { labelDrop: 0.1 } });

/** 70 images: two whole chunks and a part of one. Ancestral sampling draws noise at every step. */
function job(changes: Partial<SamplingJob> & { steps?: number } = {}): SamplingJob {
  const spec = changes.spec ?? tinySpec();
  const keys = changes.keys ?? Uint32Array.from({ length: 70 }, (_, i) => 1000 + i);
  return {
    model: untrainedModel(spec),
    spec,
    sampler: SamplerSpec.parse({ kind: 'ddpm', steps: changes.steps ?? 3 }),
    seed: 5,
    keys,
    labels: Float32Array.from({ length: 2 * keys.length }, (_, i) => i % 7),
    threads: 1,
    ...changes,
  };
}

/** Largest difference between image i of `a` and image j of `b`. */
function difference(a: Float32Array, i: number, b: Float32Array, j: number): number {
  let max = 0;
  for (let k = 0; k < PIXELS; k++) max = Math.max(max, Math.abs(a[i * PIXELS + k]! - b[j * PIXELS + k]!));
  return max;
}

describe('sampleImages', () => {
  it('gives the same images bit for bit on 1, 2 and 3 threads', async () => {
    const one = await sampleImages(job());
    expect(one).toHaveLength(70 * PIXELS);
    for (const threads of [2, 3, null]) expect(await sampleImages(job({ threads }))).toEqual(one);
  });

  it('gives an image by its seed, key and label, wherever it stands', async () => {
    const all = await sampleImages(job());
    const { keys, labels } = job();
    const order = [69, 3, 40];
    const some = await sampleImages(
      job({
        keys: Uint32Array.from(order, (i) => keys[i]!),
        labels: Float32Array.from(order.flatMap((i) => [labels[2 * i]!, labels[2 * i + 1]!])),
      }),
    );
    // Another batch size may sum in another order (float32), which three steps carry on.
    order.forEach((i, k) => expect(difference(all, i, some, k)).toBeLessThan(1e-4));
    const other = await sampleImages(job({ seed: 6 }));
    expect(difference(all, 0, all, 1)).toBeGreaterThan(0.1);
    expect(difference(all, 0, other, 0)).toBeGreaterThan(0.1);
  });

  it('with guidance 0 does not know the label, with 1 and 3 it does', async () => {
    const keys = Uint32Array.of(7, 7);
    const labels = Float32Array.of(1, 1, 6, 5);
    const at = (guidance: number) =>
      sampleImages(
        job({
          spec: guided,
          keys,
          labels,
          sampler: SamplerSpec.parse({ kind: 'ddim', steps: 3, guidance }),
        }),
      );
    const [none, plain, strong] = [await at(0), await at(1), await at(3)];
    expect(difference(none, 0, none, 1)).toBe(0);
    expect(difference(plain, 0, plain, 1)).toBeGreaterThan(1e-4);
    expect(difference(strong, 0, strong, 1)).toBeGreaterThan(difference(plain, 0, plain, 1));
  });

  it('refuses guidance of a model trained without label drop', async () => {
    const sampler = SamplerSpec.parse({ steps: 3, guidance: 2 });
    await expect(sampleImages(job({ sampler }))).rejects.toThrow(
      'guidance: got 2, expected 1, because the model was trained without label drop',
    );
  });

  it('refuses more steps than the model has timesteps, and labels that do not fit the images', async () => {
    const rejection = expect(sampleImages(job({ steps: 51 }))).rejects;
    await rejection.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('51') });
    await expect(sampleImages(job({ labels: new Float32Array(4) }))).rejects.toThrow(
      'sampling: got 2 labels for 70 images, expected as many',
    );
  });

  it('stops when the signal aborts, before and on the way', async () => {
    await expect(sampleImages(job({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    const stop = new AbortController();
    const seen: number[] = [];
    const onProgress = (done: number) => {
      seen.push(done);
      stop.abort();
    };
    await expect(sampleImages(job({ onProgress, signal: stop.signal }))).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(seen).toEqual([32]);
  });

  it('reports progress in images up to the last', async () => {
    const seen: [number, number][] = [];
    await sampleImages(job({ onProgress: (done, total) => void seen.push([done, total]) }));
    expect(seen).toEqual([
      [32, 70],
      [64, 70],
      [70, 70],
    ]);
  });

  it('reports how far a long chunk is before its end', async () => {
    const spec = tinySpec({ diffusion: { timesteps: 2000 } });
    const keys = Uint32Array.from({ length: 32 }, (_, i) => i);
    const seen: number[] = [];
    // 2,000 calls take a second; a report comes five times in one.
    await sampleImages(job({ spec, keys, steps: 2000, onProgress: (done) => void seen.push(done) }));
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen[0]).toBeGreaterThan(0);
    expect(seen[0]).toBeLessThan(32);
    expect(seen.at(-1)).toBe(32);
  });

  it('gives nothing for no labels', async () => {
    expect(await sampleImages(job({ keys: new Uint32Array(0), threads: null }))).toEqual(new Float32Array(0));
  });

  it('says what is wrong with a model that onnxruntime refuses', async () => {
    const model = decodeModel(untrainedModel(tinySpec()));
    model.graph.node.splice(5, 1);
    await expect(sampleImages(job({ model: encodeModel(model) }))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('onnxruntime refused the model'),
    });
  });

  it('says when the model gives numbers that are not finite', async () => {
    const model = decodeModel(untrainedModel(tinySpec()));
    const bias = model.graph.initializer.find((t) => t.name === 'out.bias')!;
    bias.rawData = new Uint8Array(new Float32Array([Number.NaN]).buffer);
    await expect(sampleImages(job({ model: encodeModel(model) }))).rejects.toMatchObject({
      code: 'NON_FINITE',
      message: expect.stringContaining('sampling step 1 of 3'),
    });
  });
});

describe('sampleTrajectories', () => {
  it('ends in the plain samples bit for bit, whichever thread makes which chunk, guided or not', async () => {
    for (const plain of [
      job(),
      job({ spec: guided, sampler: SamplerSpec.parse({ kind: 'ddim', steps: 3, guidance: 2 }) }),
    ]) {
      const images = await sampleImages(plain);
      const one = await sampleTrajectories(plain);
      expect(one.frames).toHaveLength(4 * 70 * PIXELS);
      expect(one.frames.slice(3 * 70 * PIXELS)).toEqual(images);
      expect(one.frames.slice(0, 70 * PIXELS)).toEqual(initialNoise(plain.seed, plain.keys, PIXELS));
      expect(one.predictions).toHaveLength(3 * 70 * PIXELS);
      expect(await sampleTrajectories({ ...plain, threads: 3 })).toEqual(one);
    }
  });

  it('refuses what would not fit, before any thread starts', async () => {
    const keys = new Uint32Array(200_000);
    await expect(sampleTrajectories(job({ keys }))).rejects.toThrow(
      'trajectory: got 200000 images × 4 frames',
    );
  });
});

describe('openSampler', () => {
  it('samples again and again as a new one would', async () => {
    const sampler = openSampler(job(), 2);
    await sampler.ready;
    const small = job({ keys: Uint32Array.of(3, 4, 5) });
    expect(await sampler.sample(job())).toEqual(await sampleImages(job()));
    expect(await sampler.sample(small)).toEqual(await sampleImages(small));
    await sampler.dispose();
  });

  it('leaves nothing behind on a signal that outlives it', async () => {
    const { signal } = new AbortController();
    const small = job({ keys: Uint32Array.of(3), signal });
    const sampler = openSampler(small, 1);
    const sampling = sampler.sample(small);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await sampling;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await sampler.dispose();
  });
});
