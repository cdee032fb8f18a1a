import { statSync } from 'node:fs';
import path from 'node:path';
import { type Command, Option } from 'commander';
import { invalid } from '../../../core/base/errors.ts';
import { BundleContents } from '../../../shared/contract/bundles.ts';
import {
  addHomeOption,
  addJsonOption,
  type CliContext,
  type HomeOptions,
  withWorkbench,
} from '../context.ts';
import { report, type Terminal } from '../output.ts';
import { createProgress } from '../progress.ts';
import { formatBytes } from '../table.ts';
import { interruptible } from './model.ts';

interface ExportOptions extends HomeOptions {
  out: string;
  checkpoints: BundleContents['checkpoints'];
  samples: boolean;
}

/** `bundle export|import`. */
export function addBundleCommands(program: Command, context: CliContext): void {
  const { terminal } = context;
  const bundle = program
    .command('bundle')
    .summary('carry runs from one place to another')
    .description(
      'Run bundles: one file that holds a run with its specification, metrics, evaluations, history, model and ' +
        'checkpoints (docs/bundle-format.md describes it).',
    );
  const common = (command: Command) => addJsonOption(addHomeOption(command));

  common(
    bundle
      .command('export')
      .argument('<run>', 'id, beginning of the id, name, or "latest"')
      .description('Writes a run as one file. Every file in it is verified on the way.')
      .requiredOption('--out <file>', 'the file, ending in .clifford; replaced if there')
      .addOption(
        new Option(
          '--checkpoints <which>',
          'none, the newest (enough to go on training), or all with milestones',
        )
          .choices(BundleContents.shape.checkpoints.unwrap().options)
          .default('last'),
      )
      .option('--no-samples', 'without the generated images of evaluations (their read-outs stay)'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  clifford bundle export latest --out run.clifford\n' +
        '  clifford bundle export latest --out small.clifford --checkpoints none --no-samples',
    )
    .action(async (ref: string, options: ExportOptions) => {
      if (!options.out.toLowerCase().endsWith('.clifford')) {
        throw invalid(`--out: got ${JSON.stringify(options.out)}, expected a file that ends in .clifford`);
      }
      const out = path.resolve(options.out);
      await withWorkbench(context, options, async (workbench) => {
        const { id, name } = workbench.resolveRun(ref);
        const contents = { checkpoints: options.checkpoints, samples: options.samples };
        await withPercentage(terminal, 'writing', (onProgress, signal) =>
          workbench.exportBundle(id, { contents, out, onProgress, signal }),
        );
        const { size: bytes } = statSync(out);
        report(
          terminal,
          options.json === true,
          { run: id, file: out, bytes, contents },
          () => `Run ${id} (${name}) is in ${out} (${formatBytes(bytes)}).`,
        );
      });
    });

  common(
    bundle
      .command('import')
      .argument('<file>', 'a run bundle')
      .description(
        'Takes a run out of a bundle into this home. Everything in the file is verified before anything is recorded; ' +
          'a run that is here already is left as it is.',
      ),
  )
    .addHelpText('after', '\nExample:\n  clifford bundle import run.clifford')
    .action(async (file: string, options: HomeOptions) => {
      await withWorkbench(context, options, async (workbench) => {
        const imported = await withPercentage(terminal, 'checking', (onProgress, signal) =>
          workbench.importBundle(path.resolve(file), { onProgress, signal }),
        );
        const { runId, name, existed } = imported;
        const run = workbench.resolveRun(runId);
        report(terminal, options.json === true, { ...imported, run }, () =>
          existed
            ? `Run ${runId} (${name}) is here already; nothing was changed.`
            : `Imported run ${runId} (${name}): ${run.state}, step ${run.step} of ${run.steps}.`,
        );
      });
    });
}

/** Shows on a terminal how far it is; Ctrl-C cancels. */
async function withPercentage<T>(
  terminal: Terminal,
  verb: string,
  job: (onProgress: (fraction: number) => void, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  let shown = -1;
  const onProgress = (fraction: number): void => {
    const percent = Math.floor(100 * fraction);
    if (!terminal.live || percent === shown) return;
    shown = percent;
    terminal.err(`\r\u001b[2K${verb} ${percent} %`);
  };
  try {
    return await interruptible(createProgress(terminal), (signal) => job(onProgress, signal));
  } finally {
    if (shown >= 0) terminal.err('\r\u001b[2K');
  }
}
