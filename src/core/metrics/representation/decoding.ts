import { counted } from '../../base/counted.ts';
import { invalid } from '../../base/errors.ts';
import { Rng } from '../../base/rng.ts';
import type { DecodingResult } from '../records-analysis.ts';
import { centred } from './gram.ts';
import { checkLabels, distinct, type Label } from './labels.ts';
import { checkPoints, type Points } from './points.ts';
import { ridgeData, ridgePredict, type RidgeData } from './ridge.ts';
import { moments, partOf, rowsOf, throwIfStopped, type Watch } from './rows.ts';

/** The section whose labels the regression is fitted to. */
const TRAINED_ON = 'in-distribution';

/**
 * What a score on these labels asks of the decoder of a feature: `composition` if each label's value was seen, but in
 * other pairs; `interpolation` if the value itself was not. Null for sections where that differs from label to label.
 */
export function decodingKind(
  feature: 'x' | 'y',
  on: string,
): 'seen' | 'composition' | 'interpolation' | null {
  switch (on) {
    case 'seen':
      return 'seen';
    case 'folds':
      return 'composition';
    case 'value-folds':
    case 'intersection':
      return 'interpolation';
    case 'vertical': // x held out, y seen
      return feature === 'x' ? 'interpolation' : 'composition';
    case 'horizontal':
      return feature === 'y' ? 'interpolation' : 'composition';
    default:
      return null;
  }
}

export interface DecodingOptions extends Watch {
  /** Ridge penalty relative to the mean variance of a feature times the number of points, default 1e-3. */
  readonly penalty?: number | undefined;
  /** Of the division into folds. */
  readonly seed?: number | undefined;
  /**
   * Period of both features, null (default) for an open frame. With a period the sine and the cosine of the angle
   * θ = 2πx/period are decoded, θ̂ is the angle of the two, and R² = 1 − Σ(1 − cos(θ − θ̂)) / Σ(1 − cos(θ − θ̄)) with θ̄ the
   * mean direction: the ordinary R² with squared distances taken as chords of the circle.
   */
  readonly period?: number | null | undefined;
}

const FOLDS = 5;
/** Two for each fold, so that no fold rests on a single label. */
const LEAST_LABELS = 2 * FOLDS;

/** Numbers in all points together: 512 MiB as float64, and a fit needs them twice. */
const LARGEST = 1 << 26;

/**
 * How well x and y can be read off the representation by a linear map: ridge regression fitted to the labels of the
 * section `in-distribution`, scored by R² = 1 − Σ(v − v̂)²/Σ(v − v̄)² with v̄ the mean of the labels scored, so that a
 * decoder that only knows a section's mean scores 0. Null where the target does not vary.
 *
 * Scores on that section's own labels, then one for every other section, under its name and in order of appearance:
 * - `seen`: the labels that the regression was fitted to
 * - `folds`: five folds of labels, each left out once: pairs of values that were seen, but not together
 * - `value-folds`: five folds of the decoded feature's values, each left out with all its labels
 *
 * A section of a single x (a held-out band of one value) has no variance of x; its R² of x is null.
 * @param sections of each point, in the names of the test sections
 * @throws CliffordError INVALID_INPUT for labels or sections of another length, fewer than 10 labels of the section
 *   `in-distribution`, values that are not finite, no variance, more numbers than memory holds, or a
 *   singular system (penalty 0); CANCELLED
 */
export function decode(
  points: Points,
  labels: readonly Label[],
  sections: readonly string[],
  options: DecodingOptions = {},
): DecodingResult {
  const { penalty = 1e-3, seed = 0, period = null } = options;
  checkInput(points, labels, sections, penalty, period);
  const own = sections.flatMap((section, i) => (section === TRAINED_ON ? [i] : []));
  if (own.length < LEAST_LABELS) {
    throw invalid(
      `decoding: got ${counted(own.length, 'label')} of section "${TRAINED_ON}", expected at least ${LEAST_LABELS}`,
    );
  }
  const { mean } = moments(rowsOf(points), points.count, 'decoding');
  if (own.every((i) => sameRow(points, i, own[0]!))) {
    throw invalid(
      `decoding: got ${counted(own.length, 'point')} of section "${TRAINED_ON}" that are all the same, expected some variance`,
    );
  }
  const rows = centred(points.data, points.count, points.dimension, mean);
  const data = ridgeData(rows, points.count, points.dimension, partOf(options, 0, 0.5));

  const features = FEATURES.map((name, axis) =>
    encoded(
      name,
      labels.map((label) => label[axis]!),
      period,
    ),
  );
  const fits = 1 + FOLDS + FEATURES.length * FOLDS;
  let done = 0;
  const predict = (wanted: readonly Feature[], train: readonly number[], test: readonly number[]) => {
    throwIfStopped(options, 'decoding');
    const estimates = estimate(data, wanted, train, test, penalty, options);
    options.onProgress?.(0.5 + (0.5 * ++done) / fits);
    return estimates;
  };

  const everyone = Array.from(labels.keys());
  const others = [...new Set(sections)].filter((section) => section !== TRAINED_ON);
  const random = new Rng(seed, 'folds');
  const fitted = predict(features, own, everyone);
  const acrossLabels = leaveOut(
    features,
    own,
    dealt(own, (i) => i, random),
    predict,
  )!;
  const targets = features.map((feature, f) => {
    const valueFolds = dealt(own, (i) => feature.values[i]!, random);
    const acrossValues = leaveOut([feature], own, valueFolds, predict);
    const score = (on: string, indices: readonly number[], estimates: Estimates | undefined) => ({
      on,
      labels: indices.length,
      r2: estimates === undefined ? null : rSquared(feature, indices, estimates),
    });
    return {
      feature: feature.name,
      scores: [
        score('seen', own, fitted[f]),
        score('folds', own, acrossLabels[f]),
        score('value-folds', own, acrossValues?.[0]),
        ...others.map((section) =>
          score(
            section,
            everyone.filter((i) => sections[i] === section),
            fitted[f],
          ),
        ),
      ],
    };
  });
  options.onProgress?.(1);
  return { penalty, targets };
}

