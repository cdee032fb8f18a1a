import path from 'node:path';
import { type Command, Option } from 'commander';
import { invalid } from '../../../core/base/errors.ts';
import { SamplerSpec } from '../../../core/diffusion/spec.ts';
import type { RunSpec } from '../../../shared/run-spec.ts';
import { parseWith } from '../../presets/zod-sentence.ts';
import { accuracyTable } from '../accuracy.ts';
import {
  addHomeOption,
  addJsonOption,
  type CliContext,
  decimal,
  type HomeOptions,
  wholeNumber,
  withWorkbench,
} from '../context.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { labelGrid, parseValues } from '../labels.ts';
import { report } from '../output.ts';
import { createProgress } from '../progress.ts';
import { formatBytes } from '../table.ts';

export interface SamplerOptions {
  sampler?: 'ddim' | 'ddpm';
  samplingSteps?: number;
  eta?: number;
  guidance?: number;
}

interface SampleOptions extends HomeOptions, SamplerOptions {
  x: string;
  y: string;
  count: number;
  seed: number;
  out: string;
  threads?: number;
}

interface ExportOptions extends HomeOptions {
  out: string;
  step?: number;
  tap?: string;
}

/** Commands that use a trained model: `sample`, `evaluate`, `export`. */
export function addModelCommands(program: Command, context: CliContext): void {
  const runArgument = 'id, beginning of the id, name, or "latest"';
  const common = (command: Command) => addJsonOption(addHomeOption(command));
  const threads = (command: Command) =>
    command.option('--threads <n>', 'threads (default: one per core)', wholeNumber('--threads', 1, 1024));

  const sample = program
    .command('sample')
    .argument('<run>', runArgument)
    .summary('generate images for labels from a trained model')
    .description(
      'Generates images from the exported model of a run: a PNG sheet and the arrays as npy. A run that is not ' +
        'finished lends the model of its newest checkpoint.',
    )
    .requiredOption('--x <values>', 'label x: a number, a range start:end:step (end left out) or a list')
    .requiredOption('--y <values>', 'label y, likewise; all pairs of x and y are generated')
    .requiredOption('--out <dir>', 'folder for the files')
    .option('--count <n>', 'images for each label', wholeNumber('--count', 1, 100_000), 1)
    .addOption(new Option('--sampler <kind>', 'default: the run’s own').choices(['ddim', 'ddpm']))
    .option('--sampling-steps <n>', 'denoising steps', wholeNumber('--sampling-steps', 1))
    .option('--eta <n>', 'DDIM noise, 0 to 1', decimal('--eta', 0, 1))
    .option('--guidance <n>', 'classifier-free guidance weight', decimal('--guidance', 0, 100))
    .option('--seed <n>', 'seed of the noise', wholeNumber('--seed', 0), 0);
  common(threads(sample))
    .addHelpText(
      'after',
      `
Labels are in frame coordinates: the centre of the pixel in column c, row r is x = c, y = r; row 0 is at the top.

Examples:
  clifford sample latest --x 8 --y 8 --count 16 --out samples
  clifford sample latest --x 0:16:0.5 --y 3,8,12 --sampler ddpm --out samples`,
    )
    .action(async (ref: string, options: SampleOptions) => {
      const xs = parseValues(options.x, '--x');
      const ys = parseValues(options.y, '--y');
      if (options.out.trim() === '') throw invalid('--out: got an empty path, expected a folder');
      await withWorkbench(context, options, async (workbench) => {
        const { id, name } = workbench.resolveRun(ref);
        const { spec } = workbench.showRun(id);
        checkLabels(xs, '--x', spec);
        checkLabels(ys, '--y', spec);
        const labels = labelGrid(xs, ys, options.count);
        const sampler = samplerFor(spec, options);
        const progress = createProgress(context.terminal);
        const { files, step } = await interruptible(progress, (signal) =>
          workbench.sample(id, {
            labels,
            count: options.count,
            sampler,
            seed: options.seed,
            ...(options.threads === undefined ? {} : { threads: options.threads }),
            out: path.resolve(options.out),
            onEvent: (event) => progress.event(event),
            onNotice: progress.line,
            signal,
          }),
        );
        const images = labels.length * options.count;
        const document = {
          run: id,
          step,
          images,
          labels,
          count: options.count,
          seed: options.seed,
          sampler,
          files,
        };
        report(
          context.terminal,
          options.json === true,
          document,
          () => `${images} images of run ${id} (${name}):\n${files.map((file) => `  ${file}`).join('\n')}`,
        );
      });
    });

  const evaluate = program
    .command('evaluate')
    .argument('<run>', runArgument)
    .summary('measure the accuracy of a trained model once more')
    .description(
      'Generates from the exported model by the run’s evaluation and prints accuracy by region. A run that is not ' +
        'finished lends the model of its newest checkpoint.',
    );
  common(threads(evaluate))
    .addHelpText('after', '\nExample:\n  clifford evaluate latest --json')
    .action(async (ref: string, options: HomeOptions & { threads?: number }) => {
      await withWorkbench(context, options, async (workbench) => {
        const { id } = workbench.resolveRun(ref);
        const progress = createProgress(context.terminal);
        const evaluation = await interruptible(progress, (signal) =>
          workbench.evaluate(id, {
            ...(options.threads === undefined ? {} : { threads: options.threads }),
            onEvent: (event) => {
              if (event.type === 'progress') progress.event(event); // the accuracy is this command's result
            },
            onNotice: progress.line,
            signal,
          }),
        );
        report(context.terminal, options.json === true, { run: id, evaluation }, () =>
          accuracyTable(evaluation),
        );
      });
    });

  const exportModel = program
    .command('export')
    .argument('<run>', runArgument)
    .summary('write the trained denoiser as an ONNX file')
    .description(
      'Writes the denoiser as ONNX: inputs x (B, 1, N, N) float32, t (B) int64, label (B, 2) float32; output eps. ' +
        'The metadata carries the run’s specification. A run that is not finished lends the model of its newest checkpoint.',
    )
    .requiredOption('--out <file>', 'the file to write (ends in .onnx)')
    .option('--step <n>', 'the kept checkpoint of this step instead of the last', wholeNumber('--step', 0))
    .option('--tap <name>', 'add this layer’s representation as a second output');
  common(exportModel)
    .addHelpText(
      'after',
      '\nExamples:\n  clifford export latest --out denoiser.onnx\n  clifford export latest --tap down3 --out with-tap.onnx',
    )
    .action(async (ref: string, options: ExportOptions) => {
      const out = path.resolve(options.out);
      if (!out.endsWith('.onnx'))
        throw invalid(`--out: got ${JSON.stringify(options.out)}, expected a file name that ends in .onnx`);
      await withWorkbench(context, options, async (workbench) => {
        const { id } = workbench.resolveRun(ref);
        const progress = createProgress(context.terminal);
        const artifact = await interruptible(progress, (signal) =>
          workbench.export(id, {
            out,
            ...(options.step === undefined ? {} : { step: options.step }),
            ...(options.tap === undefined ? {} : { tap: options.tap }),
            onEvent: (event) => progress.event(event),
            onNotice: progress.line,
            signal,
          }),
        );
        report(
          context.terminal,
          options.json === true,
          { run: id, ...artifact, file: out },
          () => `${out}\n${formatBytes(artifact.bytes)}, sha256 ${artifact.sha256}`,
        );
      });
    });
}

