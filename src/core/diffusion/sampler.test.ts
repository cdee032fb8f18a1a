import { describe, expect, it } from 'vitest';
import { posteriorVariance, sampledTimesteps, samplingPlan } from './plan.ts';
import { guidedDenoiser, initialNoise, sample, type Denoiser, type SampleRequest } from './sampler.ts';
import { makeSchedule } from './schedule.ts';
import { SamplerSpec } from './spec.ts';

const linear = makeSchedule({
  timesteps: 1000,
  schedule: { kind: 'linear', betaStart: 1e-4, betaEnd: 0.02 },
});
const cosine = makeSchedule({
  timesteps: 1000,
  schedule: { kind: 'cosine', s: 0.008, maxBeta: 0.999 },
});
const spec = (s: Partial<SamplerSpec> = {}) => SamplerSpec.parse(s);

/** Moments of an array. */
function moments(a: Float32Array): { mean: number; variance: number } {
  const mean = a.reduce((s, v) => s + v, 0) / a.length;
  return { mean, variance: a.reduce((s, v) => s + (v - mean) ** 2, 0) / a.length };
}

describe("diffusers' DDIM reference (tests/schedulers/test_scheduler_ddim.py)", () => {
  // dummy_sample_deter: arange(768)/768 reshaped to (3, 8, 8, 4), permuted (3, 0, 1, 2); the sums do not depend
  // on the order, and neither does the sampler.
  const initial = Float32Array.from({ length: 768 }, (_, i) => i / 768);
  const run = (prediction: 'epsilon' | 'v', overrides: Partial<SamplerSpec> = {}) =>
    sample({
      schedule: linear,
      prediction,
      sampler: spec({ steps: 10, spacing: 'leading', epsilonAfterClip: 'keep', ...overrides }),
      denoise: (x, t) => Promise.resolve(x.map((v) => (v * t) / (t + 1))),
      pixels: 192,
      seed: 0,
      keys: Uint32Array.of(0, 1, 2, 3),
      initial,
    });
  const absSum = (a: Float32Array) => a.reduce((s, v) => s + Math.abs(v), 0);

  it('gives Σ|x| = 172.0067 and mean |x| = 0.223967', async () => {
    const sum = absSum(await run('epsilon'));
    // The published values carry four and six decimals; diffusers itself allows 1e-2 and 1e-3.
    expect(Math.abs(sum - 172.0067)).toBeLessThan(1e-3);
    expect(Math.abs(sum / 768 - 0.223967)).toBeLessThan(2e-6);
  });

  it('gives Σ|x| = 52.5302 with v-prediction', async () => {
    expect(Math.abs(absSum(await run('v')) - 52.5302)).toBeLessThan(1e-3);
  });

  it.each([
    [420, 400, 0.14771],
    [980, 960, 0.3246],
  ])('has variance(%i → %i) = %d', (t, tPrevious, expected) => {
    expect(Math.abs(posteriorVariance(linear, t, tPrevious) - expected)).toBeLessThan(1e-5);
  });
});

describe('timesteps', () => {
  it('spaces evenly with both ends (linspace) or by multiples (leading)', () => {
    expect([...sampledTimesteps(1000, 4, 'linspace')]).toEqual([999, 666, 333, 0]);
    expect([...sampledTimesteps(1000, 4, 'leading')]).toEqual([750, 500, 250, 0]);
    expect([...sampledTimesteps(1000, 1, 'linspace')]).toEqual([999]);
  });

  it.each(['linspace', 'leading'] as const)('never repeats a timestep (%s)', (spacing) => {
    for (const steps of [2, 3, 7, 999, 1000]) {
      expect(new Set(sampledTimesteps(1000, steps, spacing)).size).toBe(steps);
    }
  });

  it('refuses more steps than timesteps', () => {
    expect(() => sampledTimesteps(100, 101, 'linspace')).toThrow(
      /got 101, expected an integer from 1 to .*100/,
    );
  });
});