const FEATURES = ['x', 'y'] as const;

/** A feature as the regression's targets: the number itself, or the cosine and sine of its angle. */
interface Feature {
  readonly name: (typeof FEATURES)[number];
  readonly values: readonly number[];
  readonly width: 1 | 2;
  // aims: (points, width)
  readonly aims: Float64Array;
}

/** Of one feature, by index of the point. */
type Estimates = ReadonlyMap<number, readonly number[]>;

function encoded(name: Feature['name'], values: readonly number[], period: number | null): Feature {
  if (period === null) return { name, values, width: 1, aims: Float64Array.from(values) };
  const angles = values.map((value) => (2 * Math.PI * value) / period);
  const aims = Float64Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]));
  return { name, values, width: 2, aims };
}

/** Fits all features at once on `train`; of an angle the estimate is the point of the unit circle in its direction. */
function estimate(
  data: RidgeData,
  features: readonly Feature[],
  train: readonly number[],
  test: readonly number[],
  penalty: number,
  watch: Watch,
): Estimates[] {
  const k = features.reduce((sum, { width }) => sum + width, 0);
  const targets = new Float64Array(data.count * k);
  for (let i = 0; i < data.count; i++) {
    let at = i * k;
    for (const { aims, width } of features) {
      for (let t = 0; t < width; t++) targets[at++] = aims[i * width + t]!;
    }
  }
  const predicted = ridgePredict(data, targets, k, train, test, penalty, watch);
  let first = 0;
  return features.map(({ width }) => {
    const from = first;
    first += width;
    return new Map(
      test.map((i, r) => {
        const values = Array.from(predicted.subarray(r * k + from, r * k + from + width));
        return [i, width === 2 ? onCircle(values) : values];
      }),
    );
  });
}

function onCircle([cosine, sine]: readonly number[]): number[] {
  const angle = Math.atan2(sine!, cosine!);
  return [Math.cos(angle), Math.sin(angle)];
}

/** Estimates of each of `own` by a fit without its fold; null if all are in one fold. */
function leaveOut(
  features: readonly Feature[],
  own: readonly number[],
  folds: readonly number[],
  predict: (wanted: readonly Feature[], train: readonly number[], test: readonly number[]) => Estimates[],
): Estimates[] | null {
  const count = folds.reduce((most, fold) => Math.max(most, fold), 0) + 1;
  if (count < 2) return null;
  const out = features.map(() => new Map<number, readonly number[]>());
  for (let fold = 0; fold < count; fold++) {
    const train = own.filter((_, r) => folds[r] !== fold);
    const test = own.filter((_, r) => folds[r] === fold);
    for (const [f, estimates] of predict(features, train, test).entries()) {
      for (const [i, values] of estimates) out[f]!.set(i, values);
    }
  }
  return out;
}

/** A target whose variance is below this, of its mean square, does not vary: what is left is rounding. */
const NO_VARIANCE = 1e-24;

function rSquared({ aims, width }: Feature, indices: readonly number[], estimates: Estimates): number | null {
  let centre = new Array<number>(width).fill(0);
  for (const i of indices)
    for (let t = 0; t < width; t++) centre[t]! += aims[i * width + t]! / indices.length;
  // Of angles the mean direction; where there is none, every direction does equally well.
  if (width === 2) centre = onCircle(centre);
  let [error, variance, scale] = [0, 0, 0];
  for (const i of indices) {
    const values = estimates.get(i)!;
    for (let t = 0; t < width; t++) {
      const aim = aims[i * width + t]!;
      error += (aim - values[t]!) ** 2;
      variance += (aim - centre[t]!) ** 2;
      scale += aim * aim;
    }
  }
  return variance <= NO_VARIANCE * scale ? null : 1 - error / variance;
}

function sameRow({ data, dimension }: Points, i: number, j: number): boolean {
  for (let c = 0; c < dimension; c++) {
    if (data[i * dimension + c] !== data[j * dimension + c]) return false;
  }
  return true;
}

/** Deals the distinct keys of the items into folds at random; items with the same key share a fold. */
function dealt(items: readonly number[], keyOf: (item: number) => number, random: Rng): number[] {
  const keys = random.shuffle(distinct(items.map(keyOf)));
  const foldOf = new Map(keys.map((key, place) => [key, place % FOLDS]));
  return items.map((item) => foldOf.get(keyOf(item))!);
}

function checkInput(
  points: Points,
  labels: readonly Label[],
  sections: readonly string[],
  penalty: number,
  period: number | null,
): void {
  checkLabels(points, labels, 'decoding');
  if (sections.length !== points.count) {
    throw invalid(`decoding: got ${sections.length} sections for ${points.count} points, expected one each`);
  }
  if (!(penalty >= 0)) throw invalid(`decoding: got penalty ${penalty}, expected a number from 0`);
  if (period !== null && !(period > 0)) {
    throw invalid(`decoding: got period ${period}, expected a positive number or null`);
  }
  const { count, dimension } = points;
  if (count * dimension > LARGEST) {
    throw invalid(
      `decoding: got ${counted(count, 'point')} of ${counted(dimension, 'dimension')}, ` +
        `expected at most ${Math.floor(LARGEST / dimension)} of that dimension, which memory holds`,
    );
  }
  checkPoints(points, LEAST_LABELS, 'decoding');
}
