import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultHome, needWritable, openHome } from './home.ts';
import { errorOf, temporaryFolder } from './testing/home.ts';

test('the home folder follows CLIFFORD_HOME, else each platform’s custom', () => {
  expect(defaultHome({ CLIFFORD_HOME: '/data/c' }, 'linux', '/home/u')).toBe('/data/c');
  expect(defaultHome({ CLIFFORD_HOME: '' }, 'linux', '/home/u')).toBe('/home/u/.local/share/clifford');
  expect(defaultHome({ XDG_DATA_HOME: '/x' }, 'linux', '/home/u')).toBe('/x/clifford');
  expect(defaultHome({ XDG_DATA_HOME: 'relative' }, 'linux', '/home/u')).toBe(
    '/home/u/.local/share/clifford',
  );
  expect(defaultHome({}, 'darwin', '/Users/u')).toBe('/Users/u/Library/Application Support/Clifford');
  expect(defaultHome({ APPDATA: '/roaming' }, 'win32', '/u')).toBe('/roaming/Clifford');
});

test('opening makes the folder, and proving that it can be written to leaves no trace', async () => {
  const root = join(temporaryFolder(), 'deep', 'er');
  const home = openHome(root);
  expect(existsSync(home.runs)).toBe(true);
  needWritable(home);
  expect(existsSync(join(root, `.probe-${process.pid}`))).toBe(false);
  expect(openHome(root)).toEqual(home);
});

test('a file in the place of the home, or on the way to it, is told as such', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(await errorOf(() => openHome(file))).toMatchObject({
    code: 'STORAGE',
    message: expect.stringMatching(/file is a file; expected a folder/),
  });
  expect((await errorOf(() => openHome(join(file, 'below')))).message).toMatch(/passes through a file/);
  mkdirSync(join(folder, 'home'));
  writeFileSync(join(folder, 'home', 'runs'), '');
  expect((await errorOf(() => openHome(join(folder, 'home')))).message).toMatch(/holds a file named runs/);
});

if (process.platform === 'linux')
  test('a place where nothing can be made is an error, not a hang', async () => {
    expect(await errorOf(() => openHome('/proc/clifford/home'))).toMatchObject({ code: 'STORAGE' });
  });
