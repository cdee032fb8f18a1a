import { parseArgs } from 'node:util';
import { invalid } from '../src/core/base/errors.ts';
import { type BenchCase, MEASUREMENTS, type Measurement } from './cases.ts';
import { HISTORY } from './history.ts';

export const HELP = `npm run bench [-- OPTIONS]

Measures training, sampling, start-up and memory beside PyTorch, in turns, and prints medians and ratios.
The Python is BENCH_PYTHON, or the first python3 on the PATH that imports torch. Wants an idle machine.

  --only A,B     only what is named by measurement (${MEASUREMENTS.join(', ')}), by case, or by both
                 ("train quick"); without it the case "paper" is left out, and so is "${HISTORY}", which makes a
                 large run history and reads it as the table of runs does
  --seconds N    length of one measurement (default 5)
  --pairs N      pairs of measurements, ours and PyTorch's (default 5)
  --threads N    threads of either side (default 2)
  --json         end with one line of JSON: {"ratios": [{"name", "ratio"}, …]}
`;

export interface Options {
  readonly only: readonly string[];
  readonly seconds: number;
  readonly pairs: number;
  readonly threads: number;
  readonly json: boolean;
}

/** @throws CliffordError INVALID_INPUT, or what `parseArgs` throws for an unknown option */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      seconds: { type: 'string', default: '5' },
      pairs: { type: 'string', default: '5' },
      threads: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const number = (name: 'seconds' | 'pairs' | 'threads', whole: boolean) => {
    const v = Number(values[name]);
    if (!(v > 0 && Number.isFinite(v)) || (whole && !Number.isInteger(v))) {
      throw invalid(
        `--${name}: got ${values[name]}, expected a ${whole ? 'whole number' : 'number'} above 0`,
      );
    }
    return v;
  };
  return {
    only: values.only
      .split(',')
      .map((term) => term.trim())
      .filter(Boolean),
    seconds: number('seconds', false),
    pairs: number('pairs', true),
    threads: number('threads', true),
    json: values.json,
  };
}

/** What to measure of each case; a term names a measurement, a case, or "measurement case". */
export function selectMeasurements(
  cases: readonly BenchCase[],
  only: readonly string[],
): { of: BenchCase; what: readonly Measurement[] }[] {
  const known = new Set([
    HISTORY,
    ...MEASUREMENTS,
    ...cases.flatMap((c) => [c.name, ...MEASUREMENTS.map((m) => `${m} ${c.name}`)]),
  ]);
  for (const term of only) {
    if (!known.has(term)) {
      throw invalid(
        `--only: got "${term}", expected one of ${MEASUREMENTS.join(', ')}, or ${cases.map((c) => c.name).join(', ')}, ` +
          `or both as in "train quick", or ${HISTORY}`,
      );
    }
  }
  const wanted = (c: BenchCase, m: Measurement) => {
    if (only.includes(c.name) || only.includes(`${m} ${c.name}`)) return true;
    return c.byDefault.includes(m) && (only.length === 0 || only.includes(m));
  };
  return cases
    .map((of) => ({ of, what: MEASUREMENTS.filter((m) => wanted(of, m)) }))
    .filter(({ what }) => what.length > 0);
}