describe('DDPM plan', () => {
  it('is eq. 7 and eq. 11 of the paper at T steps', () => {
    const plan = samplingPlan(linear, spec({ kind: 'ddpm', steps: 1000, variance: 'posterior' }));
    for (const step of plan) {
      const { t } = step;
      const [a, alpha, beta] = [linear.alphaBar[t]!, linear.alpha[t]!, linear.beta[t]!];
      expect(step.tPrevious).toBe(t - 1);
      expect(step.sigma ** 2).toBeCloseTo(linear.posteriorVariance[t]!, 12);
      // Eq. 11: μ = (x_t − β/√(1−ᾱ) ε)/√α, by putting x₀ = (x_t − √(1−ᾱ) ε)/√ᾱ into the posterior mean.
      expect(step.fromX + step.fromX0 / Math.sqrt(a)).toBeCloseTo(1 / Math.sqrt(alpha), 9);
      expect((step.fromX0 * Math.sqrt(1 - a)) / Math.sqrt(a)).toBeCloseTo(
        beta / Math.sqrt(1 - a) / Math.sqrt(alpha),
        9,
      );
    }
  });

  it('uses σ² = β by default and no noise in the last step', () => {
    const plan = samplingPlan(linear, spec({ kind: 'ddpm', steps: 1000 }));
    expect(plan[0]!.sigma ** 2).toBeCloseTo(0.02, 9);
    expect(plan[999]).toMatchObject({ t: 0, tPrevious: -1, sigma: 0 });
  });

  it('is DDIM with η = 1 under the posterior variance, for any stride', () => {
    const ddpm = samplingPlan(cosine, spec({ kind: 'ddpm', steps: 20, variance: 'posterior' }));
    const ddim = samplingPlan(cosine, spec({ kind: 'ddim', steps: 20, eta: 1 }));
    ddpm.forEach((p, i) => {
      const q = ddim[i]!;
      const [c, s] = [cosine.sqrtAlphaBar[p.t]!, cosine.sqrtOneMinusAlphaBar[p.t]!];
      expect(q.sigma).toBeCloseTo(p.sigma, 9);
      // DDIM's ε put in as (x_t − √ᾱ x₀)/√(1−ᾱ) must give DDPM's weights of x_t and x₀.
      expect(q.fromEpsilon / s).toBeCloseTo(p.fromX, 9);
      expect(q.fromX0 - (q.fromEpsilon * c) / s).toBeCloseTo(p.fromX0, 9);
    });
  });
});

describe('sampling Gaussian data, whose best denoiser is known', () => {
  // x₀ ~ N(m, s²): E[ε | x_t] = √(1−ᾱ)(x_t − √ᾱ m)/(ᾱ s² + 1 − ᾱ).
  const [m, s] = [0.3, 0.2];
  const best =
    (schedule: typeof linear): Denoiser =>
    (x, t) => {
      const a = schedule.alphaBar[t]!;
      return Promise.resolve(x.map((v) => (Math.sqrt(1 - a) * (v - Math.sqrt(a) * m)) / (a * s * s + 1 - a)));
    };
  const request = (schedule: typeof linear, sampler: SamplerSpec, images = 8): SampleRequest => ({
    schedule,
    prediction: 'epsilon',
    sampler,
    denoise: best(schedule),
    pixels: 256,
    seed: 11,
    keys: Uint32Array.from({ length: images }, (_, i) => i),
  });

  it('maps noise z to m + s·z by DDIM with many steps (the probability flow)', async () => {
    const r = request(cosine, spec({ steps: 1000, clip: false }));
    const x = await sample(r);
    const z = initialNoise(r.seed, r.keys, r.pixels);
    // 0.02·|z| of discretization at T = 1000, and √ᾱ_T is nearly zero for the cosine schedule.
    x.forEach((v, i) => expect(Math.abs(v - (m + s * z[i]!))).toBeLessThan(0.02 * (1 + Math.abs(z[i]!))));
  });

  it.each([
    ['ddpm, σ² = β', { kind: 'ddpm', variance: 'beta' }],
    ['ddpm, posterior variance', { kind: 'ddpm', variance: 'posterior' }],
    ['ddim, η = 1', { kind: 'ddim', eta: 1 }],
    ['ddim, η = 0.5', { kind: 'ddim', eta: 0.5 }],
  ] as const)('gives the mean and the variance: %s', async (_, overrides) => {
    const x = await sample(request(linear, spec({ steps: 1000, clip: false, ...overrides }), 16));
    const { mean, variance } = moments(x);
    // n = 4096: five standard errors are 0.0156 for the mean and 11 % for the variance.
    expect(Math.abs(mean - m)).toBeLessThan(0.0156);
    expect(Math.abs(variance / s ** 2 - 1)).toBeLessThan(0.12);
  });

  it('agrees between ε- and v-prediction', async () => {
    const r = request(cosine, spec({ steps: 20 }));
    const v: Denoiser = async (x, t) => {
      const epsilon = await r.denoise(x, t);
      const [c, sn] = [cosine.sqrtAlphaBar[t]!, cosine.sqrtOneMinusAlphaBar[t]!];
      return epsilon.map((e, i) => c * e - sn * ((x[i]! - sn * e) / c));
    };
    const [a, b] = await Promise.all([sample(r), sample({ ...r, prediction: 'v', denoise: v })]);
    // The first steps divide by √ᾱ of about 5e-5: float32 rounding of v is magnified before the clip.
    a.forEach((value, i) => expect(Math.abs(value - b[i]!)).toBeLessThan(1e-3));
  });

  it('stays within [-1, 1] with clipping', async () => {
    const r = request(cosine, spec({ steps: 5 }));
    const x = await sample({ ...r, denoise: (input) => Promise.resolve(input.map(() => 0)) });
    expect(Math.max(...x.map(Math.abs))).toBeLessThanOrEqual(1);
  });
});

