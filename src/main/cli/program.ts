import { Command } from 'commander';
import { addAnalyzeCommands } from './commands/analyze.ts';
import { addBundleCommands } from './commands/bundle.ts';
import { addCompareCommand } from './commands/compare.ts';
import { addDatasetCommands } from './commands/dataset.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addForkCommand } from './commands/fork.ts';
import { addModelCommands } from './commands/model.ts';
import { addPercolationCommand } from './commands/percolation.ts';
import { addPresetCommands } from './commands/preset.ts';
import { addQuickstartCommand } from './commands/quickstart.ts';
import { addRunsCommands } from './commands/runs.ts';
import { addServeCommand } from './commands/serve.ts';
import { addTrainCommands } from './commands/train.ts';
import { packageVersion } from '../version.ts';
import type { CliContext } from './context.ts';
import { EXIT_CODE_HELP } from './exit-codes.ts';

/** A command's action reports the process's exit code through this; not calling it means 0. */
export type SetExitCode = (code: number) => void;

export function buildProgram(context: CliContext, setExitCode: SetExitCode): Command {
  const program = new Command('clifford');
  program
    .description(
      'A lab workbench for one question: when do diffusion models learn factorized representations, ' +
        'and when do they compose? Design a dataset, train, sample, measure, remember.',
    )
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .showSuggestionAfterError()
    // What follows a subcommand's name is the subcommand's, though "analyze" itself has options of the same names.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.terminal.out(text),
      writeErr: (text) => context.terminal.err(text),
      outputError: () => {}, // main.ts reports errors, in the form that was asked for
      getOutHelpWidth: () => context.terminal.columns,
      getErrHelpWidth: () => context.terminal.columns,
    })
    .addHelpText(
      'after',
      `
A RUN is named by its id, the beginning of its id, its name, or "latest".

Start here:
  clifford quickstart                     the paper's contrast in small, in about ten minutes
  clifford preset list                    ready specifications
  clifford train quick --seed 1           train one; Ctrl-C stops it, "clifford resume latest" goes on
  clifford sample latest --x 8 --y 3 --out samples
  clifford runs show latest
  clifford analyze latest --all           effective dimension, topology, factorization, with controls

${EXIT_CODE_HELP}`,
    );
  addQuickstartCommand(program, context, setExitCode);
  addTrainCommands(program, context, setExitCode);
  addForkCommand(program, context, setExitCode);
  addRunsCommands(program, context);
  addCompareCommand(program, context);
  addModelCommands(program, context);
  addAnalyzeCommands(program, context);
  addBundleCommands(program, context);
  addPresetCommands(program, context);
  addDatasetCommands(program, context);
  addPercolationCommand(program, context);
  addDoctorCommand(program, context, setExitCode);
  addServeCommand(program, context);
  return program;
}