/** Runs a job whose first Ctrl-C ends it (nothing but its own output is lost), and clears the progress line. */
export async function interruptible<T>(
  progress: ReturnType<typeof createProgress>,
  job: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interrupts = listenForInterrupts(() => progress.line('Stopping …'));
  try {
    return await job(interrupts.stop);
  } finally {
    progress.done();
    interrupts.dispose();
  }
}

/** Labels must lie in the label space that the model was trained for. */
function checkLabels(values: readonly number[], flag: string, spec: RunSpec): void {
  const [low, high] = [-spec.dataset.margin, spec.dataset.size + spec.dataset.margin];
  const outside = values.find((value) => value < low || value >= high);
  if (outside !== undefined) {
    throw invalid(
      `${flag}: got ${outside}, expected labels of the run's label space, from ${low} to below ${high}`,
    );
  }
}

/** The run's own sampler with the command line's changes. */
export function samplerFor(spec: RunSpec, options: SamplerOptions): SamplerSpec {
  const own = spec.evaluation.sampler;
  const kind = options.sampler ?? own.kind;
  const timesteps = spec.diffusion.timesteps;
  // Another kind of sampler brings its own usual number of steps.
  const usual = kind === own.kind ? own.steps : kind === 'ddpm' ? timesteps : Math.min(50, timesteps);
  const steps = options.samplingSteps ?? usual;
  if (steps > timesteps) {
    throw invalid(
      `--sampling-steps: got ${steps}, expected at most the model's ${timesteps} diffusion steps`,
    );
  }
  if (options.eta !== undefined && kind !== 'ddim')
    throw invalid('--eta: got it with the ddpm sampler, expected ddim');
  return parseWith(
    SamplerSpec,
    {
      ...own,
      kind,
      steps,
      ...(options.eta === undefined ? {} : { eta: options.eta }),
      ...(options.guidance === undefined ? {} : { guidance: options.guidance }),
    },
    'sampler',
  );
}
