import { counted } from '../../../core/base/counted.ts';
import { invalid } from '../../../core/base/errors.ts';
import type { PointsFile } from '../../../files/points-file.ts';

/**
 * Which two columns hold the pairs: those with the names, wherever they stand, else the only two.
 * @throws CliffordError INVALID_INPUT where neither is there
 */
export function columnsOfPairs(
  { names, dimension, source }: Pick<PointsFile, 'names' | 'dimension' | 'source'>,
  [first, second]: readonly [string, string],
  onNotice: (sentence: string) => void,
): [number, number] {
  const places = [first, second].map((wanted) =>
    (names ?? []).findIndex((name) => name.trim().toLowerCase() === wanted),
  ) as [number, number];
  if (!places.includes(-1)) {
    if (dimension > 2) onNotice(`${source}: columns ${first} and ${second} of ${dimension} are used`);
    return places;
  }
  if (dimension === 2) return [0, 1];
  throw invalid(
    `${source}: got ${counted(dimension, 'column')}, expected two, ${first} and ${second}, or a header that names them`,
  );
}

/**
 * The period of labels that fill evenly spaced values on both axes: the number of values times their spacing. Values that
 * are missing, or axes that differ, do not say it.
 * @throws CliffordError INVALID_INPUT asking for --size
 */
export function periodOfLabels(
  labels: readonly (readonly [number, number])[],
  source: string,
  onNotice: (sentence: string) => void,
): number {
  const [x, y] = [axisPeriod(labels, 0), axisPeriod(labels, 1)];
  if (x.period === null || y.period === null || Math.abs(x.period - y.period) > 1e-6 * x.period) {
    throw invalid(
      `--size: got none, and ${source} does not say the period of its labels (x ${x.text}, y ${y.text}); ` +
        'expected --size N, the side of the images',
    );
  }
  // Six digits: float32 labels miss their place by about 1e-7 of the greatest.
  const period = Number(x.period.toPrecision(6));
  onNotice(`${source}: the period of the labels is taken as ${period} (x ${x.text}); --size says another`);
  return period;
}

function axisPeriod(
  labels: readonly (readonly [number, number])[],
  axis: 0 | 1,
): { period: number | null; text: string } {
  const values = [...new Set(labels.map((label) => label[axis]))].sort((a, b) => a - b);
  const [least, greatest] = [values[0]!, values.at(-1)!];
  const text = `has ${values.length} values from ${least} to ${greatest}`;
  if (values.length < 2) return { period: null, text };
  const spacing = (greatest - least) / (values.length - 1);
  const tolerance = 1e-3 * spacing;
  const even = values.every((value, i) => Math.abs(value - least - i * spacing) <= tolerance);
  // A frame is [0, N): a lattice that begins elsewhere has been cut, or is larger than the frame.
  const inFrame = least >= 0 && least < spacing;
  return { period: even && inFrame ? values.length * spacing : null, text };
}
