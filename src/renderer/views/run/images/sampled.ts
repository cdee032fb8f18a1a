import { judge, type Verdict } from '../../../../core/metrics/evaluation-labels.ts';
import type { EvaluationSamples } from '../../../../shared/contract/runs.ts';
import type { Reading, SampleResult } from '../../../../shared/contract/sampling.ts';
import { bytesOf, imageAt } from './pixels.ts';

/** One generated image with what was read off it. */
export interface SampledImage {
  // pixels: (N, N) uint8
  readonly pixels: Uint8Array;
  readonly reading: Reading;
  readonly verdict: Verdict;
}

export interface SampledLabel {
  readonly label: readonly [x: number, y: number];
  readonly images: readonly SampledImage[];
}

export interface SampledSection {
  readonly section: string;
  readonly labels: readonly SampledLabel[];
}

/** How images are judged: those of a run's evaluations, and others in the same way. */
export interface Rule {
  readonly tolerancePx: number;
  /** Image side where labels wrap; null on open boundaries. */
  readonly period: number | null;
}

/** The images of an evaluation by section and label. */
export function groupEvaluation(samples: EvaluationSamples, period: number | null): SampledSection[] {
  const pixels = bytesOf(samples.pixels);
  const { samplesPerLabel, readings, size } = samples;
  const rule = { tolerancePx: samples.evaluation.tolerancePx, period };
  let at = 0;
  return samples.sections.map(({ section, labels }) => ({
    section,
    labels: Array.from({ length: labels }, () => {
      const first = at;
      at += samplesPerLabel;
      const { label } = readings[first]!;
      const images = Array.from({ length: samplesPerLabel }, (_, i) =>
        judged(imageAt(pixels, size, first + i), readings[first + i]!, label, rule),
      );
      return { label, images };
    }),
  }));
}

/** The images of the playground by label. */
export function groupResult(result: SampleResult, rule: Rule): SampledLabel[] {
  const pixels = bytesOf(result.pixels);
  return result.labels.map((label, l) => ({
    label,
    images: Array.from({ length: result.count }, (_, i) => {
      const at = l * result.count + i;
      return judged(imageAt(pixels, result.size, at), result.readings[at]!, label, rule);
    }),
  }));
}

function judged(
  pixels: Uint8Array,
  reading: Reading,
  [x, y]: readonly [number, number],
  { tolerancePx, period }: Rule,
): SampledImage {
  const read = { ...reading, x: reading.x ?? NaN, y: reading.y ?? NaN };
  return { pixels, reading, verdict: judge(read, x, y, tolerancePx, period) };
}

/** What was read, in words: `(3.1, 7.0)`, or what is wrong with the picture. */
export function readingText({ x, y, countX, countY }: Reading): string {
  if (countX === 0 && countY === 0) return 'nothing';
  if (countX === 2 && countY === 2) return 'several';
  const one = (value: number | null, count: number): string =>
    count === 0 || value === null ? 'none' : count === 2 ? 'several' : value.toFixed(1);
  return `(${one(x, countX)}, ${one(y, countY)})`;
}

export function verdictText({ rightX, rightY }: Verdict): string {
  if (rightX && rightY) return 'right';
  return rightX ? 'y wrong' : rightY ? 'x wrong' : 'wrong';
}

/** A label as people write it: `(3, 7.5)`. */
export function labelText([x, y]: readonly [number, number]): string {
  const short = (v: number): string => String(Number(v.toFixed(3)));
  return `(${short(x)}, ${short(y)})`;
}
