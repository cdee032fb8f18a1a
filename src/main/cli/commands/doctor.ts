import type { Command } from 'commander';
import type { Check, DoctorReport } from '../../workbench/doctor.ts';
import { addHomeOption, addJsonOption, checkHome, type CliContext, type HomeOptions } from '../context.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { report } from '../output.ts';
import { packageVersion } from '../../version.ts';
import type { SetExitCode } from '../program.ts';
import { formatTable } from '../table.ts';

/** `doctor`: what works here, with versions, and what is missing. */
export function addDoctorCommand(program: Command, context: CliContext, setExitCode: SetExitCode): void {
  const command = program
    .command('doctor')
    .summary('say what works on this machine and what is missing')
    .description('Checks Node, the training engine, the run history, disk space and the desktop window.');
  addJsonOption(addHomeOption(command))
    .addHelpText(
      'after',
      '\nEnds with 0 if training works here, else with 5.\n\nExample:\n  clifford doctor --json',
    )
    .action(async (options: HomeOptions) => {
      checkHome(options);
      const { runDoctor } = await import('../../workbench/doctor.ts');
      const result = await runDoctor(options.home === undefined ? {} : { home: options.home });
      report(context.terminal, options.json === true, { version: packageVersion(), ...result }, () =>
        doctorText(result),
      );
      if (!result.works) setExitCode(EXIT_CODES.UNAVAILABLE);
    });
}

const MARKS: Readonly<Record<Check['status'], string>> = { ok: '✓', warning: '–', broken: '✗' };

export function doctorText({ works, checks }: DoctorReport): string {
  const rows = checks.flatMap(({ name, status, detail, fix }) => [
    [MARKS[status], name, detail],
    ...(fix === undefined ? [] : [['', '', `→ ${fix}`]]),
  ]);
  const broken = checks.filter((check) => check.status === 'broken').map((check) => check.name);
  const verdict = works
    ? 'Training works on this machine.'
    : `Training does not work on this machine: see ${broken.join(', ')}.`;
  return `Clifford ${packageVersion()}\n\n${formatTable(rows)}\n\n${verdict}`;
}
