import path from 'node:path';
import type { ShellCommand } from '../../shared/contract/system.ts';
import type { Workbench } from '../workbench/api.ts';

export const BUNDLE_EXTENSION = 'clifford';

/**
 * The bundles among a command line's arguments, as absolute paths: opening a file from the desktop starts the program
 * with it (macOS tells by an event instead). Everything else is Electron's or Chromium's.
 */
export function bundlesIn(argv: readonly string[], folder: string): string[] {
  return argv
    .filter((argument) => !argument.startsWith('-') && isBundle(argument))
    .map((file) => path.resolve(folder, file));
}

export function isBundle(file: string): boolean {
  return path.extname(file).toLowerCase() === `.${BUNDLE_EXTENSION}`;
}

/** Imports bundles one after the other, shows the last one's run, and tells how each went. */
export async function importBundles(
  files: readonly string[],
  workbench: Pick<Workbench, 'importBundle'>,
  tell: (command: ShellCommand) => void,
  onImported: (file: string, runId: string) => void = () => {},
): Promise<void> {
  let last: string | null = null;
  for (const file of files) {
    try {
      const { runId, name, existed } = await workbench.importBundle(file);
      const text = existed ? `${name} is in this home already` : `imported ${name}`;
      tell({ type: 'notice', level: existed ? 'info' : 'success', text, runId });
      onImported(file, runId);
      last = runId;
    } catch (error) {
      const text = `${path.basename(file)} was not imported: ${(error as Error).message}`;
      tell({ type: 'notice', level: 'error', text, runId: null });
    }
  }
  if (last !== null) tell({ type: 'navigate', to: `/runs/${last}` });
}
