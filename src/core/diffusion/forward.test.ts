import { describe, expect, it } from 'vitest';
import { drawNoise, drawTimesteps, qSample, qSampleCoefficients, vTarget } from './forward.ts';
import { makeSchedule } from './schedule.ts';

const schedule = makeSchedule({
  timesteps: 1000,
  schedule: { kind: 'linear', betaStart: 1e-4, betaEnd: 0.02 },
});
const key = { seed: 5, step: 17, shard: 1 };

describe('training draws', () => {
  it('replay for equal keys and differ between steps, shards and seeds', () => {
    const draw = (k: typeof key) => {
      const t = new Int32Array(8);
      const e = new Float32Array(32);
      drawTimesteps(k, 1000, t);
      drawNoise(k, e);
      return [...t, ...e];
    };
    expect(draw(key)).toEqual(draw(key));
    const others = [
      { ...key, step: 18 },
      { ...key, shard: 0 },
      { ...key, seed: 6 },
    ].map(draw);
    for (const other of others) {
      expect(other.filter((v, i) => v === draw(key)[i]).length).toBeLessThan(2);
    }
  });

  it('covers [0, T) uniformly, both ends included', () => {
    const T = 10;
    const n = 20_000;
    const counts = new Array<number>(T).fill(0);
    const t = new Int32Array(n);
    drawTimesteps(key, T, t);
    for (const v of t) counts[v]!++;
    // χ² with 9 degrees of freedom: above 33.7 with probability 1e-4.
    const chi2 = counts.reduce((sum, c) => sum + (c - n / T) ** 2 / (n / T), 0);
    expect(chi2).toBeLessThan(33.7);
  });

  it('draws noise that is independent of the batch size asked for', () => {
    const short = new Float32Array(16);
    const long = new Float32Array(64);
    drawNoise(key, short);
    drawNoise(key, long);
    expect(long.slice(0, 16)).toEqual(short);
  });
});

describe('q(x_t | x₀)', () => {
  const t = Int32Array.of(0, 499, 999);
  const x0 = Float32Array.of(1, -1, 0.5, 0.25, -0.5, 1);
  const epsilon = Float32Array.of(0.3, -2, 1, 0, -1, 0.7);

  it('gives each image its own timestep', () => {
    const out = new Float32Array(6);
    qSample(schedule, x0, t, epsilon, out);
    for (let i = 0; i < 6; i++) {
      const a = schedule.alphaBar[t[i >> 1]!]!;
      expect(out[i]).toBeCloseTo(Math.sqrt(a) * x0[i]! + Math.sqrt(1 - a) * epsilon[i]!, 6);
    }
  });

  it('agrees with its coefficients', () => {
    const [signal, noise, out] = [new Float32Array(3), new Float32Array(3), new Float32Array(6)];
    qSampleCoefficients(schedule, t, signal, noise);
    qSample(schedule, x0, t, epsilon, out);
    for (let i = 0; i < 6; i++) {
      expect(out[i]).toBeCloseTo(signal[i >> 1]! * x0[i]! + noise[i >> 1]! * epsilon[i]!, 6);
    }
  });

  it('rotates (x₀, ε): x_t and v give back both', () => {
    const [x, v] = [new Float32Array(6), new Float32Array(6)];
    qSample(schedule, x0, t, epsilon, x);
    vTarget(schedule, x0, t, epsilon, v);
    for (let i = 0; i < 6; i++) {
      const c = schedule.sqrtAlphaBar[t[i >> 1]!]!;
      const s = schedule.sqrtOneMinusAlphaBar[t[i >> 1]!]!;
      expect(c * x[i]! - s * v[i]!).toBeCloseTo(x0[i]!, 6);
      expect(s * x[i]! + c * v[i]!).toBeCloseTo(epsilon[i]!, 6);
    }
  });

  it('may write over its input', () => {
    const [out, inPlace] = [new Float32Array(6), x0.slice()];
    qSample(schedule, x0, t, epsilon, out);
    qSample(schedule, inPlace, t, epsilon, inPlace);
    expect(inPlace).toEqual(out);
  });

  it('refuses sizes that do not fit and timesteps outside the schedule', () => {
    const out = new Float32Array(6);
    expect(() => qSample(schedule, x0, t, epsilon.subarray(1), out)).toThrow(
      /6 x₀, 5 ε and 6 output values for 3/,
    );
    expect(() => qSample(schedule, x0, Int32Array.of(0, 1, 1000), epsilon, out)).toThrow(
      /got 1000, expected an integer from 0 to 999/,
    );
  });
});
