import { describe, expect, it } from 'vitest';
import type { MenuItemConstructorOptions } from 'electron';
import { menuTemplate, type MenuActions, type MenuState } from './menu.ts';

const calls: unknown[][] = [];
const actions = new Proxy({} as MenuActions, {
  get:
    (_, name) =>
    (...args: unknown[]) =>
      calls.push([name, ...args]),
});
const state = (change: Partial<MenuState> = {}): MenuState => ({
  platform: 'linux',
  recent: [],
  queue: { paused: false, running: 0 },
  ...change,
});

type Item = MenuItemConstructorOptions;
const flat = (items: readonly Item[]): Item[] =>
  items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])]);
const item = (id: string, change: Partial<MenuState> = {}): Item =>
  flat(menuTemplate(state(change), actions)).find((entry) => entry.id === id)!;
const click = (entry: Item): unknown[] => {
  calls.length = 0;
  entry.click!(undefined as never, undefined, undefined as never);
  return calls[0]!;
};

describe.each(['linux', 'win32', 'darwin'] as const)('the menu on %s', (platform) => {
  const items = flat(menuTemplate(state({ platform }), actions));

  it('gives each shortcut to one item only', () => {
    const keys = items
      .filter((entry) => entry.accelerator !== undefined)
      .map((entry) =>
        String(entry.accelerator)
          .toLowerCase()
          .replace(/^(cmdorctrl|cmd|ctrl)/, 'mod'),
      );
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBeGreaterThan(8);
  });

  it('has what everybody looks for, in every place where it is looked for', () => {
    const roles = items.map((entry) => entry.role).filter((role) => role !== undefined);
    for (const role of [
      'cut',
      'copy',
      'paste',
      'selectAll',
      'quit',
      'minimize',
      'reload',
      'togglefullscreen',
    ]) {
      expect(roles, role).toContain(role);
    }
    expect(items.filter((entry) => entry.id === 'about')).toHaveLength(1);
  });

  it('takes no key that the page hears itself: there it is known whether text is typed', () => {
    const taken = (id: string): boolean => {
      const entry = items.find((other) => other.id === id)!;
      return entry.accelerator !== undefined && entry.registerAccelerator !== false;
    };
    for (const id of ['undo', 'redo', 'palette', 'go /runs', 'next-step', 'previous-step']) {
      expect(taken(id), id).toBe(false);
    }
    expect(taken('new-design')).toBe(true);
    // The page would hear nothing of an undo by role, nor of its key.
    expect(items.some((entry) => entry.role === 'undo' || entry.role === 'redo')).toBe(false);
  });
});

it.each([
  ['new-design', 'CmdOrCtrl+N', ['send', { type: 'action', name: 'new-design' }]],
  ['import', 'CmdOrCtrl+O', ['importBundle', undefined, undefined, undefined]],
  ['export', 'CmdOrCtrl+E', ['send', { type: 'action', name: 'export' }]],
  ['undo', 'CmdOrCtrl+Z', ['send', { type: 'action', name: 'undo' }]],
  ['redo', 'CmdOrCtrl+Shift+Z', ['send', { type: 'action', name: 'redo' }]],
  ['palette', 'CmdOrCtrl+K', ['send', { type: 'action', name: 'palette' }]],
  ['next-step', '.', ['send', { type: 'action', name: 'next-step' }]],
  ['previous-step', ',', ['send', { type: 'action', name: 'previous-step' }]],
  ['go /designer', 'Alt+2', ['send', { type: 'navigate', to: '/designer' }]],
  ['go /percolation', 'Alt+4', ['send', { type: 'navigate', to: '/percolation' }]],
  ['theme dark', undefined, ['send', { type: 'theme', theme: 'dark' }]],
  ['pause-queue', undefined, ['pauseQueue', true]],
])('%s has the shortcut %s and does what it says', (id, accelerator, call) => {
  expect(item(id).accelerator).toBe(accelerator);
  expect(click(item(id))).toEqual(call);
});

it('shows the present: queue and recent items', () => {
  expect(item('stop-all').enabled).toBe(false);
  const busy = { queue: { paused: true, running: 3 } };
  expect(item('stop-all', busy)).toMatchObject({ enabled: true, label: 'Checkpoint and stop all 3' });
  expect(item('pause-queue', busy).checked).toBe(true);
  expect(click(item('pause-queue', busy))).toEqual(['pauseQueue', false]);

  expect(item('recent').submenu).toMatchObject([{ enabled: false }]);
  const run = { kind: 'run' as const, id: 'r1', label: 'first' };
  const [first] = item('recent', { recent: [run] }).submenu as Item[];
  expect(first!.label).toBe('first');
  expect(click(first!)).toEqual(['openRecent', run]);
});
