import { describe, expect, it } from 'vitest';
import { alphaBarAt, makeSchedule } from './schedule.ts';

const ddpm = () =>
  makeSchedule({ timesteps: 1000, schedule: { kind: 'linear', betaStart: 1e-4, betaEnd: 0.02 } });
const cosine = (timesteps = 1000) =>
  makeSchedule({ timesteps, schedule: { kind: 'cosine', s: 0.008, maxBeta: 0.999 } });

describe('linear schedule', () => {
  // Reference: the schedule of DDPM's section 4 as computed by diffusers' DDPMScheduler.
  it.each([
    [0, 0.9999, 1e-12],
    [99, 0.897018, 5e-7],
    [499, 0.0785872, 5e-8],
    [999, 4.03583e-5, 5e-11],
  ])('has the published ᾱ(%i) = %d', (t, expected, tolerance) => {
    expect(Math.abs(ddpm().alphaBar[t]! - expected)).toBeLessThan(tolerance);
  });

  // Reference: diffusers' test_schedulers/test_scheduler_ddpm.py, test_variance.
  it.each([
    [0, 0],
    [487, 0.00979],
    [999, 0.02],
  ])('has the published posterior variance β̃(%i) = %d', (t, expected) => {
    expect(Math.abs(ddpm().posteriorVariance[t]! - expected)).toBeLessThan(1e-5);
  });

  it('starts at betaStart and ends at betaEnd exactly', () => {
    const { beta } = ddpm();
    expect([beta[0], beta[999]]).toEqual([1e-4, 0.02]);
  });
});

describe('cosine schedule', () => {
  it('follows cos² as long as β is below maxBeta', () => {
    const s = cosine();
    const f = (t: number) => Math.cos(((t / 1000 + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
    for (const t of [0, 1, 250, 500, 998]) expect(s.alphaBar[t]! / (f(t + 1) / f(0))).toBeCloseTo(1, 9);
    expect(s.beta[999]).toBe(0.999);
  });
});

describe.each([
  ['linear', ddpm()],
  ['cosine', cosine()],
  ['cosine, T = 2', cosine(2)],
])('every schedule: %s', (_, s) => {
  it('keeps ᾱ in (0, 1) and decreasing, and 0 ≤ β̃ ≤ β', () => {
    for (let t = 0; t < s.timesteps; t++) {
      expect(s.alphaBar[t]).toBeGreaterThan(0);
      expect(s.alphaBar[t]).toBeLessThan(alphaBarAt(s, t - 1));
      expect(s.posteriorVariance[t]).toBeLessThanOrEqual(s.beta[t]!);
    }
  });

  it('preserves unit variance: √ᾱ² + √(1−ᾱ)² = 1', () => {
    for (let t = 0; t < s.timesteps; t++) {
      expect(s.sqrtAlphaBar[t]! ** 2 + s.sqrtOneMinusAlphaBar[t]! ** 2).toBeCloseTo(1, 12);
    }
  });
});

describe('bad schedules', () => {
  it.each([
    [{ kind: 'linear', betaStart: 0.02, betaEnd: 1e-4 }, /betaStart 0\.02 above betaEnd 0\.0001/],
    [{ kind: 'linear', betaStart: 0, betaEnd: 0.1 }, /betaStart: got 0/],
    [{ kind: 'linear', betaStart: 0.1, betaEnd: 1 }, /betaEnd: got 1/],
    [{ kind: 'linear', betaStart: NaN, betaEnd: 0.1 }, /betaStart: got NaN/],
    [{ kind: 'cosine', s: -1, maxBeta: 0.9 }, /\.s: got -1/],
    [{ kind: 'linear', betaStart: 0.5, betaEnd: 0.9 }, /ᾱ falls to .* at t = \d+/],
  ] as const)('says what is wrong with %j', (schedule, message) => {
    expect(() => makeSchedule({ timesteps: 1000, schedule })).toThrow(message);
  });

  it('refuses a timestep outside the table', () => {
    expect(() => alphaBarAt(ddpm(), 1000)).toThrow(/got 1000, expected an integer from -1 to 999/);
  });
});
