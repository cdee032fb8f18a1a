/**
 * STAND-IN for the `electron` module, for tests on machines without Electron's program: it records what it is asked and
 * behaves as documented where the shell depends on the order of events (quit, close, exit of a process). It shows
 * nothing, and proves nothing about the sandbox, the content security policy or native menus: only a real window can.
 */
import { EventEmitter } from 'node:events';
import { app, quitting } from './stand-in-app.ts';
import { forkUtility } from './stand-in-utility.ts';
import { StandInPort } from './stand-in-ports.ts';
import { BrowserWindow } from './stand-in-window.ts';
import { record, recorded } from './stand-in-record.ts';

export { app, BrowserWindow, record, recorded };

export const ipcMain = new EventEmitter();
export const powerMonitor = new EventEmitter();

export class MessageChannelMain {
  readonly port1: StandInPort;
  readonly port2: StandInPort;
  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new StandInPort(port1);
    this.port2 = new StandInPort(port2);
  }
}

export const nativeTheme = { shouldUseDarkColors: false };

export const protocol = { registerSchemesAsPrivileged: record('registerSchemesAsPrivileged') };

type Handler = (...args: never[]) => unknown;

/** Handlers that were set on the default session, by the name of their setter; `protocol:<scheme>` is a scheme's. */
export const handlers = new Map<string, Handler>();
const take = (name: string) => (handler: Handler) => void handlers.set(name, handler);
const defaultSession = Object.assign(new EventEmitter(), {
  protocol: {
    handle: (scheme: string, handler: Handler) => void handlers.set(`protocol:${scheme}`, handler),
  },
  setPermissionRequestHandler: take('permissionRequest'),
  setPermissionCheckHandler: take('permissionCheck'),
  setDevicePermissionHandler: take('devicePermission'),
  setDisplayMediaRequestHandler: take('displayMedia'),
  webRequest: { onBeforeRequest: take('beforeRequest') },
  setSpellCheckerEnabled: record('setSpellCheckerEnabled'),
});
export const session = { defaultSession };

interface Template {
  id?: string;
  label?: string;
  role?: string;
  accelerator?: string;
  submenu?: Template[];
  click?: () => void;
}
/** The menu that is up. */
export let applicationMenu: Template[] = [];
export const Menu = {
  buildFromTemplate: (template: Template[]) => template,
  setApplicationMenu: (template: Template[]) => void (applicationMenu = template),
};

/** What the next dialogs are answered with; a function may leave one open for a while. */
export const answers: { messageBox: (() => Promise<{ response: number }>)[]; open: string[][] } = {
  messageBox: [],
  open: [],
};
const withoutWindow = (args: unknown[]): unknown => args.at(-1);
export const dialog = {
  showErrorBox: record('showErrorBox'),
  showMessageBox(...args: unknown[]) {
    const options = withoutWindow(args) as { signal?: AbortSignal };
    recorded.push({ name: 'showMessageBox', args: [options] });
    const answer = answers.messageBox.shift()?.() ?? Promise.resolve({ response: 0 });
    // A dialog whose signal aborts closes as if it was cancelled.
    const closed = new Promise<{ response: number }>((resolve) =>
      options.signal?.addEventListener('abort', () => resolve({ response: 0 })),
    );
    return Promise.race([answer, closed]);
  },
  showOpenDialog(...args: unknown[]) {
    recorded.push({ name: 'showOpenDialog', args: [withoutWindow(args)] });
    const filePaths = answers.open.shift() ?? [];
    return Promise.resolve({ canceled: filePaths.length === 0, filePaths });
  },
};

export const shell = {
  openPath: (folder: string) => {
    recorded.push({ name: 'openPath', args: [folder] });
    return Promise.resolve('');
  },
  openExternal: record('openExternal'),
};
export const clipboard = { writeText: record('writeText') };

const blockers = new Map<number, string>();
/** Kinds of the power-save blockers that are on. */
export const activeBlockers = (): string[] => [...blockers.values()];
let nextBlocker = 1;
export const powerSaveBlocker = {
  start(kind: string) {
    blockers.set(nextBlocker, kind);
    return nextBlocker++;
  },
  stop: (id: number) => void blockers.delete(id),
};

export class Notification extends EventEmitter {
  static readonly shown: Notification[] = [];
  static isSupported(): boolean {
    return true;
  }
  readonly options: { title: string; body: string };
  constructor(options: { title: string; body: string }) {
    super();
    this.options = options;
  }
  show(): void {
    Notification.shown.push(this);
  }
}

const display = { id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1040 } };
export const screen = { getPrimaryDisplay: () => display, getAllDisplays: () => [display] };

export const utilityProcess = { fork: forkUtility };

/** Back to the start of a program, between tests. */
export function reset(): void {
  recorded.length = 0;
  for (const emitter of [app, ipcMain, powerMonitor, defaultSession]) emitter.removeAllListeners();
  quitting.reset();
  handlers.clear();
  applicationMenu = [];
  answers.messageBox.length = 0;
  answers.open.length = 0;
  blockers.clear();
  Notification.shown.length = 0;
  BrowserWindow.reset();
}
