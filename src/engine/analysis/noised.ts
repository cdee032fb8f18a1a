import { Rng } from '../../core/base/rng.ts';
import { buildDataset } from '../../core/dataset/dataset.ts';
import { createRenderer } from '../../core/dataset/render.ts';
import { type Denoiser, guidedDenoiser, sample } from '../../core/diffusion/sampler.ts';
import { makeSchedule } from '../../core/diffusion/schedule.ts';
import { NO_LABEL } from '../../core/nn/embedding.ts';
import type { ReaderSetup } from './reader-messages.ts';

/** A denoiser for labels (b, 2). */
export type DenoiserOf = (labels: Float32Array) => Denoiser;

/**
 * x_t (b, 1, N, N) that the network is shown, in the paper's three modes (measurements, representations). All noise is a
 * function of the seed and a label's key alone, so a label looks the same in any grid and any chunk.
 */
export type Noised = (labels: Float32Array, keys: Uint32Array) => Promise<Float32Array>;

/** @param denoiserOf called in mode `trajectory` only */
export function createNoised(
  { spec, mode, timestep, seed }: Omit<ReaderSetup, 'model' | 'tap'>,
  denoiserOf: DenoiserOf,
): Noised {
  const { size } = spec.dataset;
  const pixels = size * size;
  const schedule = makeSchedule(spec.diffusion);
  if (mode === 'trajectory') {
    return (labels, keys) => {
      const { sampler } = spec.evaluation;
      const conditional = denoiserOf(labels);
      const denoise =
        sampler.guidance === 1
          ? conditional
          : guidedDenoiser(
              conditional,
              denoiserOf(new Float32Array(labels.length).fill(NO_LABEL)),
              sampler.guidance,
            );
      return stateAt(timestep, (stopping) =>
        // The exported model gives ε whatever the network predicts.
        sample({ schedule, prediction: 'epsilon', sampler, denoise: stopping(denoise), pixels, seed, keys }),
      );
    };
  }
  if (mode === 'fixed-noise') {
    // Stream number 1 of key 0: no label's own noise.
    const epsilon = new Float32Array(pixels);
    new Rng(seed, 'representation', 0, 1).fillNormal(epsilon);
    return async (_, keys) => {
      const x = new Float32Array(keys.length * pixels);
      for (let i = 0; i < keys.length; i++) x.set(epsilon, i * pixels);
      return x;
    };
  }
  const { testKind } = buildDataset(spec.dataset);
  const render = createRenderer(spec.dataset);
  const [signal, spread] = [schedule.sqrtAlphaBar[timestep]!, schedule.sqrtOneMinusAlphaBar[timestep]!];
  return async (labels, keys) => {
    const x = new Float32Array(keys.length * pixels);
    keys.forEach((key, i) => {
      render(testKind, labels[2 * i]!, labels[2 * i + 1]!, x, i * pixels);
      const rng = new Rng(seed, 'representation', key);
      for (let k = i * pixels; k < (i + 1) * pixels; k++) x[k] = signal * x[k]! + spread * rng.normal();
    });
    return x;
  };
}

/** What a sampler hands to the network at a timestep; it goes no further. */
async function stateAt(
  timestep: number,
  run: (stopping: (denoise: Denoiser) => Denoiser) => Promise<unknown>,
): Promise<Float32Array> {
  let state: Float32Array | null = null;
  const reached = new Error('the timestep is reached');
  try {
    await run((denoise) => async (x, t) => {
      if (t !== timestep) return denoise(x, t);
      state = x.slice();
      throw reached;
    });
  } catch (error) {
    if (error !== reached) throw error;
  }
  if (state === null) throw new Error(`the sampler never came to timestep ${timestep}`);
  return state;
}
