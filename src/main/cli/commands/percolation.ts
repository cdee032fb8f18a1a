import path from 'node:path';
import type { Command } from 'commander';
import { invalid } from '../../../core/base/errors.ts';
import { percolationSteps, type PercolationCurve } from '../../../core/metrics/percolation/curve.ts';
import { siteLattice, type SiteLattice } from '../../../core/metrics/percolation/lattice.ts';
import type { Spread } from '../../../core/metrics/percolation/spread.ts';
import { writeFileAtomic } from '../../../files/atomic.ts';
import { addJsonOption, type CliContext, wholeNumber } from '../context.ts';
import { report, type Terminal } from '../output.ts';
import { lambdaGrid, parseLambdas } from '../lambdas.ts';
import { formatTable } from '../table.ts';

interface PercolationOptions {
  size: number;
  spacing: number;
  sigma: number[];
  threshold: number[];
  lambda?: string;
  seeds: number;
  seed: number;
  periodic?: boolean;
  json?: boolean;
  csv?: boolean;
  out?: string;
}

/** `percolation`. */
export function addPercolationCommand(program: Command, context: CliContext): void {
  const command = program
    .command('percolation')
    .summary('largest cluster of overlapping bumps against λ')
    .description(
      'Links bumps on a lattice of centres whose overlap exp(−d²/4σ²) is at least θ, keeps a random fraction λ of them, ' +
        'and tells the largest cluster over those kept, for a whole range of λ (figures 6c, 13, 14b). Needs no run. ' +
        'The bumps kept with a seed are those that a dataset with that lambdaSeed trains on.',
    )
    .requiredOption('--size <n>', 'image side N in pixels', wholeNumber('--size', 1))
    .requiredOption('--spacing <d>', 'distance of neighbouring centres in pixels', number('--spacing'))
    .requiredOption('--sigma <s>', 'width of the bumps in pixels (repeatable)', numbers('--sigma'))
    .option('--threshold <θ>', 'least overlap that links, default 0.005 (repeatable)', numbers('--threshold'))
    .option(
      '--lambda <range>',
      'fractions kept: a:b:step, a:b:n@log for n of them evenly on a logarithmic scale (both ends included), or a list; ' +
        'default from one site to all, 20 a decade',
    )
    .option('--seeds <k>', 'how many random orders', wholeNumber('--seeds', 1, 100_000), 20)
    .option('--seed <n>', 'the first of them', wholeNumber('--seed', 0), 0)
    .option('--periodic', 'opposite borders are neighbours')
    .option('--csv', 'print CSV, which is the default')
    .option('--out <file>', 'write the curves to a file that ends in .json or .csv');
  addJsonOption(command)
    .addHelpText(
      'after',
      `
A λ that keeps less than one site is computed with one; a note on stderr, or notes in the JSON, says so.

λ_c is the least λ from which on one cluster holds at least half of the bumps kept, for each seed exactly.

Examples:
  clifford percolation --size 32 --spacing 0.1 --sigma 0.25 --sigma 0.5 --sigma 1 --out fig6c.csv
  clifford percolation --size 32 --spacing 1 --sigma 0.5 --lambda 0.05:1:0.05 --seeds 50 --periodic --json
  clifford percolation --size 32 --spacing 0.1 --sigma 1 --threshold 0.05 --lambda 1e-4:1:81@log`,
    )
    .action(async (options: PercolationOptions) => {
      const format = formatOf(options);
      const lattice = siteLattice(options.size, options.spacing, options.periodic === true);
      const lambdas =
        options.lambda === undefined
          ? lambdaGrid(1 / lattice.sites, 1, Math.max(2, 1 + Math.ceil(20 * Math.log10(lattice.sites))))
          : parseLambdas(options.lambda);
      const notes = roundedUp(lattice, lambdas);
      const curves = await computeCurves(context.terminal, lattice, lambdas, options);
      const { size, spacing, periodic, sites } = lattice;
      const document = {
        ...{ size, spacing, periodic, sites, seed: options.seed, seeds: options.seeds },
        notes,
        curves,
      };
      if (options.json !== true) for (const note of notes) context.terminal.err(`${note}\n`);
      const content = format === 'json' ? `${JSON.stringify(document, null, 2)}\n` : csvOf(curves);
      if (options.out === undefined) {
        context.terminal.out(content);
        if (format === 'csv') context.terminal.err(`${summaryText(curves)}\n`);
        return;
      }
      const file = path.resolve(options.out);
      writeFileAtomic(file, content);
      report(
        context.terminal,
        options.json === true,
        { ...document, files: [file] },
        () => `${summaryText(curves)}\n\n${file}`,
      );
    });
}

