import type { Command } from 'commander';
import { invalid } from '../../../core/base/errors.ts';
import { checkRun } from '../../../shared/check-run.ts';
import { diffSpecs } from '../../../shared/compare/spec-diff.ts';
import type { RunSummary } from '../../../shared/records.ts';
import type { RunSpec } from '../../../shared/run-spec.ts';
import { changeSpec } from '../../presets/spec-input.ts';
import { showSpecValue } from '../comparison.ts';
import { type CliContext, gather, withWorkbench } from '../context.ts';
import { report } from '../output.ts';
import type { SetExitCode } from '../program.ts';
import { parseLayer, SHAPE_HELP } from '../shapes.ts';
import { addEngineOptions, type EngineOptions, trainAndReport } from './train.ts';

interface ForkOptions extends EngineOptions {
  holdOut?: string[];
  lesion?: string[];
  set?: string[];
  name?: string;
  tag?: string[];
  queue?: boolean;
}

/** `fork`. */
export function addForkCommand(program: Command, context: CliContext, setExitCode: SetExitCode): void {
  const fork = program
    .command('fork')
    .argument('<run>', 'the run to fork: id, beginning of the id, name, or "latest"')
    .summary('train a run again with another region, from the same seed')
    .description(
      'Records a run that differs from another in its held-out region, its lesion or other fields, and trains it ' +
        'from the start. The seed stays the same, so that the two begin with the same weights and draw the same ' +
        'noise: what differs at the end is due to what was changed ("clifford compare" pairs them).',
    )
    .option(
      '--hold-out <shape>',
      'held-out layer, instead of the run’s own (repeatable); "none" empties it',
      gather,
    )
    .option('--lesion <shape>', 'lesion layer, likewise (repeatable)', gather)
    .option('--set <path=value>', 'change one field of the specification (repeatable)', gather)
    .option('--name <text>', 'a name for the fork')
    .option('--tag <tag>', 'a tag for the fork (repeatable)', gather)
    .option('--queue', 'put it at the end of the queue instead of training it now');
  addEngineOptions(fork)
    .addHelpText(
      'after',
      `
${SHAPE_HELP}

Examples:
  clifford fork latest --hold-out cross,x=10:22,y=10:22
  clifford fork quick-calm-otter --lesion lesion,width=4 --hold-out none --queue
  clifford fork latest --set dataset.parts[0].lambda=0.5 --name half`,
    )
    .action(async (ref: string, options: ForkOptions) => {
      await withWorkbench(context, options, async (workbench) => {
        const parent = workbench.resolveRun(ref);
        const before = workbench.viewRun(parent.id).spec;
        const spec = forkedSpec(before, options, parent);
        const run = workbench.createRun({
          spec,
          parent: parent.id,
          ...(options.name === undefined ? {} : { name: options.name }),
          ...(parent.preset === null ? {} : { preset: parent.preset }),
          ...(options.tag === undefined ? {} : { tags: options.tag }),
        });
        const changes = diffSpecs([before, spec]).filter((row) => row.differs);
        const lines = changes.map(
          ({ path, values }) => `  ${path}: ${showSpecValue(values[0])} → ${showSpecValue(values[1])}\n`,
        );
        context.terminal.err(
          `Run ${run.id} (${run.name}), forked from ${parent.id} (${parent.name}):\n${lines.join('')}`,
        );
        if (options.queue !== true) {
          setExitCode(await trainAndReport(context, workbench, run.id, options));
          return;
        }
        const { queuePosition } = workbench.enqueue(run.id, 'back');
        report(
          context.terminal,
          options.json === true,
          { run: workbench.resolveRun(run.id), parent: parent.id, queuePosition },
          () =>
            `Run ${run.id} (${run.name}) waits in the queue, which an open workbench ("npm start" or ` +
            `"clifford serve") works through; "clifford resume ${run.id}" trains it at once.`,
        );
      });
    });
}

/**
 * The specification of a fork.
 * @throws CliffordError INVALID_INPUT for another seed, or when nothing is changed
 */
function forkedSpec(spec: RunSpec, options: ForkOptions, parent: RunSummary): RunSpec {
  const layer = (flag: string, texts: string[] | undefined) =>
    texts === undefined ? undefined : parseLayer(texts, flag);
  const heldOut = layer('--hold-out', options.holdOut) ?? spec.dataset.heldOut;
  const lesion = layer('--lesion', options.lesion) ?? spec.dataset.lesion;
  const drawn = { ...spec, dataset: { ...spec.dataset, heldOut, lesion } };
  const forked = changeSpec(drawn, options.set ?? [], `fork of ${parent.name}`);
  if (forked.seed !== spec.seed) {
    throw invalid(
      `--set seed: got ${forked.seed}, expected ${spec.seed}: a fork keeps the seed of its run, so that the two can ` +
        'be paired; "clifford train" starts one with another seed',
    );
  }
  if (diffSpecs([spec, forked]).every((row) => !row.differs)) {
    throw invalid(
      `fork: got the specification of run ${parent.id} unchanged, which would give the same weights; ` +
        'expected a change by --hold-out, --lesion or --set',
    );
  }
  checkRun(forked);
  return forked;
}
