import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/base/rng.ts';
import { createRenderer } from '../../core/dataset/render.ts';
import type { Denoiser } from '../../core/diffusion/sampler.ts';
import { makeSchedule } from '../../core/diffusion/schedule.ts';
import { sampleTrajectory } from '../../core/diffusion/trajectory.ts';
import { tinySpec } from '../testing/tiny-spec.ts';
import { createNoised } from './noised.ts';

const spec = tinySpec();
const schedule = makeSchedule(spec.diffusion);
const PIXELS = 64;
const labels = Float32Array.of(1, 2, 5, 3, 6, 6);
const keys = Uint32Array.of(17, 29, 54);
const noDenoiser = (): never => {
  throw new Error('no network is needed');
};
const make = (mode: 'clean' | 'fixed-noise', timestep: number, seed = 3) =>
  createNoised({ spec, mode, timestep, seed }, noDenoiser);
const image = (x: Float32Array, i: number) => x.slice(i * PIXELS, (i + 1) * PIXELS);
const correlation = (a: Float32Array, b: Float32Array) => {
  const dot = (u: Float32Array, v: Float32Array) => u.reduce((sum, w, i) => sum + w * v[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

describe('clean images', () => {
  it('are √ᾱ x₀ + √(1−ᾱ) ε of the label’s own image', async () => {
    const t = 20;
    const x = await make('clean', t)(labels, keys);
    const clean = new Float32Array(PIXELS);
    createRenderer(spec.dataset)('bump2d', 5, 3, clean, 0);
    const epsilon = new Float32Array(PIXELS);
    new Rng(3, 'representation', 29).fillNormal(epsilon);
    const expected = clean.map(
      (v, k) => schedule.sqrtAlphaBar[t]! * v + schedule.sqrtOneMinusAlphaBar[t]! * epsilon[k]!,
    );
    image(x, 1).forEach((v, k) => expect(v).toBeCloseTo(expected[k]!, 5));
  });

  it('are the same in any chunk and grid, and differ by seed', async () => {
    const whole = await make('clean', 20)(labels, keys);
    const alone = await make('clean', 20)(labels.slice(4), keys.slice(2));
    expect(alone).toEqual(image(whole, 2));
    expect(await make('clean', 20, 4)(labels.slice(4), keys.slice(2))).not.toEqual(alone);
  });
});

describe('fixed noise', () => {
  it('is one ε of unit variance for all labels, which is no label’s own', async () => {
    const x = await make('fixed-noise', 20)(labels, keys);
    expect(image(x, 0)).toEqual(image(x, 1));
    expect(image(x, 0)).toEqual(await make('fixed-noise', 3)(labels.slice(2, 4), keys.slice(1, 2)));
    // 64 squared normals: mean 1 with SD √(2/64) = 0.18.
    const power = image(x, 0).reduce((sum, v) => sum + v * v, 0) / PIXELS;
    expect(Math.abs(power - 1)).toBeLessThan(0.75);
    const zero = new Float32Array(PIXELS);
    new Rng(3, 'representation', 0).fillNormal(zero);
    expect(Math.abs(correlation(zero, image(x, 0)))).toBeLessThan(0.6);
  });
});

describe('trajectories', () => {
  // A stand-in network that knows its label.
  const denoiserOf =
    (chunk: Float32Array): Denoiser =>
    (x, t) =>
      Promise.resolve(x.map((v, k) => v * 0.5 + 0.01 * t + 0.1 * chunk[2 * Math.floor(k / PIXELS)]!));

  it.each([0, 1, 2])('are where the run’s sampler stands at its call %i', async (call) => {
    const { sampler } = spec.evaluation;
    const { frames } = await sampleTrajectory({
      ...{ schedule, prediction: 'epsilon', sampler, pixels: PIXELS, seed: 3, keys },
      denoise: denoiserOf(labels),
    });
    const timestep = [49, 25, 0][call]!;
    const noised = createNoised({ spec, mode: 'trajectory', timestep, seed: 3 }, denoiserOf);
    expect(await noised(labels, keys)).toEqual(frames.slice(call * 3 * PIXELS, (call + 1) * 3 * PIXELS));
  });

  it('fail as the network fails', async () => {
    const broken = () => () => Promise.reject(new Error('no memory'));
    const noised = createNoised({ spec, mode: 'trajectory', timestep: 0, seed: 3 }, broken);
    await expect(noised(labels, keys)).rejects.toThrow('no memory');
  });
});
