import { invalid } from '../../core/base/errors.ts';

/** More points than this are no curve any more. */
const MOST = 100_000;

/**
 * Parses fractions: `a:b:step`, `a:b:n@log` (n of them, evenly on a logarithmic scale) or a list `0.1,0.2`. Both ends are
 * included, b where it lies on the grid.
 * @returns ascending fractions in (0, 1]
 * @throws CliffordError INVALID_INPUT
 */
export function parseLambdas(text: string): number[] {
  const fail = (why: string) => invalid(`--lambda: got ${JSON.stringify(text)}, expected ${why}`);
  const fields = text.split(':');
  const log = /^(\d+)@log$/.exec(fields[2]?.trim() ?? '');
  if (fields.length !== 1 && fields.length !== 3) throw fail('a:b:step, a:b:n@log or a list of fractions');
  if (fields.length === 1) {
    const values = text.split(',').map((field) => fraction(field, fail));
    if (values.some((value, i) => i > 0 && value <= values[i - 1]!)) throw fail('fractions that ascend');
    return values;
  }
  const [from, to] = [fraction(fields[0]!, fail), fraction(fields[1]!, fail)];
  if (!(from < to)) throw fail('a first fraction below the last');
  if (log !== null) {
    const count = Number(log[1]);
    if (!(count >= 2 && count <= MOST)) throw fail(`2 to ${MOST} fractions`);
    return lambdaGrid(from, to, count);
  }
  const step = decimal(fields[2]!);
  if (!(step > 0)) throw fail('a step above 0, or a number of fractions such as 81@log');
  // The tolerance keeps 0.1:1:0.1 at ten values although 0.9/0.1 may round either way.
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (count > MOST) throw fail(`at most ${MOST} fractions, which is ${count}`);
  return Array.from({ length: count }, (_, i) => Number((from + i * step).toPrecision(12)));
}

/** Fractions evenly on a logarithmic scale; the ends are exact. */
export function lambdaGrid(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    i === 0 ? from : i === count - 1 ? to : from * (to / from) ** (i / (count - 1)),
  );
}

function fraction(text: string, fail: (why: string) => Error): number {
  const value = decimal(text);
  if (!(value > 0 && value <= 1)) throw fail('fractions above 0 and at most 1');
  return value;
}

function decimal(text: string): number {
  return /^\s*(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : NaN;
}
