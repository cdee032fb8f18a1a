import { CommanderError } from 'commander';
import { invalid, toErrorData } from '../../core/base/errors.ts';
import type { CliContext } from './context.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { processTerminal, reportError } from './output.ts';
import { buildProgram } from './program.ts';

/**
 * Runs one command line and returns its exit code (exit-codes.ts). Nothing is thrown.
 *
 * @param args without the program's name
 */
export async function main(args: readonly string[], context: CliContext = processContext()): Promise<number> {
  let exitCode = 0;
  const program = buildProgram(context, (code) => (exitCode = code));
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0; // --help, --version
    const error = thrown instanceof CommanderError ? usageError(thrown) : thrown;
    if (error !== null) reportError(context.terminal, args.includes('--json'), error);
    return error === null ? EXIT_CODES.INVALID_INPUT : EXIT_CODES[toErrorData(error).code];
  }
}

/** Commander's complaint as ours; null where it has already printed a help text. */
function usageError(error: CommanderError): Error | null {
  if (error.code === 'commander.help') return null;
  const sentence = error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
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
      return openWorkbench({ home: home ?? defaultHome() });
    },
  };
}
