import { type Command, Option } from 'commander';
import { CliffordError } from '../../../core/base/errors.ts';
import type { EngineName } from '../../../shared/engine-protocol.ts';
import { checkRun } from '../../../shared/check-run.ts';
import { RunSpec } from '../../../shared/run-spec.ts';
import { resolveSpec } from '../../presets/spec-input.ts';
import { withSteps } from '../../presets/steps.ts';
import { parseWith } from '../../presets/zod-sentence.ts';
import type { Workbench } from '../../workbench/api.ts';
import {
  addHomeOption,
  addJsonOption,
  type CliContext,
  gather,
  type HomeOptions,
  presetsOf,
  wholeNumber,
  withWorkbench,
} from '../context.ts';
import { exitCodeOfState } from '../exit-codes.ts';
import { report } from '../output.ts';
import type { SetExitCode } from '../program.ts';
import { trainWithProgress, trainingDocument, trainingText } from './training.ts';

export interface EngineOptions extends HomeOptions {
  engine: EngineName;
  threads?: number;
}

interface TrainOptions extends EngineOptions {
  seed?: number;
  steps?: number;
  name?: string;
  tag?: string[];
  set?: string[];
}

/** `train`, `resume` and `stop`. */
export function addTrainCommands(program: Command, context: CliContext, setExitCode: SetExitCode): void {
  const train = program
    .command('train')
    .argument('<spec>', 'a preset ("clifford preset list") or a JSON file')
    .summary('train a model from a preset or a specification')
    .description(
      'Trains a model: records a run, trains it in a process of its own, measures accuracy by region on the ' +
        'way and at the end, and exports the denoiser as ONNX. Ctrl-C writes a checkpoint and stops; a second ' +
        'Ctrl-C ends at once.',
    )
    .option('--seed <n>', 'seed of weights, batches and noise', wholeNumber('--seed', 0))
    .option(
      '--steps <n>',
      'optimizer steps, instead of the specification’s; the warm-up keeps its share of them',
      wholeNumber('--steps', 1),
    )
    .option('--name <text>', 'a name for the run')
    .option('--tag <tag>', 'a tag for the run (repeatable)', gather)
    .option('--set <path=value>', 'change one field of the specification (repeatable)', gather);
  addEngineOptions(train)
    .addHelpText(
      'after',
      `
The JSON file holds a whole specification, as "clifford preset show quick" prints it, or a preset with changes:
  { "preset": "quick", "set": { "training": { "steps": 500 }, "dataset": { "sigma": { "x": 2, "y": 2 } } } }

Examples:
  clifford train quick
  clifford train quick-stripes --seed 3 --name stripes-3 --tag contrast
  clifford train quick --steps 500 --set dataset.parts[0].lambda=0.5
  clifford train my-spec.json --json > result.json`,
    )
    .action(async (given: string, options: TrainOptions) => {
      const { spec, preset } = specOf(given, options); // a mistake leaves no home folder behind
      await withWorkbench(context, options, async (workbench) => {
        const run = workbench.createRun({
          spec,
          ...(options.name === undefined ? {} : { name: options.name }),
          ...(preset === null ? {} : { preset }),
          ...(options.tag === undefined ? {} : { tags: options.tag }),
        });
        context.terminal.err(`Run ${run.id} (${run.name})\n`);
        setExitCode(await trainAndReport(context, workbench, run.id, options));
      });
    });

  const resume = program
    .command('resume')
    .argument('<run>', 'id, beginning of the id, name, or "latest"')
    .summary('go on training a stopped, failed or interrupted run')
    .description(
      'Goes on training from the newest checkpoint. On the CPU engine the result is bit for bit that of a run ' +
        'that was never interrupted.',
    );
  addEngineOptions(resume)
    .addHelpText('after', '\nExamples:\n  clifford resume latest\n  clifford resume quick-calm-otter --json')
    .action(async (ref: string, options: EngineOptions) => {
      await withWorkbench(context, options, async (workbench) => {
        const run = workbench.resolveRun(ref);
        // Not before it is sure that the run goes on: a refusal is one sentence.
        const onStart = () =>
          context.terminal.err(`Run ${run.id} (${run.name}), from step ${run.step} of ${run.steps}\n`);
        setExitCode(await trainAndReport(context, workbench, run.id, { ...options, onStart }));
      });
    });

  const stop = program
    .command('stop')
    .argument('<run>', 'id, beginning of the id, name, or "latest"')
    .summary('checkpoint and stop a run that another process trains')
    .description(
      'Asks the process that trains the run to write a checkpoint and stop, and waits until it has.',
    )
    .option('--now', 'end at once, without a checkpoint')
    .option('--timeout <seconds>', 'how long to wait', wholeNumber('--timeout', 1), 60);
  addJsonOption(addHomeOption(stop))
    .addHelpText('after', '\nExample:\n  clifford stop latest')
    .action(async (ref: string, options: HomeOptions & { timeout: number; now?: boolean }) => {
      await withWorkbench(context, options, async (workbench) => {
        const run = workbench.resolveRun(ref);
        const state = await workbench.stop(run.id, options.timeout * 1000, { kill: options.now === true });
        const after = workbench.resolveRun(run.id);
        if (state === 'running') {
          throw new CliffordError(
            'CONFLICT',
            `run ${run.id} (${run.name}) was asked to stop and is still running after ${options.timeout} s; ` +
              `wait with "clifford runs show ${run.id}", or end it with "clifford stop ${run.id} --now"`,
          );
        }
        report(
          context.terminal,
          options.json === true,
          { run: after },
          () => `Run ${run.id} (${run.name}) is ${state} at step ${after.step} of ${after.steps}.`,
        );
      });
    });
}

export function addEngineOptions(command: Command): Command {
  return addJsonOption(
    addHomeOption(
      command
        .addOption(
          new Option('--engine <name>', 'what trains').choices(['auto', 'onnxruntime-cpu']).default('auto'),
        )
        .option(
          '--threads <n>',
          'replica threads (default: one per core)',
          wholeNumber('--threads', 1, 1024),
        ),
    ),
  );
}

/** The specification with the command line's own changes, checked once more as a whole. */
function specOf(given: string, options: TrainOptions) {
  const { spec, preset } = resolveSpec(given, options.set, presetsOf(options));
  const seeded = { ...spec, ...(options.seed === undefined ? {} : { seed: options.seed }) };
  const changed = options.steps === undefined ? seeded : withSteps(seeded, options.steps);
  const checked = parseWith(RunSpec, changed, given);
  checkRun(checked);
  return { spec: checked, preset };
}

/** Trains a recorded run, prints what came of it, and returns the exit code. */
export async function trainAndReport(
  context: CliContext,
  workbench: Workbench,
  runId: string,
  options: EngineOptions & { onStart?: () => void },
): Promise<number> {
  const { state, run } = await trainWithProgress(context, workbench, runId, options);
  const detail = workbench.showRun(runId);
  report(context.terminal, options.json === true, trainingDocument(detail), () => trainingText(detail));
  if (state === 'failed') {
    context.terminal.err(
      `clifford: run ${runId} failed at step ${run.step}: ${run.reason?.message ?? 'no reason was recorded'}\n`,
    );
  }
  return exitCodeOfState(state, run.reason);
}
