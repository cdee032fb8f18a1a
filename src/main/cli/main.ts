import type { CommanderError } from 'commander';
import { invalid, toErrorData } from '../../core/base/errors.ts';
import type { CliContext } from './context.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { cancelUnlessListening, letSignalsIn } from './interrupts.ts';
import { processTerminal, reportError } from './output.ts';

// This file imports little, so that Ctrl-C is heard while the rest is being loaded.

/**
 * Runs one command line and returns its exit code (exit-codes.ts). Nothing is thrown.
 *
 * @param args without the program's name
 */
export async function main(args: readonly string[], context: CliContext = processContext()): Promise<number> {
  const { terminal } = context;
  const interrupts = cancelUnlessListening();
  let exitCode: number;
  try {
    exitCode = await Promise.race([runCommand(args, context), interrupts.cancelled]);
  } catch (error) {
    reportError(terminal, args.includes('--json'), error);
    exitCode = EXIT_CODES[toErrorData(error).code];
  } finally {
    interrupts.dispose();
  }
  try {
    await terminal.flushed();
  } catch (error) {
    reportError(terminal, false, error);
    if (exitCode === 0) exitCode = EXIT_CODES[toErrorData(error).code];
  }
  return exitCode;
}

async function runCommand(args: readonly string[], context: CliContext): Promise<number> {
  const [{ CommanderError }, { buildProgram }] = await Promise.all([
    import('commander'),
    import('./program.ts'),
  ]);
  let exitCode = 0;
  const program = buildProgram(context, (code) => (exitCode = code));
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0; // --help, --version
    if (error.code === 'commander.help') return EXIT_CODES.INVALID_INPUT; // it has printed the help
    throw usageError(error);
  }
}

/** Commander's complaint as ours. */
function usageError(error: CommanderError): Error {
  const sentence = error.message
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
  return invalid(`${sentence}; "clifford help" lists the commands, and "--help" after one explains it`);
}

function processContext(): CliContext {
  return {
    terminal: processTerminal(),
    // Loaded on use: `clifford --help` need not open a database library.
    openWorkbench: async (home) => {
      const [{ openWorkbench }, { defaultHome }] = await Promise.all([
        import('../workbench/service.ts'),
        import('../workbench/home.ts'),
      ]);
      await letSignalsIn();
      return openWorkbench({ home: home ?? defaultHome() });
    },
  };
}
