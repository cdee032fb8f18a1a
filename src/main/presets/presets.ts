import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { CliffordError } from '../../core/base/errors.ts';
import { RunSpec } from '../../shared/run-spec.ts';
import { parseJson, shorten } from './json.ts';
import { didYouMean } from './suggest.ts';
import { parseWith } from './zod-sentence.ts';

/** A run specification that comes with Clifford, under a name. */
export const Preset = z.strictObject({
  name: z.string(),
  /** One line. */
  title: z.string().min(1),
  /** What it shows, what it costs, and what was assumed. */
  description: z.string().min(1),
  spec: RunSpec,
});
export type Preset = z.infer<typeof Preset>;

/** resources/presets of the clone or package; in a built app `CLIFFORD_RESOURCES` names the folder above it. */
export function presetsFolder(): string {
  const resources = process.env['CLIFFORD_RESOURCES'];
  if (resources !== undefined) return path.join(resources, 'presets');
  return fileURLToPath(new URL('../../../resources/presets', import.meta.url));
}

/** Names of all presets, in alphabetical order. */
export function presetNames(folder = presetsFolder()): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/**
 * @throws CliffordError NOT_FOUND for an unknown name, INVALID_INPUT for a preset file that was edited badly
 */
export function loadPreset(name: string, folder = presetsFolder()): Preset {
  const names = presetNames(folder);
  if (!names.includes(name)) {
    const hint = didYouMean(name, names);
    throw new CliffordError(
      'NOT_FOUND',
      `no preset is named ${shorten(JSON.stringify(name))}${hint}, expected one of ${names.join(', ')}`,
    );
  }
  const file = path.join(folder, `${name}.json`);
  const document = parseJson(readFileSync(file, 'utf8'), file);
  const named = typeof document === 'object' && document !== null ? { name, ...document } : document;
  return parseWith(Preset, named, file);
}
