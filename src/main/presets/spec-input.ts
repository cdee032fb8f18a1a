import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { CliffordError, invalid } from '../../core/base/errors.ts';
import { DatasetSpec } from '../../core/dataset/spec.ts';
import { RunSpec } from '../../shared/run-spec.ts';
import { formatPath, parseJson, shorten } from './json.ts';
import { presetShelf, type PresetShelf } from './own.ts';
import { didYouMean } from './suggest.ts';
import { parseWith } from './zod-sentence.ts';

export interface ResolvedSpec {
  spec: RunSpec;
  /** Name of the preset it started from, if any. */
  preset: string | null;
}

/**
 * Makes a run specification from what a user gives: the name of a preset, or a JSON file that holds
 *
 * - a full RunSpec, as `clifford preset show` prints it;
 * - `{ "preset": "quick", "set": { "training": { "steps": 100 } } }`: a preset with changes merged in; or
 * - a document with a `spec` field, as `preset show --json` and `runs show --json` print it.
 *
 * @param assignments `path=value` changes applied last, for example `training.steps=100`
 * @param presets where names are looked up; without a home, among those that come with Clifford
 * @throws CliffordError NOT_FOUND, INVALID_INPUT
 */
export function resolveSpec(
  given: string,
  assignments: readonly string[] = [],
  presets = presetShelf(null),
): ResolvedSpec {
  const { document, preset, source } = readSpecDocument(given, presets);
  return { spec: changeSpec(document, assignments, source), preset };
}

/**
 * A specification with `path=value` changes.
 * @param source what to call it in messages
 * @throws CliffordError INVALID_INPUT
 */
export function changeSpec(spec: unknown, assignments: readonly string[], source: string): RunSpec {
  return parseWith(RunSpec, assignments.reduce(assign, spec), source);
}

/**
 * The dataset of a run specification (any form that `resolveSpec` takes), or of a JSON file that holds a dataset
 * alone.
 */
export function resolveDataset(
  given: string,
  assignments: readonly string[] = [],
  presets = presetShelf(null),
): DatasetSpec {
  const { document, source } = readSpecDocument(given, presets);
  const alone = isObject(document) && 'parts' in document && !('dataset' in document);
  if (!alone) return changeSpec(document, assignments, source).dataset;
  const changed = assignments.reduce(assign, document);
  return parseWith(DatasetSpec, changed, source);
}

function readSpecDocument(
  given: string,
  presets: PresetShelf,
): { document: unknown; preset: string | null; source: string } {
  if (!looksLikeFile(given)) {
    const names = presets.names();
    if (names.includes(given)) return { document: presets.load(given).spec, preset: given, source: given };
    throw new CliffordError(
      'NOT_FOUND',
      `no preset or file is named ${JSON.stringify(given)}${didYouMean(given, names)}; ` +
        `expected a JSON file or one of ${names.join(', ')}`,
    );
  }
  const document = parseJson(readText(given), given);
  if (!isObject(document)) {
    throw invalid(`${given}: got ${shorten(JSON.stringify(document))}, expected an object {…}`);
  }
  if ('preset' in document && !('dataset' in document) && !('spec' in document)) {
    return mergePreset(document, given, presets);
  }
  if ('spec' in document && !('dataset' in document)) {
    return { document: document['spec'], preset: null, source: `${given}, field "spec"` };
  }
  return { document, preset: null, source: given };
}

function mergePreset(document: Record<string, unknown>, source: string, presets: PresetShelf) {
  for (const key of Object.keys(document)) {
    if (key === 'preset' || key === 'set') continue;
    const hint = didYouMean(key, ['preset', 'set']);
    throw invalid(
      `${source}: unknown field ${shorten(JSON.stringify(key))}${hint}, expected "preset" and "set"`,
    );
  }
  const { preset, set = {} } = document;
  if (typeof preset !== 'string') {
    throw invalid(`${source}: preset: got ${describe(preset)}, expected the name of a preset`);
  }
  if (!isObject(set)) throw invalid(`${source}: set: got ${describe(set)}, expected an object {…}`);
  const base = presets.load(preset).spec;
  return { document: deepMerge(base, set), preset, source };
}

/** Objects merge field by field; everything else, lists included, is replaced. */
export function deepMerge(base: unknown, change: unknown): unknown {
  if (!isObject(base) || !isObject(change)) return change;
  // A different kind of thing (another schedule, another encoding) brings its own fields.
  if ('kind' in change && 'kind' in base && change['kind'] !== base['kind']) return change;
  const merged = Object.entries(change).map(([key, value]) => [key, deepMerge(own(base, key), value)]);
  // fromEntries, so that a field named __proto__ stays an ordinary (unknown) field.
  return Object.fromEntries([...Object.entries(base), ...merged]);
}

