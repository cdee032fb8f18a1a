import { fileURLToPath } from 'node:url';
import { BrowserWindow, dialog, nativeTheme, screen } from 'electron';
import { ORIGIN } from './scheme.ts';
import { webPreferences } from './security.ts';
import type { Stored } from './stored.ts';
import { LEAST_SIZE, placeWindow, type WindowState } from './window-state.ts';

/** `out/` mirrors `src/`, so this holds once it is built. */
const PRELOAD = fileURLToPath(new URL('../../preload/index.cjs', import.meta.url));
const ICON = fileURLToPath(new URL('../../../resources/icons/clifford.png', import.meta.url));

/** A page that crashes again within this time is not loaded a third time. */
const CRASH_MS = 30_000;

export interface WindowOptions {
  kept: Stored<WindowState | null>;
  /** The page came to another address within itself. */
  onNavigate(address: string): void;
  /** Asked before the window closes; false keeps it. */
  mayClose(): boolean;
  warn(sentence: string): void;
}

/** Opens the workbench's window where it was left. */
export function openWindow(options: WindowOptions): BrowserWindow {
  const main = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter((display) => display.id !== main.id);
  const areas = [main, ...others].map((display) => display.workArea);
  const { bounds, maximized, fullScreen } = placeWindow(options.kept.get(), areas);
  const window = new BrowserWindow({
    ...bounds,
    minWidth: LEAST_SIZE.width,
    minHeight: LEAST_SIZE.height,
    title: 'Clifford',
    icon: ICON,
    show: false,
    // What is seen before the page is there: the page's own background (style/tokens.css).
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#11161d' : '#ffffff',
    webPreferences: webPreferences(PRELOAD),
  });
  window.once('ready-to-show', () => {
    if (maximized) window.maximize();
    if (fullScreen) window.setFullScreen(true);
    window.show();
  });
  rememberPlace(window, options.kept);
  const leave = (event: { preventDefault(): void }): void => {
    if (!options.mayClose()) event.preventDefault();
  };
  window.on('close', leave);
  // Windows waits with the end of the session until this program has gone by itself.
  window.on('query-session-end', leave);
  window.webContents.on('did-navigate-in-page', (_event, url, isMainFrame) => {
    if (isMainFrame) options.onNavigate(url);
  });
  surviveCrashes(window, options.warn);
  void window.loadURL(`${ORIGIN}/`).catch((error: Error) => {
    options.warn(`the page could not be loaded: ${error.message}`);
    window.show(); // an empty window says more than none
  });
  return window;
}

function rememberPlace(window: BrowserWindow, kept: Stored<WindowState | null>): void {
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    clearTimeout(timer);
    if (window.isDestroyed() || window.isMinimized()) return;
    const { x, y, width, height } = window.getNormalBounds();
    kept.set({
      bounds: { x, y, width, height },
      maximized: window.isMaximized(),
      fullScreen: window.isFullScreen(),
    });
  };
  // A window is moved pixel by pixel.
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(save, 1000);
  };
  window.on('resize', soon);
  window.on('move', soon);
  window.on('close', save);
  window.on('closed', () => clearTimeout(timer));
}

/** The page holds nothing that is lost with it, and training goes on without it: it is loaded anew, once. */
function surviveCrashes(window: BrowserWindow, warn: (sentence: string) => void): void {
  let crashedAt = -Infinity;
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    warn(`the page ended: ${reason} (${exitCode})`);
    const again = Date.now() - crashedAt < CRASH_MS;
    crashedAt = Date.now();
    if (!again) return window.webContents.reload();
    const message = {
      type: 'error' as const,
      title: 'Clifford',
      message: 'The window’s page ended twice in a row.',
      detail: 'Training is not affected. The logs folder (menu Help) says why.',
      buttons: ['Load it again', 'Leave it'],
      noLink: true,
    };
    void dialog.showMessageBox(window, message).then(({ response }) => {
      if (response === 0 && !window.isDestroyed()) window.webContents.reload();
    });
  });
  window.on('unresponsive', () => warn('the page does not respond'));
  window.on('responsive', () => warn('the page responds again'));
}
