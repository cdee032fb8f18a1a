import { join } from 'node:path';
import type { Command } from 'commander';
import { writeFileAtomic } from '../../../files/atomic.ts';
import type { RunDetail } from '../../../shared/records.ts';
import { checkRun } from '../../../shared/check-run.ts';
import { RunSpec } from '../../../shared/run-spec.ts';
import { loadPreset } from '../../presets/presets.ts';
import { withSteps } from '../../presets/steps.ts';
import { parseWith } from '../../presets/zod-sentence.ts';
import type { Workbench } from '../../workbench/api.ts';
import { accuracyTable, comparisonTable } from '../accuracy.ts';
import { comparisonPicture } from '../comparison-picture.ts';
import {
  addHomeOption,
  addJsonOption,
  type CliContext,
  type HomeOptions,
  wholeNumber,
  withWorkbench,
} from '../context.ts';
import { exitCodeOfState } from '../exit-codes.ts';
import { report } from '../output.ts';
import type { SetExitCode } from '../program.ts';
import { filesText, lastEvaluation, trainingDocument, trainingText, trainWithProgress } from './training.ts';

interface QuickstartOptions extends HomeOptions {
  seed: number;
  steps?: number;
}

/** The two sides of the paper's contrast (Fig. 4). */
const SIDES = [
  { preset: 'quick', title: 'bumps alone' },
  { preset: 'quick-stripes', title: 'bumps and 1D stripes' },
] as const;

const PICTURE_TITLE = 'A cross of values held out: composition and interpolation';
const QUESTION = 'Side by side: are held-out values reached when 1D stripes have shown them?';

/** `quickstart`: trains both presets with one seed and prints them side by side. */
export function addQuickstartCommand(program: Command, context: CliContext, setExitCode: SetExitCode): void {
  const command = program
    .command('quickstart')
    .summary("the paper's contrast in small: train twice and compare (about ten minutes)")
    .description(
      'Trains the presets "quick" (bumps with a cross held out) and "quick-stripes" (the same with 1D stripes that ' +
        'cover the missing values) with the same seed, and prints accuracy by region side by side.',
    )
    .option('--seed <n>', 'seed of both runs', wholeNumber('--seed', 0), 0)
    .option(
      '--steps <n>',
      'optimizer steps of both runs, to try it out faster; the warm-up keeps its share of them',
      wholeNumber('--steps', 1),
    );
  addJsonOption(addHomeOption(command))
    .addHelpText(
      'after',
      '\nExamples:\n  clifford quickstart\n  clifford quickstart --seed 1 --home /tmp/clifford',
    )
    .action(async (options: QuickstartOptions) => {
      const sides = SIDES.map((side) => ({ ...side, spec: specOf(side, options) }));
      await withWorkbench(context, options, async (workbench) => {
        const started = performance.now();
        const runs: RunDetail[] = [];
        for (const side of sides) {
          const { code, run } = await trainSide(context, workbench, side);
          if (code !== 0) {
            report(context.terminal, options.json === true, trainingDocument(run), () => trainingText(run));
            if (run.reason !== null) context.terminal.err(`clifford: ${run.reason.message}\n`);
            return setExitCode(code);
          }
          runs.push(run);
        }
        const minutes = (performance.now() - started) / 60_000;
        const picture = join(workbench.home, 'quickstart.png');
        const compared = runs.map((run, i) => ({ title: SIDES[i]!.title, run }));
        writeFileAtomic(picture, comparisonPicture(PICTURE_TITLE, QUESTION, compared));
        report(
          context.terminal,
          options.json === true,
          { minutes: Number(minutes.toFixed(2)), picture, runs: runs.map(trainingDocument) },
          () => quickstartText(runs, minutes, picture),
        );
      });
    });
}

/** Both sides are checked before the first trains. */
function specOf({ preset }: (typeof SIDES)[number], { seed, steps }: QuickstartOptions): RunSpec {
  const seeded = { ...loadPreset(preset).spec, seed };
  const changed = steps === undefined ? seeded : withSteps(seeded, steps);
  const spec = parseWith(RunSpec, changed, preset);
  checkRun(spec);
  return spec;
}

async function trainSide(
  context: CliContext,
  workbench: Workbench,
  { preset, title, spec }: (typeof SIDES)[number] & { spec: RunSpec },
): Promise<{ code: number; run: RunDetail }> {
  const { id, name } = workbench.createRun({ spec, preset, tags: ['quickstart'] });
  context.terminal.err(`\n${title}: run ${id} (${name}), ${spec.training.steps} steps\n`);
  const { state, run } = await trainWithProgress(context, workbench, id, { engine: 'auto' });
  return { code: exitCodeOfState(state, run.reason), run: workbench.showRun(id) };
}

export function quickstartText(runs: readonly RunDetail[], minutes: number, picture: string): string {
  const parts: string[] = [];
  runs.forEach((run, i) => {
    const evaluation = lastEvaluation(run);
    const title = `${SIDES[i]!.title} (run ${run.id}, ${run.name})`;
    parts.push(`${title}\n${'─'.repeat(title.length)}`);
    if (evaluation !== null) parts.push(accuracyTable(evaluation));
    parts.push(filesText(run));
  });
  const columns = runs.flatMap((run, i) => {
    const evaluation = lastEvaluation(run);
    return evaluation === null ? [] : [{ title: SIDES[i]!.title, evaluation }];
  });
  parts.push(
    `${QUESTION}\n${'─'.repeat(QUESTION.length)}`,
    comparisonTable(columns),
    `Both in one picture: ${picture}`,
    `Training and measuring took ${minutes.toFixed(1)} minutes.`,
    'Next:\n' +
      `  npm start                                             open the workbench\n` +
      `  npx clifford sample ${runs.at(-1)!.id} --x 8 --y 0:16 --out samples\n` +
      '  npx clifford --help',
  );
  return parts.join('\n\n');
}