describe('clipping', () => {
  // x = 2 and ε = 0.5 at t = 999 predict x₀ far above 1; the next state t′ = 0 in two ways by hand (DDIM eq. 12).
  const [a, aPrevious] = [linear.alphaBar[999]!, linear.alphaBar[0]!];
  it.each([
    ['keep', 0.5],
    ['recompute', (2 - Math.sqrt(a)) / Math.sqrt(1 - a)],
  ] as const)('takes the ε asked for: %s', async (epsilonAfterClip, epsilon) => {
    let first: number | undefined;
    await sample({
      schedule: linear,
      prediction: 'epsilon',
      sampler: spec({ steps: 2, epsilonAfterClip }),
      denoise: (x) => Promise.resolve(x.map(() => 0.5)),
      pixels: 1,
      seed: 0,
      keys: Uint32Array.of(0),
      initial: Float32Array.of(2),
      onStep: ({ x, x0 }) => {
        first ??= x[0];
        expect(x0[0]).toBe(1);
      },
    });
    expect(first).toBeCloseTo(Math.sqrt(aPrevious) + Math.sqrt(1 - aPrevious) * epsilon, 6);
  });
});

describe('noise by image', () => {
  const denoise: Denoiser = (x) => Promise.resolve(x.map((v) => 0.5 * v));
  const run = (keys: number[], seed = 3) =>
    sample({
      schedule: linear,
      prediction: 'epsilon',
      sampler: spec({ kind: 'ddpm', steps: 5 }),
      denoise,
      pixels: 9,
      seed,
      keys: Uint32Array.from(keys),
    });

  it('depends on seed and key, not on the batch or the place in it', async () => {
    const together = await run([7, 8, 4_000_000_000]);
    for (const [i, key] of [7, 8, 4_000_000_000].entries()) {
      expect(await run([key])).toEqual(together.slice(i * 9, (i + 1) * 9));
    }
    expect((await run([4_000_000_000, 7])).slice(9)).toEqual(together.slice(0, 9));
    expect(await run([7], 4)).not.toEqual(together.slice(0, 9));
  });

  it('reports every step and leaves the given start unchanged', async () => {
    const initial = Float32Array.of(1, 2, 3);
    const seen: number[][] = [];
    await sample({
      schedule: linear,
      prediction: 'epsilon',
      sampler: spec({ steps: 3 }),
      denoise,
      pixels: 3,
      seed: 0,
      keys: Uint32Array.of(0),
      initial,
      onStep: ({ index, steps, t, tPrevious }) => seen.push([index, steps, t, tPrevious]),
    });
    expect(seen).toEqual([
      [0, 3, 999, 500],
      [1, 3, 500, 0],
      [2, 3, 0, -1],
    ]);
    expect([...initial]).toEqual([1, 2, 3]);
  });

  it('names the step at which the network gives NaN', async () => {
    const nan: Denoiser = (x, t) => Promise.resolve(x.map(() => (t < 600 ? NaN : 0)));
    await expect(
      sample({
        schedule: linear,
        prediction: 'epsilon',
        sampler: spec({ steps: 3 }),
        denoise: nan,
        pixels: 4,
        seed: 0,
        keys: Uint32Array.of(0),
      }),
    ).rejects.toThrow(/step 2 of 3 \(t = 500\): the network gave NaN/);
  });
});

describe('guidance', () => {
  it('extrapolates from no label to label, even when both calls share one output array', async () => {
    const shared = new Float32Array(2);
    const constant =
      (value: number): Denoiser =>
      () =>
        Promise.resolve(shared.fill(value));
    const x = new Float32Array(2);
    expect([...(await guidedDenoiser(constant(1), constant(0.5), 3)(x, 0))]).toEqual([2, 2]);
    expect([...(await guidedDenoiser(constant(1), constant(0.5), 0)(x, 0))]).toEqual([0.5, 0.5]);
  });

  it('makes no second call at weight 1', async () => {
    const conditional: Denoiser = (x) => Promise.resolve(x);
    const never: Denoiser = () => Promise.reject(new Error('called without label'));
    expect(guidedDenoiser(conditional, never, 1)).toBe(conditional);
  });
});
