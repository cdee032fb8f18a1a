import { describe, expect, it } from 'vitest';
import { initialNoise, sample, type Denoiser, type SampleRequest } from './sampler.ts';
import { makeSchedule } from './schedule.ts';
import { SamplerSpec } from './spec.ts';
import {
  checkTrajectorySize,
  MOST_TRAJECTORY_VALUES,
  sampleTrajectory,
  trajectoryTimesteps,
} from './trajectory.ts';

const schedule = makeSchedule({
  timesteps: 100,
  schedule: { kind: 'linear', betaStart: 1e-3, betaEnd: 0.05 },
});
const PIXELS = 9;
const keys = Uint32Array.of(4, 9);

function request(sampler: Partial<SamplerSpec>, denoise: Denoiser): SampleRequest {
  return {
    schedule,
    prediction: 'epsilon',
    sampler: SamplerSpec.parse(sampler),
    denoise,
    pixels: PIXELS,
    seed: 3,
    keys,
  };
}

/** A network that is no constant and remembers what it was shown. */
function recorder() {
  const seen: { x: Float32Array; t: number }[] = [];
  const denoise: Denoiser = (x, t) => {
    seen.push({ x: x.slice(), t });
    return Promise.resolve(x.map((v, i) => Math.sin(3 * v + i) * 0.8));
  };
  return { seen, denoise };
}

describe.each([
  ['DDIM', { kind: 'ddim', steps: 7 }],
  ['DDIM with noise', { kind: 'ddim', steps: 7, eta: 1 }],
  ['DDPM that does not clip', { kind: 'ddpm', steps: 7, clip: false }],
] as const)('sampleTrajectory: %s', (_, sampler) => {
  it('has the noise first, what the network saw in each call, and the sample last, bit for bit', async () => {
    const { seen, denoise } = recorder();
    const { frames } = await sampleTrajectory(request(sampler, denoise));
    const frame = (k: number) => frames.subarray(k * 2 * PIXELS, (k + 1) * 2 * PIXELS);
    expect(frames).toHaveLength(8 * 2 * PIXELS);
    expect(frame(0)).toEqual(initialNoise(3, keys, PIXELS));
    seen.forEach(({ x }, k) => expect(frame(k)).toEqual(x));
    expect(trajectoryTimesteps(schedule, request(sampler, denoise).sampler)).toEqual(seen.map((s) => s.t));
    expect(frame(7)).toEqual(await sample(request(sampler, recorder().denoise)));
  });

  it('predicts the clean image from each frame: x₀ = (x_t − √(1−ᾱ) ε)/√ᾱ', async () => {
    const { seen, denoise } = recorder();
    const { predictions } = await sampleTrajectory(request(sampler, denoise));
    expect(predictions).toHaveLength(7 * 2 * PIXELS);
    const clips = request(sampler, denoise).sampler.clip;
    for (const [k, { x, t }] of seen.entries()) {
      const epsilon = await recorder().denoise(x, t);
      x.forEach((v, i) => {
        const clean = (v - schedule.sqrtOneMinusAlphaBar[t]! * epsilon[i]!) / schedule.sqrtAlphaBar[t]!;
        const expected = clips ? Math.max(-1, Math.min(1, clean)) : clean;
        expect(predictions[k * 2 * PIXELS + i]).toBe(Math.fround(expected));
      });
    }
  });
});

describe('checkTrajectorySize', () => {
  it('takes what fits exactly, and says how much does', () => {
    checkTrajectorySize(MOST_TRAJECTORY_VALUES / (32 * 16 * 16), 31, 16);
    expect(() => checkTrajectorySize(256, 1000, 32)).toThrow(
      'trajectory: got 256 images × 1001 frames × 32×32 pixels = 262406144 values, ' +
        'expected at most 33554432; 32 images or fewer steps fit',
    );
    expect(() => checkTrajectorySize(1, 9999, 64)).toThrow('expected at most 33554432; fewer steps fit');
  });
});
