import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { CliffordError, invalid } from '../../core/base/errors.ts';
import { ensureFolder, syncFolder, writeFileAtomic } from '../../files/atomic.ts';
import { readBytes, withStorageErrors } from '../../files/storage-error.ts';
import { checkRun } from '../../shared/check-run.ts';
import type { PresetView } from '../../shared/contract/design.ts';
import type { RunSpec } from '../../shared/run-spec.ts';
import { parseJson, shorten } from './json.ts';
import { loadPreset, Preset, presetNames, presetsFolder } from './presets.ts';
import { didYouMean } from './suggest.ts';
import { parseWith } from './zod-sentence.ts';

/**
 * Presets that a user saved: `<home>/presets/NAME.json`, in the form of those that come with Clifford. The name of the
 * file is the preset's name.
 */
const OwnPreset = Preset.extend({
  title: z.string().trim().min(1).max(200),
  // Unlike Clifford's own, they need not be described.
  description: z.string().max(10_000).default(''),
});

/**
 * All presets: Clifford's own in alphabetical order, then the user's. One that cannot be read (edited badly by hand)
 * does not hide the others: it is left out, and `onNotice` (by default standard error) is told why.
 */
export function listPresets(
  home: string,
  onNotice: (sentence: string) => void = (sentence) =>
    void process.stderr.write(`clifford: preset left out: ${sentence}\n`),
): PresetView[] {
  const own = ownPresetNames(home).flatMap((name): PresetView[] => {
    try {
      return [{ ...readOwn(home, name), own: true }];
    } catch (error) {
      if (!(error instanceof CliffordError)) throw error;
      onNotice(error.message);
      return [];
    }
  });
  return [...presetNames().map((name) => ({ ...loadPreset(name), own: false })), ...own];
}

/**
 * Saves a preset in a home.
 * @param input.replace whether one of the same name may be replaced
 * @throws CliffordError INVALID_INPUT for a name, text or specification that will not do, CONFLICT when the name is
 *   taken, STORAGE
 */
export function savePreset(
  home: string,
  input: {
    readonly name: string;
    readonly title: string;
    readonly description: string;
    readonly spec: RunSpec;
    readonly replace?: boolean;
  },
): PresetView {
  const { name, title, description, spec, replace = false } = input;
  checkPresetName(name);
  const preset = parseWith(OwnPreset, { name, title, description, spec }, `preset "${name}"`);
  checkRun(preset.spec);
  const file = fileOf(home, name);
  if (!replace && existsSync(file)) {
    throw new CliffordError(
      'CONFLICT',
      `a preset named "${name}" is there already, expected another name, or to replace it`,
    );
  }
  ensureFolder(path.dirname(file));
  const { name: _, ...stored } = preset;
  writeFileAtomic(file, `${JSON.stringify(stored, null, 2)}\n`);
  return { ...preset, own: true };
}

/** @throws CliffordError NOT_FOUND, INVALID_INPUT for one that comes with Clifford, STORAGE */
export function removePreset(home: string, name: string): void {
  checkPresetName(name);
  const file = fileOf(home, name);
  if (!existsSync(file)) throw notFound(name, ownPresetNames(home));
  withStorageErrors('delete', file, () => {
    rmSync(file);
    syncFolder(path.dirname(file));
  });
}

/** Names of the presets that were saved in a home, in alphabetical order; none where there is no such folder. */
export function ownPresetNames(home: string): string[] {
  const folder = path.join(home, 'presets');
  if (!existsSync(folder)) return [];
  return withStorageErrors('read', folder, () => readdirSync(folder))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .filter((name) => NAME.test(name) && !presetNames().includes(name))
    .sort();
}

/** Where presets are looked up: Clifford's own folder first, then a home, if there is one. */
export interface PresetShelf {
  names(): string[];
  /** @throws CliffordError NOT_FOUND for an unknown name, INVALID_INPUT for a file that was edited badly */
  load(name: string): Preset;
}

export function presetShelf(home: string | null, folder = presetsFolder()): PresetShelf {
  const own = () => (home === null ? [] : ownPresetNames(home));
  const names = () => [...presetNames(folder), ...own()];
  return {
    names,
    load(name) {
      if (presetNames(folder).includes(name)) return loadPreset(name, folder);
      if (home !== null && own().includes(name)) return readOwn(home, name);
      throw notFound(name, names());
    },
  };
}

/** Names are typed on command lines and are file names on every system, some of which ignore case. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,59}$/;
/** Names that Windows keeps for devices, whatever their extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)$/;

function checkPresetName(name: string): void {
  if (!NAME.test(name) || DEVICE.test(name)) {
    throw invalid(
      `preset name: got ${shorten(JSON.stringify(name))}, expected 1 to 60 small letters, digits, "-" and "_" ` +
        'that begin with a letter or digit and are no device name',
    );
  }
  if (presetNames().includes(name)) {
    throw invalid(`preset name: "${name}" comes with Clifford and cannot be changed, expected another name`);
  }
}

function readOwn(home: string, name: string): Preset {
  const file = fileOf(home, name);
  const document = parseJson(new TextDecoder().decode(readBytes(file)), file);
  const isObject = typeof document === 'object' && document !== null && !Array.isArray(document);
  // The file's name counts: a copy under another name is another preset.
  return parseWith(OwnPreset, isObject ? { ...document, name } : document, file);
}

function notFound(name: string, names: readonly string[]): CliffordError {
  const expected = names.length === 0 ? 'but none was saved yet' : `expected one of ${names.join(', ')}`;
  const shown = shorten(JSON.stringify(name));
  return new CliffordError('NOT_FOUND', `no preset is named ${shown}${didYouMean(name, names)}, ${expected}`);
}

function fileOf(home: string, name: string): string {
  return path.join(home, 'presets', `${name}.json`);
}
