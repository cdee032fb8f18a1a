import path from 'node:path';
import { app, BrowserWindow, protocol, session } from 'electron';
import { createRoutes, SECURITY_HEADERS } from './serve/routes.ts';
import { openWorkbench } from './workbench/service.ts';

/**
 * The Electron shell: one window over the same routes that `clifford serve` answers, under a scheme of our own
 * instead of a port. The page has no Node, no preload, no permissions, and no way out of this scheme.
 */
const SCHEME = 'clifford';
const ORIGIN = `${SCHEME}://workbench`;

protocol.registerSchemesAsPrivileged([
  { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
]);
app.enableSandbox();

void app.whenReady().then(() => {
  const workbench = openWorkbench();
  const routes = createRoutes(workbench, path.join(app.getAppPath(), 'out', 'renderer'));
  protocol.handle(SCHEME, (request) => {
    const url = new URL(request.url);
    if (request.method !== 'GET' || url.origin !== ORIGIN) return new Response(null, { status: 405 });
    const { status, headers, body } = routes(decodeURIComponent(url.pathname));
    const bytes = typeof body === 'string' ? body : new Uint8Array(body);
    return new Response(bytes, { status, headers: { ...SECURITY_HEADERS, ...headers } });
  });
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.defaultSession.setPermissionCheckHandler(() => false);
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow();
  });
  app.on('will-quit', () => workbench.close());
  openWindow();
});

app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit();
});

app.on('web-contents-created', (_event, contents) => {
  contents.on('will-navigate', (event) => {
    if (!event.url.startsWith(`${ORIGIN}/`)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
});

function openWindow(): void {
  const window = new BrowserWindow({
    width: 1280,
    height: 860,
    minWidth: 480,
    minHeight: 400,
    show: false,
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false },
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(`${ORIGIN}/`);
}
