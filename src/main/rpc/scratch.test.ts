import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { makeScratch } from './scratch.ts';

it('makes a folder of its own each time, and removes it with what it holds', () => {
  const [one, other] = [makeScratch('test'), makeScratch('test')];
  writeFileSync(path.join(one.folder, 'a'), 'a');
  one.discard();
  expect(existsSync(one.folder)).toBe(false);
  expect(existsSync(other.folder)).toBe(true);
  other.discard();
  expect(() => other.discard()).not.toThrow();
  expect(process.listeners('exit').map((listener) => listener.name)).not.toContain('discardAll');
});

it('leaves nothing behind when the process ends in the middle of the work', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'clifford-scratch-test-'));
  const module = JSON.stringify(new URL('./scratch.ts', import.meta.url).href);
  const script = `
    import { writeFileSync } from 'node:fs';
    import { makeScratch } from ${module};
    makeScratch('one').discard();
    for (const name of ['two', 'three']) writeFileSync(makeScratch(name).folder + '/file', '');
    process.exit(7);`;
  try {
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      env: { ...process.env, TMPDIR: folder, TEMP: folder },
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(7);
    expect(readdirSync(folder).filter((name) => name.startsWith('clifford-'))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