/** What is said of fractions that keep less than one site: the curve has no point there. */
function roundedUp({ sites }: SiteLattice, lambdas: readonly number[]): string[] {
  // The tolerance is for 1/sites, which times the sites may fall short of 1.
  const small = lambdas.filter((lambda) => lambda * sites < 1 - 1e-9);
  if (small.length === 0) return [];
  const which =
    small.length === 1
      ? `λ ${small[0]} keeps`
      : `${small.length} values of λ, from ${small[0]} to ${small.at(-1)}, keep`;
  return [
    `--lambda: ${which} less than one of the ${sites.toLocaleString('en')} sites and ${small.length === 1 ? 'was' : 'were'} ` +
      `computed with one; one site is λ ${Number((1 / sites).toPrecision(4))}`,
  ];
}

function formatOf({ out, json, csv }: PercolationOptions): 'json' | 'csv' {
  if (json === true && csv === true) throw invalid('percolation: got --json and --csv, expected one of them');
  if (out === undefined) return json === true ? 'json' : 'csv';
  const extension = path.extname(out).toLowerCase();
  if (extension !== '.json' && extension !== '.csv') {
    throw invalid(`--out: got ${JSON.stringify(out)}, expected a file that ends in .json or .csv`);
  }
  return extension === '.json' ? 'json' : 'csv';
}

/** Every σ at every θ. Between seeds it lets Ctrl-C in. */
async function computeCurves(
  terminal: Terminal,
  lattice: SiteLattice,
  lambdas: readonly number[],
  { sigma: sigmas, threshold: thresholds = [0.005], seeds, seed }: PercolationOptions,
): Promise<PercolationCurve[]> {
  const curves: PercolationCurve[] = [];
  for (const sigma of sigmas) {
    for (const threshold of thresholds) {
      const steps = percolationSteps(lattice, { sigma, threshold, lambdas, seeds, seed });
      for (;;) {
        const { done, value } = steps.next();
        if (done === true) {
          curves.push(value);
          break;
        }
        if (terminal.live) terminal.err(`\r\u001b[2Kσ ${sigma}, θ ${threshold}: seed ${value} of ${seeds}`);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }
  if (terminal.live) terminal.err('\r\u001b[2K');
  return curves;
}

const COLUMNS = [
  ...['sigma', 'threshold', 'lambda', 'occupied', 'mass_ratio', 'sd', 'median', 'q05', 'q95'],
  ...['mass_ratio_of_sites', 'susceptibility'],
];

/** RFC 4180; all cells are numbers, or empty. */
function csvOf(curves: readonly PercolationCurve[]): string {
  const lines = [COLUMNS.join(',')];
  for (const { sigma, threshold, points } of curves) {
    for (const { lambda, occupied, massRatio, massRatioOfSites, susceptibility } of points) {
      const { mean, sd, median, low, high } = massRatio;
      const cells = [sigma, threshold, lambda, occupied, mean, sd, median, low, high];
      lines.push([...cells, massRatioOfSites, susceptibility].map((cell) => cell ?? '').join(','));
    }
  }
  return `${lines.join('\r\n')}\r\n`;
}

function summaryText(curves: readonly PercolationCurve[]): string {
  const rows = curves.map(({ sigma, threshold, cutoff, links, critical }) => [
    ...[String(sigma), String(threshold), cutoff.toFixed(3), links.toLocaleString('en')],
    ...[spreadText(critical.half), spreadText(critical.susceptibility)],
  ]);
  const header = ['σ', 'θ', 'cutoff', 'links', 'λ_c (half in one cluster)', 'susceptibility peak'];
  return formatTable([header, ...rows], [0, 1, 2, 3]);
}

function spreadText(spread: Spread | null): string {
  if (spread === null) return 'none: no two sites are linked';
  const mean = Number(spread.mean.toPrecision(4));
  return spread.sd === null ? String(mean) : `${mean} ± ${Number(spread.sd.toPrecision(2))}`;
}

function number(flag: string) {
  return (text: string): number => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (Number.isFinite(value)) return value;
    throw invalid(`${flag}: got ${JSON.stringify(text)}, expected a number`);
  };
}

function numbers(flag: string) {
  return (text: string, previous: number[] | undefined): number[] => {
    const value = number(flag)(text);
    if (previous?.includes(value) === true) throw invalid(`${flag}: got ${value} twice, expected it once`);
    return [...(previous ?? []), value];
  };
}
