import { invalid } from '../../core/base/errors.ts';
import { MOST_IMAGES } from '../../shared/engine-protocol.ts';

/**
 * Parses values of one coordinate: numbers (`8`), ranges `start:end:step` or `start:end` (step 1) whose end is
 * exclusive as in numpy, and comma lists of both (`0:4,8,12:16:0.5`).
 *
 * @param flag what to call it in messages, such as `--x`
 * @throws CliffordError INVALID_INPUT
 */
export function parseValues(text: string, flag: string): number[] {
  const out: number[] = [];
  for (const item of text.split(',')) {
    const fields = item.split(':');
    if (fields.length === 1) out.push(number(item, flag, text));
    else if (fields.length <= 3) {
      const [start, end, step = 1] = fields.map((field) => number(field, flag, text));
      for (const value of range(start!, end!, step, flag, item)) out.push(value);
    } else throw invalid(`${flag}: got ${JSON.stringify(item)}, expected start:end or start:end:step`);
    if (out.length > MOST_IMAGES)
      throw invalid(`${flag}: got ${out.length} values, expected at most ${MOST_IMAGES}`);
  }
  return out;
}

function range(start: number, end: number, step: number, flag: string, item: string): number[] {
  const bad = (why: string) => invalid(`${flag}: got the range ${JSON.stringify(item)}, ${why}`);
  if (step === 0) throw bad('expected a step other than 0');
  // The tolerance keeps 0:1:0.1 at ten values although 1/0.1 may round either way.
  const count = Math.ceil((end - start) / step - 1e-9);
  if (count <= 0) throw bad('which is empty; expected the end beyond the start (the end itself is left out)');
  if (count > MOST_IMAGES) throw bad(`which has ${count} values, expected at most ${MOST_IMAGES}`);
  // start + i·step, rounded to 12 digits: what a user would write, not the accumulated float.
  return Array.from({ length: count }, (_, i) => Number((start + i * step).toPrecision(12)));
}

function number(text: string, flag: string, whole: string): number {
  const value = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : NaN;
  if (Number.isFinite(value)) return value;
  throw invalid(
    `${flag}: got ${JSON.stringify(whole)}, expected a number (8), a range (0:16:0.5) or a list (1,2,5)`,
  );
}

/**
 * All pairs, x outermost: the order of the written arrays.
 *
 * @param count images that are wanted for each pair
 * @throws CliffordError INVALID_INPUT when that is more images than `sample` makes
 */
export function labelGrid(xs: readonly number[], ys: readonly number[], count: number): [number, number][] {
  const labels = xs.length * ys.length;
  if (labels * count > MOST_IMAGES) {
    throw invalid(`sample: got ${labels} labels × ${count} samples, expected 1 to ${MOST_IMAGES} images`);
  }
  return xs.flatMap((x) => ys.map((y): [number, number] => [x, y]));
}
