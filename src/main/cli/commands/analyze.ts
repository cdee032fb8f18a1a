import { type Command, Option } from 'commander';
import { invalid } from '../../../core/base/errors.ts';
import { writeFileAtomic } from '../../../files/atomic.ts';
import { POINTS_FORMATS, type PointsFormat } from '../../../files/points-file.ts';
import { addJsonOption, type CliContext, decimal, wholeNumber } from '../context.ts';
import { report } from '../output.ts';
import type { InputFile, Measured, MeasureRequest } from './analyze-measure.ts';
import { checkOutputs } from './analyze-outputs.ts';
import { addAnalyzeRun } from './analyze-run.ts';
import { clustersText, factorizationText, pcaText, topologyText } from './analyze-text.ts';
import { measureInThread } from './analyze-thread.ts';

interface FileOptions {
  format?: PointsFormat;
  header?: boolean;
  tensor?: string;
  out?: string;
  json?: boolean;
}

interface PointsOptions extends FileOptions {
  points: string;
}

interface TopologyOptions extends PointsOptions {
  labels?: string;
  size?: number;
  maxDim: number;
  landmarks?: number;
  memory?: number;
  figure?: string;
}

interface PcaOptions extends PointsOptions {
  method: 'auto' | 'exact' | 'randomized';
  components: number;
  scores?: string;
}

interface FactorizationOptions extends PointsOptions {
  labels: string;
  size?: number;
  draws: number;
  seed: number;
}

interface ClustersOptions extends FileOptions {
  sites: string;
  cutoff?: number;
  sigma?: number;
  threshold?: number;
  periodic?: number;
}

/**
 * `analyze topology`, `pca`, `factorization` and `clusters`: measurements of data that did not come from here; and
 * `analyze RUN`.
 */
export function addAnalyzeCommands(program: Command, context: CliContext): void {
  const analyze = program.command('analyze');
  addAnalyzeRun(analyze, context);
  addTopology(analyze, context);
  addPca(analyze, context);
  addFactorization(analyze, context);
  addClusters(analyze, context);
}

function addTopology(analyze: Command, context: CliContext): void {
  const command = pointsCommand(analyze, 'topology')
    .summary('persistence diagrams of points')
    .description(
      'Persistence diagrams of the Vietoris–Rips filtration of points, exact, births and deaths as diameters. Through ' +
        'landmarks the diagrams move by at most twice the covering radius.',
    )
    .option('--max-dim <n>', 'highest dimension of homology, 0 to 2', wholeNumber('--max-dim', 0, 2), 2)
    .option(
      '--landmarks <n>',
      'farthest-point landmarks instead of all points',
      wholeNumber('--landmarks', 2),
    )
    .option('--labels <file>', 'label x, y of each point: measures the two ideal tori alike')
    .option(
      '--size <n>',
      'period of the labels (default: what a complete grid of them says)',
      period('--size'),
    )
    .option('--memory <mib>', 'memory that may be used (default: 1024)', wholeNumber('--memory', 1))
    .option('--figure <file>', 'draw the diagrams (ends in .svg or .png)');
  finish(
    command,
    `The document: diagrams (for each dimension [birth, death], longest first, death null for what never dies),
coveringRadius, then points, landmarks, landmarkIndices, enclosingRadius, maxDim and dimension.

Examples:
  clifford analyze topology --points circle.csv --max-dim 1 --json
  clifford analyze topology --points activations.npy --landmarks 150 --out diagrams.json`,
  ).action(async (options: TopologyOptions) => {
    const { maxDim, landmarks, labels, size, memory } = options;
    if (size !== undefined && labels === undefined)
      throw invalid('--size: got it without --labels, expected both');
    checkEnding('--figure', options.figure, ['.svg', '.png']);
    checkFiles(options, ['points', 'labels'], ['figure']);
    const measured = await answer(context, options, topologyText, {
      kind: 'topology',
      points: inputFile(options.points, '--points', options),
      labels: labels === undefined ? null : secondFile(labels, options.points, options),
      size: size ?? null,
      maxDim,
      landmarks: landmarks ?? null,
      memory: memory === undefined ? null : memory * 2 ** 20,
    });
    if (options.figure !== undefined) {
      // Loaded on use: it brings fonts and a rasterizer.
      const { topologyFigure } = await import('./analyze-figure.ts');
      const { svg, png } = topologyFigure(measured, options.points);
      writeFileAtomic(options.figure, /\.svg$/i.test(options.figure) ? svg : png);
    }
  });
}