/**
 * Applies `path=value`: the value is JSON, or a plain word taken as a string. Lists are indexed by number
 * (`dataset.parts.0.lambda=0.1` or `dataset.parts[0].lambda=0.1`).
 */
function assign(document: unknown, assignment: string): unknown {
  const equals = assignment.indexOf('=');
  const path = assignment.slice(0, Math.max(0, equals));
  if (keysOf(path).includes('')) {
    throw invalid(`--set: got ${JSON.stringify(assignment)}, expected path=value such as training.steps=100`);
  }
  const text = assignment.slice(equals + 1);
  if (text.trim() === '') {
    throw invalid(`--set ${path}: got nothing after "=", expected a value`);
  }
  const isWord = /^[A-Za-z][\w-]*$/.test(text) && !/^(true|false|null|nan|infinity)$/i.test(text);
  const value = isWord ? text : parseJson(text, `--set ${path}`);
  return put(document, keysOf(path), value, [], '--set ');
}

/**
 * A document with a value put at a path, as `--set` does: objects merge, everything else is replaced.
 * @param source what to call it in messages
 * @throws CliffordError INVALID_INPUT for a path through what is no object or list
 */
export function putAt(document: unknown, path: string, value: unknown, source: string): unknown {
  const keys = keysOf(path);
  if (keys.includes('')) {
    throw invalid(`${source}: got the path ${JSON.stringify(path)}, expected one such as training.steps`);
  }
  return put(document, keys, value, [], `${source}: `);
}

function keysOf(path: string): string[] {
  return path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
}

function put(
  node: unknown,
  keys: readonly string[],
  value: unknown,
  done: readonly (string | number)[],
  source: string,
): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return deepMerge(node, value);
  const index = /^\d+$/.test(key) ? Number(key) : null;
  const here = [...done, index ?? key];
  if (Array.isArray(node)) {
    if (index === null || index >= node.length) {
      const known = node.length === 0 ? 'an element (the list is empty)' : `0 to ${node.length - 1}`;
      throw invalid(`${source}${formatPath(here)}: got index ${key}, expected ${known}`);
    }
    return node.map((item: unknown, i) => (i === index ? put(item, rest, value, here, source) : item));
  }
  // What is not there yet comes into being, so that the schema says what a misspelt name should be.
  const parent = node === undefined && index === null ? {} : node;
  if (!isObject(parent)) {
    const expected = index === null ? 'an object {…}' : 'a list […]';
    throw invalid(
      `${source}${formatPath(here)}: ${formatPath(done)} is ${describe(parent)}, expected ${expected}`,
    );
  }
  return Object.fromEntries([
    ...Object.entries(parent),
    [key, put(own(parent, key), rest, value, here, source)],
  ]);
}

function describe(value: unknown): string {
  return value === undefined ? 'unset' : shorten(JSON.stringify(value));
}

/** A field of its own, not one that every object inherits. */
function own(object: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function looksLikeFile(given: string): boolean {
  if (/\.json$/i.test(given) || given.includes('/') || given.includes(path.sep)) return true;
  return existsSync(given) && statSync(given).isFile();
}

/** Thousands of shapes and 100,000 points of a brush fit; what is larger was not meant. */
const MOST_MIB = 8;

/** Text of a regular file, and of no other: a named pipe that nobody writes to would never end. */
function readText(file: string): string {
  const stats = attempt(file, () => statSync(file));
  if (!stats.isFile()) throw invalid(`${file}: got ${kindOf(stats)}, expected a JSON file`);
  if (stats.size > MOST_MIB * 2 ** 20) {
    throw invalid(`${file}: got ${stats.size} bytes, expected at most ${MOST_MIB} MiB`);
  }
  const bytes = attempt(file, () => readFileSync(file));
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const utf16 = ['fffe', 'feff'].includes(bytes.toString('hex', 0, 2));
  throw invalid(`${file}: got ${utf16 ? 'UTF-16' : 'bytes that are not UTF-8'}, expected JSON in UTF-8`);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

function attempt<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT')
      throw new CliffordError('NOT_FOUND', `${file}: no such file, expected a JSON file`);
    throw invalid(`${file}: cannot be read (${code ?? String(error)}), expected a readable JSON file`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
