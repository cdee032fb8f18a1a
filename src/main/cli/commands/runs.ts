import { type Command, Option } from 'commander';
import { counted } from '../../../core/base/counted.ts';
import { invalid } from '../../../core/base/errors.ts';
import { type RunDetail, RunState, type RunSummary } from '../../../shared/records.ts';
import { accuracyTable } from '../accuracy.ts';
import {
  addHomeOption,
  addJsonOption,
  type CliContext,
  gather,
  type HomeOptions,
  wholeNumber,
  withWorkbench,
} from '../context.ts';
import { report } from '../output.ts';
import { formatBytes, formatTable, formatTime } from '../table.ts';
import { lastEvaluation } from './training.ts';

interface ListOptions extends HomeOptions {
  state?: RunState;
  tag?: string;
  deleted?: boolean;
  limit?: number;
}

/** `runs list|show|tag|note|rm|restore|purge|prune`. */
export function addRunsCommands(program: Command, context: CliContext): void {
  const runs = program
    .command('runs')
    .summary('look at and tidy up the run history')
    .description('The run history.');
  const common = (command: Command) => addJsonOption(addHomeOption(command));
  const refHelp = 'id, beginning of the id, name, or "latest"';

  common(
    runs
      .command('list')
      .description('Lists runs, newest first.')
      .addOption(new Option('--state <state>', 'only runs in this state').choices(RunState.options))
      .option('--tag <tag>', 'only runs with this tag')
      .option('--deleted', 'deleted runs too')
      .option('--limit <n>', 'at most this many', wholeNumber('--limit', 1)),
  )
    .addHelpText('after', '\nExamples:\n  clifford runs list\n  clifford runs list --state failed --json')
    .action(async (options: ListOptions) => {
      await withWorkbench(context, options, (workbench) => {
        const list = workbench.listRuns({
          ...(options.state === undefined ? {} : { state: options.state }),
          ...(options.tag === undefined ? {} : { tag: options.tag }),
          ...(options.limit === undefined ? {} : { limit: options.limit }),
          includeDeleted: options.deleted === true,
        });
        report(context.terminal, options.json === true, { home: workbench.home, runs: list }, () =>
          runsTable(list),
        );
      });
    });

  common(
    runs
      .command('show')
      .argument('<run>', refHelp)
      .description('Shows one run: state, accuracy by region, files.'),
  )
    .addHelpText(
      'after',
      `
With --json: the specification, state, metrics by step, evaluations by region, artifacts with their sha256, and
"weights", the sha256 of the flat parameter vector.

Examples:
  clifford runs show latest
  clifford runs show latest --json`,
    )
    .action(async (ref: string, options: HomeOptions) => {
      await withWorkbench(context, options, (workbench) => {
        const detail = workbench.showRun(workbench.resolveRun(ref, { includeDeleted: true }).id);
        report(context.terminal, options.json === true, detail, () => runText(detail));
      });
    });

  common(
    runs
      .command('tag')
      .argument('<run>', refHelp)
      .argument('[tags...]', 'tags to add')
      .description('Adds or removes tags.')
      .option('--remove <tag>', 'a tag to take away (repeatable)', gather),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  clifford runs tag latest baseline\n  clifford runs tag latest --remove baseline',
    )
    .action(async (ref: string, add: string[], options: HomeOptions & { remove?: string[] }) => {
      if (add.length === 0 && options.remove === undefined) {
        throw invalid('runs tag: got no tag, expected one to add or --remove TAG');
      }
      await withWorkbench(context, options, (workbench) => {
        const run = workbench.tag(workbench.resolveRun(ref).id, { add, remove: options.remove ?? [] });
        report(
          context.terminal,
          options.json === true,
          { run },
          () => `Run ${run.id} (${run.name}): ${tagsText(run)}`,
        );
      });
    });

  common(
    runs
      .command('note')
      .argument('<run>', refHelp)
      .argument('<text>', 'the note, replacing an older one; "" takes it away')
      .description('Writes a note to a run.'),
  )
    .addHelpText('after', '\nExample:\n  clifford runs note latest "wider cross than before"')
    .action(async (ref: string, text: string, options: HomeOptions) => {
      await withWorkbench(context, options, (workbench) => {
        const run = workbench.note(workbench.resolveRun(ref).id, text);
        const said = text === '' ? 'note removed' : 'note written';
        report(
          context.terminal,
          options.json === true,
          { run },
          () => `Run ${run.id} (${run.name}): ${said}.`,
        );
      });
    });

  const several = (name: string, description: string, example: string) =>
    common(runs.command(name).argument('<runs...>', refHelp).description(description)).addHelpText(
      'after',
      `\nExample:\n  ${example}`,
    );

  several(
    'rm',
    'Deletes runs softly: "runs restore" undoes it, "runs purge" ends it.',
    'clifford runs rm latest',
  ).action(async (refs: string[], options: HomeOptions) => {
    await withWorkbench(context, options, (workbench) => {
      // All names are resolved before anything is done: a typing mistake changes nothing.
      const ids = refs.map((ref) => workbench.resolveRun(ref).id);
      const removed = ids.map((id) => workbench.remove(id));
      report(context.terminal, options.json === true, { runs: removed }, () =>
        removed
          .map((run) => `Deleted run ${run.id} (${run.name}); clifford runs restore ${run.id} undoes it.`)
          .join('\n'),
      );
    });
  });

  several('restore', 'Brings deleted runs back.', 'clifford runs restore 0a1b2c3d4e').action(
    async (refs: string[], options: HomeOptions) => {
      await withWorkbench(context, options, (workbench) => {
        const ids = refs.map((ref) => workbench.resolveRun(ref, { includeDeleted: true }).id);
        const restored = ids.map((id) => workbench.restore(id));
        report(context.terminal, options.json === true, { runs: restored }, () =>
          restored.map((run) => `Restored run ${run.id} (${run.name}).`).join('\n'),
        );
      });
    },
  );

  several(
    'purge',
    'Removes deleted runs and their files for good.',
    'clifford runs rm latest && clifford runs purge 0a1b2c3d4e',
  ).action(async (refs: string[], options: HomeOptions) => {
    await withWorkbench(context, options, (workbench) => {
      const purged = refs.map((ref) => workbench.resolveRun(ref, { includeDeleted: true }));
      for (const run of purged) workbench.purge(run.id);
      report(context.terminal, options.json === true, { purged: purged.map((run) => run.id) }, () =>
        purged.map((run) => `Removed run ${run.id} (${run.name}) and its files for good.`).join('\n'),
      );
    });
  });
  addPrune(runs, context);
}

