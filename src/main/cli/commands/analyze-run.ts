import path from 'node:path';
import { type Command, type CommanderError, Option } from 'commander';
import { CliffordError, invalid } from '../../../core/base/errors.ts';
import { counted } from '../../../core/base/counted.ts';
import { ensureFolder, writeFileAtomic } from '../../../files/atomic.ts';
import {
  type AnalysisKind,
  type AnalysisRecord,
  DEFAULT_ANALYSES,
  ReadingMode,
  type RepresentationSpec,
} from '../../../shared/analysis.ts';
import type { RunSummary } from '../../../shared/records.ts';
import { didYouMean } from '../../presets/suggest.ts';
import type { Workbench } from '../../workbench/api.ts';
import {
  addHomeOption,
  addJsonOption,
  type CliContext,
  type HomeOptions,
  wholeNumber,
  withWorkbench,
} from '../context.ts';
import { report } from '../output.ts';
import { createProgress } from '../progress.ts';
import { analysesTable } from './analyze-run-text.ts';
import { interruptible } from './model.ts';

interface RunOptions extends HomeOptions {
  all?: boolean;
  kind?: string;
  step?: number;
  tap?: string;
  mode?: RepresentationSpec['mode'];
  timestep?: number;
  seed?: number;
  perAxis?: number;
  landmarks?: number;
  untrained?: boolean;
  threads?: number;
  out?: string;
}

/** Whose representation: the trained network's, or one of the paper's two controls. */
export type Subject = 'trained' | 'untrained' | 'conditioning';

/** One measurement of one subject, or why there is none. */
export interface Measurement {
  readonly subject: Subject;
  readonly kind: AnalysisKind;
  readonly outcome: { readonly record: AnalysisRecord; readonly stored: boolean } | CliffordError;
}

const KINDS = Object.keys(DEFAULT_ANALYSES) as AnalysisKind[];
/** Those with a number in the table. */
const USUAL: readonly AnalysisKind[] = ['pca', 'topology', 'factorization', 'decoding'];

/** `analyze <run>`: what `analyze` does with a run in place of one of its subcommands. */
export function addAnalyzeRun(analyze: Command, context: CliContext): void {
  analyze
    .summary('measure the representations of a run, or points, labels and sites from files')
    .description(
      'Reads a layer of a run’s network over a grid of labels and measures it: effective dimension, topology, ' +
        'factorization, decoding. What was computed stays with the run. The subcommands measure files instead.',
    )
    .argument('[run]', 'id, beginning of the id, name, or "latest"')
    .option(
      '--all',
      'every measurement, and the controls: the untrained network and the conditioning vector alone',
    )
    .option('--kind <list>', `measurements: ${KINDS.join(', ')} (default: ${USUAL.join(',')})`)
    .option('--step <n>', 'weights of this kept step (default: the newest)', wholeNumber('--step', 0))
    .option('--tap <name>', 'the layer (default: the last down block)')
    .addOption(
      new Option('--mode <mode>', 'what the network is shown (default: clean)').choices([
        ...ReadingMode.options,
      ]),
    )
    .option('--timestep <t>', 'diffusion timestep (default: a tenth of all)', wholeNumber('--timestep', 0))
    .option('--seed <n>', 'seed of the noise (default: 0)', wholeNumber('--seed', 0))
    .option(
      '--per-axis <n>',
      'labels along each axis (default: up to 32)',
      wholeNumber('--per-axis', 2, 4096),
    )
    .option('--landmarks <n>', 'landmarks for topology (default: 150)', wholeNumber('--landmarks', 2))
    .option('--untrained', 'the network at its initialization, instead of the trained one')
    .option('--threads <n>', 'threads (default: one per core)', wholeNumber('--threads', 1, 1024))
    .option('--out <dir>', 'write each answer as JSON, too')
    .exitOverride((error) => {
      throw namesMistypedSubcommand(analyze, error) ?? error;
    });
  addJsonOption(addHomeOption(analyze))
    .addHelpText(
      'after',
      `
The document: run, representation, and analyses with subject (trained, untrained or conditioning), kind, step, stored
and answer; or error, where a measurement could not be made.

Examples:
  clifford analyze latest --all
  clifford analyze quick-calm-otter --kind pca,topology --tap bottleneck1 --step 100
  clifford analyze topology --points circle.csv --max-dim 1`,
    )
    .action(async (ref: string | undefined, options: RunOptions) => {
      if (ref === undefined) {
        if (options.json !== true) return analyze.help({ error: true });
        throw invalid(
          `analyze: got no run, expected one, or a subcommand: ${subcommandsOf(analyze).join(', ')}`,
        );
      }
      const kinds = kindsOf(options);
      if (options.all === true && options.untrained === true) {
        throw invalid(
          '--untrained: got it with --all, which measures the untrained network too; expected one of them',
        );
      }
      if (options.untrained === true && options.step !== undefined) {
        throw invalid(
          `--step: got ${options.step} with --untrained, which is the network before its first step; expected one of them`,
        );
      }
      if (options.out?.trim() === '') throw invalid('--out: got an empty path, expected a folder');
      await withWorkbench(context, options, async (workbench) => {
        const { id, name } = resolveRun(workbench, ref, analyze);
        const representation = representationOf(workbench, id, options);
        const measurements = await measureAll(context, workbench, id, representation, kinds, options);
        const files = options.out === undefined ? [] : writeRecords(path.resolve(options.out), measurements);
        report(
          context.terminal,
          options.json === true,
          documentOf(id, representation, measurements, files),
          () => [analysesTable(`${name} (${id})`, representation, measurements), ...files].join('\n'),
        );
      });
    });
}

