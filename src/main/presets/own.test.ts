import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliffordError } from '../../core/base/errors.ts';
import { listPresets, presetShelf, removePreset, savePreset } from './own.ts';
import { loadPreset, presetNames } from './presets.ts';
import { resolveSpec } from './spec-input.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'clifford-presets-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const { spec } = loadPreset('quick');
const mine = (change: Partial<Parameters<typeof savePreset>[1]> = {}) => ({
  name: 'mine',
  title: 'My own',
  description: '',
  spec,
  ...change,
});
function errorOf(action: () => unknown): CliffordError {
  try {
    action();
  } catch (error) {
    if (error instanceof CliffordError) return error;
    throw error;
  }
  throw new Error('expected an error');
}

test('a saved preset is listed behind those that come with Clifford, and read back as it was', () => {
  expect(listPresets(home).map((p) => p.name)).toEqual(presetNames());
  expect(listPresets(home).every((p) => !p.own)).toBe(true);
  expect(existsSync(path.join(home, 'presets'))).toBe(false);
  const saved = savePreset(home, mine({ spec: { ...spec, seed: 7 } }));
  expect(saved).toEqual({ ...mine({ spec: { ...spec, seed: 7 } }), own: true });
  expect(listPresets(home).at(-1)).toEqual(saved);
});

test('specifications are found by the name of a saved preset when a home is given, and changed like any other', () => {
  savePreset(home, mine());
  expect(resolveSpec('mine', ['seed=4'], presetShelf(home))).toEqual({
    spec: { ...spec, seed: 4 },
    preset: 'mine',
  });
  const file = path.join(home, 'change.json');
  writeFileSync(file, JSON.stringify({ preset: 'mine', set: { seed: 5 } }));
  expect(resolveSpec(file, [], presetShelf(home)).spec.seed).toBe(5);
  expect(errorOf(() => resolveSpec('mine')).code).toBe('NOT_FOUND');
  // A near miss is told among all that there are.
  expect(errorOf(() => resolveSpec('mien', [], presetShelf(home))).message).toMatch(/did you mean "mine"/);
});

test('a name that is taken is kept unless replacing is asked for', () => {
  savePreset(home, mine());
  expect(errorOf(() => savePreset(home, mine({ title: 'Other' }))).code).toBe('CONFLICT');
  expect(listPresets(home).at(-1)!.title).toBe('My own');
  savePreset(home, mine({ title: 'Other', replace: true }));
  expect(listPresets(home).at(-1)!.title).toBe('Other');
  expect(readdirSync(path.join(home, 'presets'))).toEqual(['mine.json']);
});

test.each(['', '../quick', 'a/b', 'Quick', 'a b', '.hidden', 'nul', 'mine.json', 'x'.repeat(61), 'quick'])(
  'the name %j is refused, and nothing is written or removed',
  (name) => {
    for (const action of [
      () => savePreset(home, mine({ name, replace: true })),
      () => removePreset(home, name),
    ]) {
      expect(errorOf(action)).toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringMatching(/expected/),
      });
    }
    expect(readdirSync(home)).toEqual([]);
  },
);

test('a specification whose parts do not fit each other is refused before anything is written', () => {
  const broken = { ...spec, training: { ...spec.training, batchSize: 7 } };
  expect(errorOf(() => savePreset(home, mine({ spec: broken }))).message).toMatch(
    /multiple of training.shards/,
  );
  expect(errorOf(() => savePreset(home, mine({ title: ' ' }))).message).toMatch(/title/);
  expect(readdirSync(home)).toEqual([]);
});

test('a removed preset is gone; one that is not there is an error', () => {
  savePreset(home, mine());
  removePreset(home, 'mine');
  expect(listPresets(home).map((p) => p.name)).toEqual(presetNames());
  expect(errorOf(() => removePreset(home, 'mine')).code).toBe('NOT_FOUND');
});

test('a preset that was edited badly is left out with a sentence, and does not hide the others', () => {
  mkdirSync(path.join(home, 'presets'));
  writeFileSync(path.join(home, 'presets', 'bad.json'), '{"title": "Torn"');
  savePreset(home, mine());
  const notices: string[] = [];
  expect(listPresets(home, (s) => notices.push(s)).map((p) => p.name)).toEqual([...presetNames(), 'mine']);
  expect(notices).toEqual([expect.stringMatching(/bad\.json, line 1/)]);
  expect(errorOf(() => presetShelf(home).load('bad')).code).toBe('INVALID_INPUT');
});