interface PruneOptions extends HomeOptions {
  all?: boolean;
  dryRun?: boolean;
}

/** `runs prune`. */
function addPrune(runs: Command, context: CliContext): void {
  const command = runs
    .command('prune')
    .argument('[runs...]', 'id, beginning of the id, name, or "latest"')
    .summary('delete stored representations, which can be read again')
    .description(
      'Deletes the representations (what a layer of the network answers over a grid of labels) that "clifford analyze" ' +
        'and the window keep with runs, the largest of their files after checkpoints. They are read again when another ' +
        'measurement needs them; measurements that were made stay.',
    )
    .option('--all', 'of all runs that are not deleted')
    .option('--dry-run', 'only tell how much that would free');
  addJsonOption(addHomeOption(command))
    .addHelpText(
      'after',
      `
With --json: dryRun, runs (runId, name, files, bytes) and bytes, all of them together.

Examples:
  clifford runs prune --all --dry-run
  clifford runs prune latest`,
    )
    .action(async (refs: string[], options: PruneOptions) => {
      const { all = false, dryRun = false } = options;
      if (all && refs.length > 0) throw invalid('runs prune: got runs and --all, expected one of them');
      if (!all && refs.length === 0) throw invalid('runs prune: got no run, expected some or --all');
      await withWorkbench(context, options, (workbench) => {
        const ids = all ? null : refs.map((ref) => workbench.resolveRun(ref).id);
        const pruned = workbench.pruneRepresentations(ids, { dryRun });
        const bytes = pruned.reduce((sum, run) => sum + run.bytes, 0);
        report(context.terminal, options.json === true, { dryRun, runs: pruned, bytes }, () => {
          if (bytes === 0) return 'No representations are stored.';
          const rows = pruned.map((run) => [
            run.runId,
            run.name,
            counted(run.files, 'representation'),
            formatBytes(run.bytes),
          ]);
          return `${formatTable(rows, [3])}\n\n${dryRun ? 'Would free' : 'Freed'} ${formatBytes(bytes)}.`;
        });
      });
    });
}

