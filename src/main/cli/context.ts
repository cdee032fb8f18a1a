import type { Command } from 'commander';
import { invalid } from '../../core/base/errors.ts';
import { presetShelf, type PresetShelf } from '../presets/own.ts';
import type { Workbench } from '../workbench/api.ts';
import { defaultHome } from '../workbench/home.ts';
import type { Terminal } from './output.ts';

/** What commands need from the outside. Tests pass a fake workbench. */
export interface CliContext {
  readonly terminal: Terminal;
  /** @param home null means CLIFFORD_HOME or the platform's folder */
  openWorkbench(home: string | null): Promise<Workbench>;
}

/** Options of every command that touches the run history. */
export interface HomeOptions {
  home?: string;
  json?: boolean;
}

export function addHomeOption(command: Command): Command {
  return command.option(
    '--home <dir>',
    'where runs are kept (default: CLIFFORD_HOME or the data folder of your account)',
  );
}

export function addJsonOption(command: Command): Command {
  return command.option('--json', 'print one JSON document on stdout and nothing else there');
}

export function checkHome({ home }: HomeOptions): void {
  if (home?.trim() === '') throw invalid('--home: got an empty path, expected a folder');
}

/** Presets that come with Clifford and those saved in the home of these options. */
export function presetsOf(options: HomeOptions): PresetShelf {
  return presetShelf(homeOf(options));
}

/** The home folder that these options name; it may not exist yet. */
export function homeOf(options: HomeOptions): string {
  checkHome(options);
  return options.home ?? defaultHome();
}

/** Opens the workbench for one command and closes it whatever happens. */
export async function withWorkbench<T>(
  context: CliContext,
  options: HomeOptions,
  use: (workbench: Workbench) => T | Promise<T>,
): Promise<T> {
  checkHome(options);
  const workbench = await context.openWorkbench(options.home ?? null);
  try {
    return await use(workbench);
  } finally {
    workbench.close();
  }
}

/** Parser of a whole-number option. */
export function wholeNumber(flag: string, min: number, max = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    const unlimited = max === Number.MAX_SAFE_INTEGER && !(value > max);
    const limits = unlimited ? `of at least ${min}` : `from ${min} to ${max}`;
    throw invalid(`${flag}: got ${JSON.stringify(text)}, expected a whole number ${limits}`);
  };
}

/** Parser of a decimal option. */
export function decimal(flag: string, min: number, max: number) {
  return (text: string): number => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (value >= min && value <= max) return value;
    throw invalid(`${flag}: got ${JSON.stringify(text)}, expected a number from ${min} to ${max}`);
  };
}

/** Parser that gathers a repeatable option into a list. */
export function gather(text: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), text];
}
