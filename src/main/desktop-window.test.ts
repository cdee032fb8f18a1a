import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desktop, findDesktopWindow } from './desktop-window.ts';

let modules: string;
let program: string;
beforeAll(() => {
  modules = mkdtempSync(path.join(tmpdir(), 'clifford-modules-'));
  const electron = path.join(modules, 'electron');
  mkdirSync(path.join(electron, 'dist'), { recursive: true });
  writeFileSync(path.join(electron, 'path.txt'), 'electron');
  program = path.join(electron, 'dist', 'electron');
  writeFileSync(program, '');
  chmodSync(program, 0o755);
});
afterAll(() => rmSync(modules, { recursive: true }));

const desktop = (change: Partial<Desktop> = {}): Desktop => ({
  platform: 'linux',
  uid: 1000,
  env: { DISPLAY: ':0' },
  modules: [modules],
  ...change,
});

describe('findDesktopWindow', () => {
  it('finds the program where a window can open', () => {
    const found = { program, obstacle: null, installer: null };
    expect(findDesktopWindow(desktop())).toEqual(found);
    expect(findDesktopWindow(desktop({ env: { WAYLAND_DISPLAY: 'wayland-0' } }))).toEqual(found);
    expect(findDesktopWindow(desktop({ platform: 'win32', uid: undefined, env: {} }))).toEqual(found);
  });

  it.each<[string, Partial<Desktop>, RegExp]>([
    ['root, whom the sandbox refuses', { uid: 0 }, /as root/],
    ['no display', { env: {} }, /no display/],
    ['no package', { modules: [] }, /install-electron/],
  ])('says why none can: %s', (_, change, obstacle) => {
    expect(findDesktopWindow(desktop(change))).toEqual({
      program: null,
      obstacle: expect.stringMatching(obstacle),
      installer: null,
    });
  });

  it('takes an unpacked folder without path.txt, or a pointer to nothing, for no program', () => {
    const half = path.join(modules, 'half');
    mkdirSync(path.join(half, 'electron', 'dist'), { recursive: true });
    expect(findDesktopWindow(desktop({ modules: [half] })).obstacle).toMatch(/install-electron/);
    writeFileSync(path.join(half, 'electron', 'path.txt'), 'electron');
    expect(findDesktopWindow(desktop({ modules: [half] })).obstacle).toMatch(/install-electron/);
  });

  it('names the installer where the program is all that lacks, and only there', () => {
    const bare = path.join(modules, 'bare');
    const installer = path.join(bare, 'electron', 'install.js');
    mkdirSync(path.dirname(installer), { recursive: true });
    writeFileSync(installer, '');
    expect(findDesktopWindow(desktop({ modules: [bare] }))).toMatchObject({ program: null, installer });
    // A window could not open anyway: root and machines without a display download nothing.
    for (const change of [{ uid: 0 }, { env: {} }]) {
      expect(findDesktopWindow(desktop({ modules: [bare], ...change }))).toMatchObject({ installer: null });
    }
  });
});
