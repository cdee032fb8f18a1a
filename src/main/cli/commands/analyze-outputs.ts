import { type BigIntStats, fstatSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { invalid } from '../../../core/base/errors.ts';
import { withStorageErrors } from '../../../files/storage-error.ts';

/** A file of the command line, with the option that names it. */
export interface NamedFile {
  readonly flag: string;
  /** `-` is standard input. Undefined where the option was not given. */
  readonly path: string | undefined;
}

/**
 * Refuses to write over what is read, or one output over another, under whatever names: the same path, links of either
 * kind, or a file that the shell put on standard input.
 * @throws CliffordError INVALID_INPUT naming both
 */
export function checkOutputs(inputs: readonly NamedFile[], outputs: readonly NamedFile[]): void {
  const taken = inputs.flatMap((file) => placed(file, true));
  for (const output of outputs.flatMap((file) => placed(file, false))) {
    const other = taken.find(({ place }) => place === output.place);
    if (other) {
      throw invalid(
        `${output.flag}: got ${named(output)}, which is the same file as ${other.flag} ${named(other)}; expected another ` +
          'file, since that one would be overwritten',
      );
    }
    taken.push(output);
  }
}

type Placed = NamedFile & { readonly path: string; readonly place: string };

/** Nothing for what has no place on the disk: an option that was not given, a pipe, an input that is missing. */
function placed({ flag, path: file }: NamedFile, input: boolean): Placed[] {
  if (file === undefined || file.trim() === '') return [];
  const piped = input && file === '-';
  const stat = withStorageErrors('read', file, () => (piped ? standardInput() : statOf(file)));
  if (stat?.isFile() === true) return [{ flag, path: file, place: `${stat.dev}:${stat.ino}` }];
  return input ? [] : [{ flag, path: file, place: futurePlace(file) }];
}

function statOf(file: string): BigIntStats | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false });
}

function standardInput(): BigIntStats | undefined {
  try {
    return fstatSync(0, { bigint: true });
  } catch {
    return undefined; // it is closed
  }
}

/** Of a file that is not there yet. */
function futurePlace(file: string): string {
  const folder = path.dirname(path.resolve(file));
  return path.join(statOf(folder) ? realpathSync(folder) : folder, path.basename(file));
}

const named = ({ path: file }: { path: string }) => (file === '-' ? 'standard input' : JSON.stringify(file));