const subcommandsOf = (analyze: Command): string[] => analyze.commands.map((command) => command.name());

/** What is no run may be a subcommand that was mistyped. */
function resolveRun(workbench: Workbench, ref: string, analyze: Command): RunSummary {
  try {
    return workbench.resolveRun(ref);
  } catch (error) {
    const near = didYouMean(ref, subcommandsOf(analyze));
    if (near === '' || !(error instanceof CliffordError) || error.code !== 'NOT_FOUND') throw error;
    throw new CliffordError('NOT_FOUND', `${error.message}${near}`);
  }
}

/** A mistyped subcommand stands where a run would, so that the parser finds fault with its options instead. */
function namesMistypedSubcommand(analyze: Command, error: CommanderError): CliffordError | null {
  const [typed] = analyze.args;
  const known = subcommandsOf(analyze);
  if (
    !error.code.startsWith('commander.') ||
    error.exitCode === 0 ||
    typed === undefined ||
    known.includes(typed)
  ) {
    return null;
  }
  const near = didYouMean(typed, known);
  return near === ''
    ? null
    : invalid(`analyze: got ${JSON.stringify(typed)}${near}: ${error.message.replace(/^error: /, '')}`);
}

function kindsOf({ kind, all }: RunOptions): readonly AnalysisKind[] {
  if (kind === undefined) return all === true ? KINDS : USUAL;
  const names = kind.split(',').map((text) => text.trim());
  for (const name of names) {
    if (!(KINDS as readonly string[]).includes(name)) {
      throw invalid(`--kind: got ${JSON.stringify(name)}, expected some of ${KINDS.join(', ')}`);
    }
  }
  return KINDS.filter((known) => names.includes(known));
}

function representationOf(workbench: Workbench, id: string, options: RunOptions): RepresentationSpec {
  const { defaults } = workbench.analysisOptions(id);
  return {
    ...defaults,
    tap: options.tap ?? defaults.tap,
    network: options.untrained === true ? 'untrained' : 'trained',
    mode: options.mode ?? defaults.mode,
    timestep: options.timestep ?? defaults.timestep,
    seed: options.seed ?? defaults.seed,
    perAxis: options.perAxis ?? defaults.perAxis,
  };
}