function addPca(analyze: Command, context: CliContext): void {
  const command = pointsCommand(analyze, 'pca')
    .summary('eigenspectrum and effective dimension of points')
    .description(
      'Principal components of points: explained variance (sample variance, n − 1) and the participation ratio ' +
        '(Σλ)²/Σλ², the effective dimension.',
    )
    .addOption(
      new Option('--method <kind>', 'all eigenvalues exactly, or the leading ones of large data')
        .choices(['auto', 'exact', 'randomized'])
        .default('auto'),
    )
    .option(
      '--components <n>',
      'components whose scores are computed',
      wholeNumber('--components', 1, 64),
      10,
    )
    .option('--scores <file>', 'write the points’ coordinates along the components (ends in .npy)');
  finish(
    command,
    `The document: explainedVariance, explainedVarianceRatio, participationRatio, then method, points, dimension,
totalVariance and top4 (the share of the first four).

Examples:
  clifford analyze pca --points activations.npy --json
  clifford analyze pca --points - --format csv --scores scores.npy < points.csv`,
  ).action(async (options: PcaOptions) => {
    const { scores, method, components } = options;
    checkEnding('--scores', scores, ['.npy']);
    checkFiles(options, ['points'], ['scores']);
    await answer(context, options, pcaText, {
      kind: 'pca',
      points: inputFile(options.points, '--points', options),
      method,
      components,
      scores: scores ?? null,
    });
  });
}

function addFactorization(analyze: Command, context: CliContext): void {
  const command = pointsCommand(analyze, 'factorization')
    .summary('parallelism and orthogonality of a representation of x and y')
    .description(
      'Cosines of differences of points along x and along y, beside those of the ideal Clifford torus and of the ideal ' +
        '3D torus at the same labels, with the Wasserstein distances to each and one score.',
    )
    .requiredOption('--labels <file>', 'label x, y of each point, in the order of the points')
    .option(
      '--size <n>',
      'period of the labels (default: what a complete grid of them says)',
      period('--size'),
    )
    .option('--draws <n>', 'random draws for each test', wholeNumber('--draws', 10, 1_000_000), 20_000)
    .option('--seed <n>', 'seed of the draws', wholeNumber('--seed', 0), 0);
  finish(
    command,
    `Labels have two columns, or columns named x and y. Each label occurs once, on a grid that may have gaps. The ideal
shapes have angles 2π·label/size; without --size a complete, evenly spaced grid says the period, and the note on
stderr tells which.

Examples:
  clifford analyze factorization --points activations.npy --labels labels.csv --size 16 --json
  clifford analyze factorization --points run.safetensors --labels run.safetensors`,
  ).action(async (options: FactorizationOptions) => {
    checkFiles(options, ['points', 'labels']);
    await answer(context, options, factorizationText, {
      kind: 'factorization',
      points: inputFile(options.points, '--points', options),
      labels: secondFile(options.labels, options.points, options),
      size: options.size ?? null,
      draws: options.draws,
      seed: options.seed,
    });
  });
}

function addClusters(analyze: Command, context: CliContext): void {
  const command = analyze
    .command('clusters')
    .summary('clusters of sites that are linked up to a distance')
    .description(
      'Clusters of sites in the plane, linked when their distance is at most the cutoff, or when bumps of width σ on them ' +
        'overlap by at least θ (a cutoff of 2σ√ln(1/θ)).',
    )
    .requiredOption('--sites <file>', 'sites i, j: .json, .csv, .npy, or - for standard input')
    .option('--cutoff <c>', 'greatest distance of linked sites', decimal('--cutoff', 0, Number.MAX_VALUE))
    .option('--sigma <s>', 'width of the bumps, instead of --cutoff', decimal('--sigma', 1e-9, 1e9))
    .option(
      '--threshold <θ>',
      'least overlap of linked bumps (default: 0.005)',
      decimal('--threshold', 1e-300, 1),
    )
    .option('--periodic <n>', 'side of the torus on which the sites lie', period('--periodic'));
  finish(
    command,
    `The document: components, largest, massRatio (the largest cluster over all sites, 1 for a single site), then sites,
cutoff and periodic.

Examples:
  clifford analyze clusters --sites sites.json --cutoff 1.5 --json
  clifford analyze clusters --sites sites.csv --sigma 1 --threshold 0.005 --periodic 32`,
  ).action(async (options: ClustersOptions) => {
    checkFiles(options, ['sites']);
    await answer(context, options, clustersText, {
      kind: 'clusters',
      sites: inputFile(options.sites, '--sites', options),
      link: linkOf(options),
      periodic: options.periodic ?? null,
    });
  });
}