export function runsTable(list: readonly RunSummary[]): string {
  if (list.length === 0)
    return 'No runs yet. "clifford quickstart" or "clifford train quick" makes the first.';
  const rows = [['id', 'name', 'state', 'step', 'seed', 'in distribution', 'held out', 'created', 'tags']];
  for (const run of list) {
    rows.push([
      run.id,
      run.name,
      run.deletedAt === null ? run.state : `${run.state}, deleted`,
      `${run.step}/${run.steps}`,
      String(run.seed),
      run.accuracy['in-distribution']?.toFixed(2) ?? '–',
      heldOutText(run.accuracy),
      formatTime(run.createdAt),
      run.tags.join(', '),
    ]);
  }
  return formatTable(rows, [3, 4]);
}

/** Lowest and highest accuracy of the held-out sections. */
function heldOutText(accuracy: RunSummary['accuracy']): string {
  const values = Object.entries(accuracy)
    .filter(([section]) => section !== 'overall' && section !== 'in-distribution')
    .map(([, value]) => value);
  if (values.length === 0) return '–';
  const [low, high] = [Math.min(...values).toFixed(2), Math.max(...values).toFixed(2)];
  return low === high ? low : `${low} to ${high}`;
}

export function runText(run: RunDetail): string {
  const facts: string[][] = [
    ['Run', `${run.id} (${run.name})`],
    ['State', stateText(run)],
    ['Preset', run.preset ?? '–'],
    ['Seed', String(run.seed)],
    ['Engine', run.engine ?? '–'],
    ['Created', formatTime(run.createdAt)],
    ['Started', formatTime(run.startedAt)],
    ['Ended', formatTime(run.endedAt)],
    ['Tags', tagsText(run)],
    ['Note', run.note === '' ? '–' : printable(run.note)],
    ['Folder', run.folder],
    ['Weights', run.weights === null ? '–' : `sha256 ${run.weights}`],
  ];
  const parts = [formatTable(facts)];
  const evaluation = lastEvaluation(run);
  if (evaluation !== null) parts.push(accuracyTable(evaluation));
  if (run.artifacts.length > 0) {
    const rows = run.artifacts.map((a) => [
      a.kind,
      a.file,
      a.step === null ? '' : `step ${a.step}`,
      formatBytes(a.bytes),
    ]);
    parts.push(`Files\n${formatTable(rows, [3])}`);
  }
  return parts.join('\n\n');
}

function stateText(run: RunDetail): string {
  const reason = run.reason === null ? '' : `: ${printable(run.reason.message)}`;
  const deleted = run.deletedAt === null ? '' : ', deleted';
  return `${run.state}${deleted}, step ${run.step} of ${run.steps}${reason}`;
}

/** Control characters (and those that turn the direction of text) are shown as escapes, not obeyed by the terminal. */
function printable(text: string): string {
  return text.replaceAll(
    // eslint-disable-next-line no-control-regex
    /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (character) =>
      ({ '\n': '\\n', '\t': '\\t' })[character] ??
      `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function tagsText(run: RunSummary): string {
  return run.tags.length === 0 ? 'no tags' : run.tags.join(', ');
}
