import type { MenuItemConstructorOptions } from 'electron';
import type { ShellCommand } from '../../shared/contract/system.ts';
import type { RecentItem } from './recent.ts';

type Item = MenuItemConstructorOptions;
type Theme = Extract<ShellCommand, { type: 'theme' }>['theme'];

/** What the menu shows of the present. */
export interface MenuState {
  readonly platform: NodeJS.Platform;
  readonly recent: readonly (RecentItem & { label: string })[];
  readonly queue: { readonly paused: boolean; readonly running: number };
}

/** What its items do. */
export interface MenuActions {
  /** Asks the page; opens a window first if there is none. */
  send(command: ShellCommand): void;
  importBundle(): void;
  openRecent(item: RecentItem): void;
  clearRecent(): void;
  pauseQueue(paused: boolean): void;
  stopAll(): void;
  showAbout(): void;
  openLogs(): void;
  openHome(): void;
  copyReport(): void;
}

/** The application menu as data. */
export function menuTemplate(state: MenuState, actions: MenuActions): Item[] {
  const mac = state.platform === 'darwin';
  return [
    ...(mac ? [appMenu(actions)] : []),
    fileMenu(state, actions, mac),
    editMenu(actions),
    viewMenu(actions, mac),
    runMenu(state, actions),
    windowMenu(mac),
    helpMenu(actions, mac),
  ];
}

const separator: Item = { type: 'separator' };

type ActionName = Extract<ShellCommand, { type: 'action' }>['name'];

function action(actions: MenuActions, label: string, name: ActionName, accelerator?: string): Item {
  return {
    id: name,
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => actions.send({ type: 'action', name }),
  };
}

/**
 * A key that the page hears itself, as it does in a browser: only there it is known whether text is typed, and what is
 * undone. The menu shows it without taking it. (macOS asks the menu after the page, which has handled it by then.)
 */
function heardByPage(item: Item, accelerator: string): Item {
  return { ...item, accelerator, registerAccelerator: false };
}

function place(actions: MenuActions, label: string, to: string): Item {
  return { id: `go ${to}`, label, click: () => actions.send({ type: 'navigate', to }) };
}

function appMenu(actions: MenuActions): Item {
  return {
    label: 'Clifford',
    submenu: [
      { id: 'about', label: 'About Clifford', click: actions.showAbout },
      separator,
      { ...place(actions, 'Settings…', '/settings'), accelerator: 'Cmd+,' },
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  };
}

function fileMenu({ recent }: MenuState, actions: MenuActions, mac: boolean): Item {
  const items = recent.map((item): Item => ({ label: item.label, click: () => actions.openRecent(item) }));
  const nothing: Item = { label: 'Nothing was opened yet', enabled: false };
  const clear: Item = { id: 'clear-recent', label: 'Clear the list', click: actions.clearRecent };
  return {
    label: '&File',
    submenu: [
      action(actions, 'New design', 'new-design', 'CmdOrCtrl+N'),
      { id: 'import', label: 'Import bundle…', accelerator: 'CmdOrCtrl+O', click: actions.importBundle },
      {
        id: 'recent',
        label: 'Open recent',
        submenu: items.length === 0 ? [nothing] : [...items, separator, clear],
      },
      separator,
      action(actions, 'Export…', 'export', 'CmdOrCtrl+E'),
      separator,
      mac ? { role: 'close' } : { role: 'quit', accelerator: 'CmdOrCtrl+Q' },
    ],
  };
}

function editMenu(actions: MenuActions): Item {
  return {
    label: '&Edit',
    submenu: [
      heardByPage(action(actions, 'Undo', 'undo'), 'CmdOrCtrl+Z'),
      heardByPage(action(actions, 'Redo', 'redo'), 'CmdOrCtrl+Shift+Z'),
      separator,
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      { role: 'pasteAndMatchStyle' },
      { role: 'delete' },
      { role: 'selectAll' },
    ],
  };
}

const THEMES: readonly [Theme, string][] = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

function viewMenu(actions: MenuActions, mac: boolean): Item {
  const next = action(actions, 'Next step', 'next-step');
  const previous = action(actions, 'Previous step', 'previous-step');
  return {
    label: '&View',
    submenu: [
      heardByPage(action(actions, 'Command palette…', 'palette'), 'CmdOrCtrl+K'),
      separator,
      heardByPage(place(actions, 'Runs', '/runs'), 'Alt+1'),
      heardByPage(place(actions, 'Designer', '/designer'), 'Alt+2'),
      heardByPage(place(actions, 'Compare', '/compare'), 'Alt+3'),
      heardByPage(place(actions, 'Percolation', '/percolation'), 'Alt+4'),
      heardByPage(place(actions, 'Engines and settings', '/settings'), 'Alt+5'),
      separator,
      // A bare key in macOS' menu would be taken from whoever types it.
      mac ? next : heardByPage(next, '.'),
      mac ? previous : heardByPage(previous, ','),
      separator,
      {
        id: 'theme',
        label: 'Theme',
        submenu: THEMES.map(([theme, label]) => ({
          id: `theme ${theme}`,
          label,
          click: () => actions.send({ type: 'theme', theme }),
        })),
      },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'togglefullscreen' },
      separator,
      { role: 'reload' },
      { role: 'toggleDevTools' },
    ],
  };
}

function runMenu({ queue }: MenuState, actions: MenuActions): Item {
  return {
    label: '&Run',
    submenu: [
      {
        id: 'pause-queue',
        label: 'Pause the queue',
        type: 'checkbox',
        checked: queue.paused,
        click: () => actions.pauseQueue(!queue.paused),
      },
      {
        id: 'stop-all',
        label: queue.running > 1 ? `Checkpoint and stop all ${queue.running}` : 'Checkpoint and stop',
        enabled: queue.running > 0,
        click: actions.stopAll,
      },
    ],
  };
}

function windowMenu(mac: boolean): Item {
  const rest: Item[] = mac ? [{ role: 'zoom' }, separator, { role: 'front' }] : [{ role: 'close' }];
  return { label: '&Window', role: 'window', submenu: [{ role: 'minimize' }, ...rest] };
}

function helpMenu(actions: MenuActions, mac: boolean): Item {
  const about: Item = { id: 'about', label: 'About Clifford', click: actions.showAbout };
  return {
    label: '&Help',
    role: 'help',
    submenu: [
      { id: 'logs', label: 'Open the logs folder', click: actions.openLogs },
      { id: 'home', label: 'Open the home folder', click: actions.openHome },
      { id: 'report', label: 'Copy the text of a fault report', click: actions.copyReport },
      ...(mac ? [] : [separator, about]),
    ],
  };
}