function pointsCommand(analyze: Command, name: string): Command {
  return analyze
    .command(name)
    .requiredOption(
      '--points <file>',
      'points, one row each: .csv, .npy, .json, .safetensors, or - for standard input',
    );
}

/** The options of every measurement, and what its help ends with. */
function finish(command: Command, help: string): Command {
  return addJsonOption(
    command
      .addOption(
        new Option('--format <kind>', 'of standard input, or of a file whose ending does not say it').choices(
          [...POINTS_FORMATS],
        ),
      )
      .option('--header', 'the first row of a csv file names the columns (default: if it holds no number)')
      .option('--no-header', 'the first row of a csv file holds numbers')
      .option('--tensor <name>', 'which tensor of a safetensors file')
      .option('--out <file>', 'write the document to a file, too'),
  ).addHelpText('after', `\n${help}`);
}

/** Measures, and hands the document out. */
async function answer<K extends MeasureRequest['kind']>(
  { terminal }: CliContext,
  options: FileOptions,
  text: (document: Measured[K]) => string,
  request: Extract<MeasureRequest, { kind: K }>,
): Promise<Measured[K]> {
  const { out, json = false } = options;
  if (out?.trim() === '') throw invalid('--out: got an empty path, expected a file');
  const document = await measureInThread<K>(request, terminal);
  if (out !== undefined) writeFileAtomic(out, `${JSON.stringify(document, null, 2)}\n`);
  report(terminal, json, document, () =>
    out === undefined ? text(document) : `${text(document)}\n\n${out}`,
  );
  return document;
}

/** Before anything is read: what is written, `--out` or more, is none of the inputs. */
function checkFiles<K extends string>(
  options: FileOptions & { [key in K]?: string },
  inputs: readonly K[],
  outputs: readonly K[] = [],
): void {
  const files = (keys: readonly K[]) => keys.map((key) => ({ flag: `--${key}`, path: options[key] }));
  checkOutputs(files(inputs), [{ flag: '--out', path: options.out }, ...files(outputs)]);
}

function inputFile(path: string, flag: string, { format, header, tensor }: FileOptions): InputFile {
  if (path.trim() === '') throw invalid(`${flag}: got an empty path, expected a file`);
  return { path, format, header, tensor };
}

/** Labels: read by their own ending, where it says something, and from their own tensor. */
function secondFile(path: string, points: string, { format, header }: FileOptions): InputFile {
  if (path === '-' && points === '-') {
    throw invalid('--labels: got standard input for points and labels, expected a file for one of them');
  }
  const { path: checked } = inputFile(path, '--labels', {});
  const known = POINTS_FORMATS.find((kind) => checked.toLowerCase().endsWith(`.${kind}`));
  return { path: checked, format: known ?? format, header };
}

function linkOf({
  cutoff,
  sigma,
  threshold,
}: ClustersOptions): Extract<MeasureRequest, { kind: 'clusters' }>['link'] {
  if (cutoff !== undefined) {
    if (sigma === undefined && threshold === undefined) return { cutoff };
    throw invalid('--cutoff: got it with --sigma or --threshold, expected a distance or an overlap');
  }
  if (sigma === undefined)
    throw invalid('clusters: got no --cutoff, expected it, or --sigma with --threshold');
  return { sigma, threshold: threshold ?? 0.005 };
}

/** A file to write, by the ending of its name. */
function checkEnding(flag: string, file: string | undefined, endings: readonly string[]): void {
  if (
    file === undefined ||
    endings.some((ending) => /[^/\\]\.[a-z]+$/i.test(file) && file.toLowerCase().endsWith(ending))
  )
    return;
  throw invalid(`${flag}: got ${JSON.stringify(file)}, expected a file that ends in ${endings.join(' or ')}`);
}

/** Parser of a length above 0. */
function period(flag: string) {
  return (text: string): number => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (value > 0 && Number.isFinite(value)) return value;
    throw invalid(`${flag}: got ${JSON.stringify(text)}, expected a finite number above 0`);
  };
}