/** All measurements of all subjects. Data that one of several cannot take is told and does not stop the others. */
async function measureAll(
  { terminal }: CliContext,
  workbench: Workbench,
  id: string,
  representation: RepresentationSpec,
  kinds: readonly AnalysisKind[],
  { all, step, landmarks, threads }: RunOptions,
): Promise<Measurement[]> {
  const subjects: readonly (readonly [Subject, RepresentationSpec])[] = [
    [representation.network, representation],
    ...(all === true
      ? ([
          ['untrained', { ...representation, network: 'untrained' }],
          ['conditioning', { ...representation, tap: 'conditioning' }],
        ] as const)
      : []),
  ];
  const progress = createProgress(terminal);
  const told = new Set<string>();
  const tell = (sentence: string): void => {
    if (!told.has(sentence)) progress.line(sentence);
    told.add(sentence);
  };
  return interruptible(progress, async (signal) => {
    const measurements: Measurement[] = [];
    for (const [subject, read] of subjects) {
      for (const kind of kinds) {
        const request = DEFAULT_ANALYSES[kind];
        try {
          const outcome = await workbench.analyze(id, {
            step: step ?? null,
            representation: read,
            request:
              request.kind === 'topology' && landmarks !== undefined ? { ...request, landmarks } : request,
            ...(threads === undefined ? {} : { threads }),
            onEvent: (event) => progress.event(event),
            onNotice: tell,
            signal,
          });
          measurements.push({ subject, kind, outcome });
          const { answer } = outcome.record;
          if (landmarks !== undefined && answer.kind === 'topology' && answer.result.landmarks < landmarks) {
            tell(
              `--landmarks ${landmarks}: the grid has ${counted(answer.result.points, 'point')}, all of which were taken`,
            );
          }
        } catch (error) {
          const sole = kinds.length * subjects.length === 1;
          if (sole || !(error instanceof CliffordError) || error.code !== 'INVALID_INPUT') throw error;
          measurements.push({ subject, kind, outcome: error });
        }
      }
    }
    const refused = refusalsOf(measurements);
    if (measurements.every(({ outcome }) => outcome instanceof CliffordError))
      throw invalid(refused.join('; '));
    refused.forEach((sentence) => progress.line(sentence));
    return measurements;
  });
}

/** Each reason once, with the measurements that it keeps from being made. */
function refusalsOf(measurements: readonly Measurement[]): string[] {
  const reasons = new Map<string, Map<Subject, AnalysisKind[]>>();
  for (const { subject, kind, outcome } of measurements) {
    if (!(outcome instanceof CliffordError)) continue;
    const subjects = reasons.get(outcome.message) ?? new Map<Subject, AnalysisKind[]>();
    reasons.set(outcome.message, subjects.set(subject, [...(subjects.get(subject) ?? []), kind]));
  }
  return [...reasons].map(([reason, subjects]) => {
    const named = [...subjects].map(([subject, kinds]) => `${subject} (${kinds.join(', ')})`);
    return `${named.join(', ')}: ${reason}`;
  });
}

function writeRecords(folder: string, measurements: readonly Measurement[]): string[] {
  ensureFolder(folder);
  return measurements.flatMap(({ subject, kind, outcome }) => {
    if (outcome instanceof CliffordError) return [];
    const file = path.join(folder, `${subject}-${kind}.json`);
    writeFileAtomic(file, `${JSON.stringify(outcome.record)}\n`);
    return [file];
  });
}

function documentOf(
  run: string,
  representation: RepresentationSpec,
  measurements: readonly Measurement[],
  files: readonly string[],
): unknown {
  return {
    run,
    representation,
    analyses: measurements.map(({ subject, kind, outcome }) => {
      if (outcome instanceof CliffordError) {
        return { subject, kind, error: { code: outcome.code, message: outcome.message } };
      }
      const { step, seconds, answer } = outcome.record;
      return { subject, kind, step, stored: outcome.stored, seconds, answer: answer.result };
    }),
    ...(files.length > 0 ? { files } : {}),
  };
}
