/** Part of the stand-in for `electron`: windows, their pages and frames. */
import { EventEmitter } from 'node:events';
import { app, preventable, quitting } from './stand-in-app.ts';
import { recorded } from './stand-in-record.ts';

export class StandInFrame {
  url: string;
  readonly parent: StandInFrame | null;
  /** What was posted to it: channel, message, ports. */
  readonly posted: { channel: string; message: unknown; ports: unknown[] }[] = [];
  constructor(url: string, parent: StandInFrame | null = null) {
    this.url = url;
    this.parent = parent;
  }
  postMessage(channel: string, message: unknown, ports: unknown[] = []): void {
    this.posted.push({ channel, message, ports });
  }
}

export class StandInContents extends EventEmitter {
  readonly mainFrame = new StandInFrame('about:blank');
  openHandler: ((details: { url: string }) => { action: string }) | undefined;
  reloads = 0;
  getURL(): string {
    return this.mainFrame.url;
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
  reload(): void {
    this.reloads++;
  }
}

export class BrowserWindow extends EventEmitter {
  static all: BrowserWindow[] = [];
  static reset(): void {
    BrowserWindow.all = [];
  }
  static getAllWindows(): BrowserWindow[] {
    return BrowserWindow.all;
  }

  readonly options: { webPreferences: Record<string, unknown>; [key: string]: unknown };
  readonly webContents = new StandInContents();
  progress: number | undefined;
  focused = false;
  visible = false;
  minimized = false;
  maximized = false;
  fullScreen = false;
  bounds = { x: 10, y: 20, width: 1000, height: 700 };

  constructor(options: BrowserWindow['options']) {
    super();
    this.options = options;
    BrowserWindow.all.push(this);
    recorded.push({ name: 'BrowserWindow', args: [options] });
    app.emit('web-contents-created', {}, this.webContents);
  }
  loadURL(url: string): Promise<void> {
    this.webContents.mainFrame.url = url;
    recorded.push({ name: 'loadURL', args: [url] });
    return Promise.resolve();
  }
  show(): void {
    this.visible = true;
  }
  focus(): void {
    this.focused = true;
  }
  restore(): void {
    this.minimized = false;
  }
  maximize(): void {
    this.maximized = true;
  }
  setFullScreen(on: boolean): void {
    this.fullScreen = on;
  }
  isFocused = (): boolean => this.focused;
  isMinimized = (): boolean => this.minimized;
  isMaximized = (): boolean => this.maximized;
  isFullScreen = (): boolean => this.fullScreen;
  isDestroyed = (): boolean => !BrowserWindow.all.includes(this);
  getNormalBounds = () => this.bounds;
  setProgressBar(value: number): void {
    this.progress = value;
  }
  close(): void {
    const event = preventable({});
    this.emit('close', event);
    if (event.defaultPrevented) return;
    BrowserWindow.all = BrowserWindow.all.filter((other) => other !== this);
    this.emit('closed');
    if (BrowserWindow.all.length === 0 && !quitting.underWay) app.emit('window-all-closed');
  }
}
quitting.windows = () => [...BrowserWindow.all];
