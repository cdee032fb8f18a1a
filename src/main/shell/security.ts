import { app, type Session, type WebContents, type WebPreferences } from 'electron';
import { isOurs } from './scheme.ts';

/** Everything that a page could reach out with is denied here, by default and for every page that ever exists. */

/** What the workbench's page runs with: the sandbox of a web page and one script that forwards one port. */
export function webPreferences(preload: string): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    nodeIntegrationInWorker: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    // The spelling checker would fetch dictionaries from the net.
    spellcheck: false,
  };
}

/** What our page may do without being asked: copy text. */
const ALLOWED = ['clipboard-sanitized-write'];

/** Denies a session's permissions, devices and every request that leaves our scheme. */
export function lockSession(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, answer, details) =>
    answer(ALLOWED.includes(permission) && details.isMainFrame && isOurs(contents.getURL())),
  );
  session.setPermissionCheckHandler(
    (_contents, permission, requestingOrigin, details) =>
      ALLOWED.includes(permission) && details.isMainFrame && isOurs(requestingOrigin),
  );
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}));
  session.setSpellCheckerEnabled(false);
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !mayLoad(details.url) }));
}

/** Own addresses, what a page makes in its own memory, and the developer tools' pages. */
function mayLoad(url: string): boolean {
  return isOurs(url) || /^(blob:clifford:\/\/workbench\/|data:|devtools:)/.test(url);
}

/** Every page, of whatever window: it stays where it is, opens nothing and embeds nothing. */
export function lockContents(): void {
  app.on('web-contents-created', (_event, contents) => lock(contents));
}

function lock(contents: WebContents): void {
  const stay = (event: { url: string; preventDefault(): void }): void => {
    // The developer tools navigate within themselves.
    if (!isOurs(event.url) && !event.url.startsWith('devtools:')) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
