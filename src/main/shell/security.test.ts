import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../workbench/testing/home.ts';
import * as electron from './testing/electron-stand-in.ts';
import { quitting } from './testing/stand-in-app.ts';
import { StandInContents, StandInFrame } from './testing/stand-in-window.ts';
import { ask, askForPort, callsOf, connectPage, startProgram, startWindow } from './testing/start-shell.ts';

// The real entry, service, router and engine; only Electron itself is the labelled stand-in.

describe('before Electron is ready', () => {
  it('makes the scheme a web origin of its own, without anything that loosens a policy', async () => {
    await startProgram();
    const [[schemes]] = callsOf('registerSchemesAsPrivileged') as [[unknown]];
    expect(schemes).toEqual([
      {
        scheme: 'clifford',
        // No bypassCSP, no allowServiceWorkers, no corsEnabled: exactly these.
        privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
      },
    ]);
    expect(callsOf('enableSandbox')).toHaveLength(1);
    expect(electron.BrowserWindow.all).toEqual([]);
  });

  it('keeps Chromium’s data in the home, before it asks to be the only instance', async () => {
    const { home } = await startProgram();
    const names = electron.recorded.map((call) => call.name);
    expect(callsOf('setPath')).toContainEqual(['userData', path.join(home, 'window')]);
    expect(names.indexOf('setPath')).toBeLessThan(names.indexOf('requestSingleInstanceLock'));
  });

  it('leaves at once as a second instance, without touching the history', async () => {
    const started = startProgram();
    quitting.first = false;
    const { home } = await started;
    expect(quitting.ended).toBe('quit');
    expect(existsSync(path.join(home, 'clifford.db'))).toBe(false);
  });

  it('says why it cannot start, and ends', async () => {
    const file = path.join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await startProgram({ home: file });
    expect(callsOf('showErrorBox')).toHaveLength(1);
    expect(quitting.ended).toBe('exit');
  });
});

describe('the window', () => {
  it('runs its page in the sandbox, with our preload script and no Node', async () => {
    const { window } = await startWindow();
    expect(window.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      preload: expect.stringMatching(/[\\/]preload[\\/]index\.cjs$/) as string,
    });
    expect(callsOf('loadURL')).toEqual([['clifford://workbench/']]);
  });

  it('stays where it is, opens nothing and embeds nothing', async () => {
    const { window } = await startWindow();
    const go = (name: string, url: string): boolean => {
      const event = { url, prevented: false, preventDefault: () => (event.prevented = true) };
      window.webContents.emit(name, event);
      return !event.prevented;
    };
    for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
      expect(go(name, 'clifford://workbench/#/runs'), name).toBe(true);
      for (const url of [
        'https://example.org/',
        'file:///etc/passwd', // what a dropped file navigates to
        'clifford://elsewhere/',
        'clifford://workbench.example.org/',
        'clifford://user@workbench/',
        'javascript:alert(1)',
        'about:blank',
      ]) {
        expect(go(name, url), `${name} ${url}`).toBe(false);
      }
    }
    for (const url of ['clifford://workbench/', 'https://example.org/']) {
      expect(window.webContents.openHandler!({ url })).toEqual({ action: 'deny' });
    }
    expect(go('will-attach-webview', 'clifford://workbench/')).toBe(false);
    expect(callsOf('openExternal')).toEqual([]);
  });

  it('locks every other page that may ever come to be, too', async () => {
    await startWindow();
    const other = new StandInContents();
    electron.app.emit('web-contents-created', {}, other);
    expect(other.openHandler!({ url: 'clifford://workbench/' })).toEqual({ action: 'deny' });
    expect(other.listenerCount('will-navigate')).toBe(1);
    expect(other.listenerCount('will-attach-webview')).toBe(1);
  });

  it('is denied every permission but to copy text, asked or checked', async () => {
    const { window } = await startWindow();
    const request = electron.handlers.get('permissionRequest') as unknown as (
      contents: object,
      permission: string,
      answer: (granted: boolean) => void,
      details: { isMainFrame: boolean },
    ) => void;
    const check = electron.handlers.get('permissionCheck') as unknown as (
      contents: object | null,
      permission: string,
      origin: string,
      details: { isMainFrame: boolean },
    ) => boolean;
    const asked = (permission: string, isMainFrame = true): boolean => {
      let result: boolean | undefined;
      request(window.webContents, permission, (granted) => (result = granted), { isMainFrame });
      return result!;
    };
    const origin = 'clifford://workbench/';
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'midi',
      'midiSysex',
      'pointerLock',
      'fullscreen',
      'openExternal',
      'clipboard-read',
      'display-capture',
      'fileSystem',
      'hid',
      'serial',
      'usb',
      'idle-detection',
      'unknown',
    ]) {
      expect(asked(permission), permission).toBe(false);
      expect(check(window.webContents, permission, origin, { isMainFrame: true }), permission).toBe(false);
    }
    const copy = 'clipboard-sanitized-write';
    expect(asked(copy)).toBe(true);
    expect(asked(copy, false)).toBe(false);
    expect(check(window.webContents, copy, origin, { isMainFrame: true })).toBe(true);
    expect(check(null, copy, 'https://example.org/', { isMainFrame: true })).toBe(false);
    window.webContents.mainFrame.url = 'https://example.org/';
    expect(asked(copy)).toBe(false);
    expect((electron.handlers.get('devicePermission') as unknown as () => boolean)()).toBe(false);
  });

  it('loads nothing from anywhere else', async () => {
    await startWindow();
    const before = electron.handlers.get('beforeRequest') as unknown as (
      details: { url: string },
      answer: (response: { cancel: boolean }) => void,
    ) => void;
    const cancelled = (url: string): boolean => {
      let result: boolean | undefined;
      before({ url }, ({ cancel }) => (result = cancel));
      return result!;
    };
    for (const url of [
      'https://example.org/x',
      'http://127.0.0.1:1/',
      'ws://127.0.0.1:1/',
      'file:///etc/passwd',
    ]) {
      expect(cancelled(url), url).toBe(true);
    }
    for (const url of [
      'clifford://workbench/assets/x.js',
      'blob:clifford://workbench/1',
      'data:image/png,',
    ]) {
      expect(cancelled(url), url).toBe(false);
    }
    expect(callsOf('setSpellCheckerEnabled')).toEqual([[false]]); // it would fetch dictionaries
  });
});

describe('the scheme', () => {
  it('answers pages with the policy of the browser host, refusals included', async () => {
    await startWindow();
    for (const response of [
      await ask('clifford://workbench/'),
      await ask('clifford://workbench/nothing.html'),
      await ask('clifford://workbench/', { method: 'DELETE' }),
    ]) {
      const policy = response.headers.get('content-security-policy');
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|\*|https?:/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
    const page = await ask('clifford://workbench/');
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Clifford')]);
  });

  it.each<[string, RequestInit, number]>([
    ['clifford://elsewhere/', {}, 404],
    ['clifford://workbench/', { headers: { origin: 'https://example.org' } }, 403],
    ['clifford://workbench/%zz', {}, 400],
    ['clifford://workbench/', { method: 'PUT', body: 'x' }, 405],
    ['clifford://workbench/', { method: 'POST', body: 'x' }, 404],
    ['clifford://workbench/../secret.html', {}, 404],
    ['clifford://workbench/%2e%2e%2fsecret.html', {}, 404],
  ])('refuses %s %o', async (url, init, status) => {
    await startWindow();
    expect((await ask(url, init)).status).toBe(status);
  });
});

describe('the contract’s port', () => {
  it('answers the page’s requests', async () => {
    const { home, window } = await startWindow();
    const service = connectPage(window);
    expect(await service.system.info()).toMatchObject({ home, pid: process.pid });
    await expect(service.runs.get({ id: 'nothing' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is given to nobody but the main frame of our window on a page of ours', async () => {
    const { window } = await startWindow();
    const { webContents } = window;
    const { mainFrame } = webContents;
    const child = new StandInFrame('clifford://workbench/', mainFrame);
    askForPort(webContents, child); // a frame within our page
    const stranger = new StandInContents();
    stranger.mainFrame.url = 'clifford://workbench/';
    askForPort(stranger, stranger.mainFrame); // another window's page
    askForPort(webContents, stranger.mainFrame); // a frame that is not the sender's
    askForPort(webContents, null); // a frame that is gone already
    mainFrame.url = 'https://example.org/';
    askForPort(webContents, mainFrame); // our window, led astray
    expect([...child.posted, ...stranger.mainFrame.posted, ...mainFrame.posted]).toEqual([]);
    mainFrame.url = 'clifford://workbench/#/runs';
    askForPort(webContents, mainFrame);
    expect(mainFrame.posted).toHaveLength(1);
    expect(mainFrame.posted[0]!.ports).toHaveLength(1);
  });

  it('is a new one for each load of the page, and the streams of the one before end', async () => {
    const { window } = await startWindow();
    const first = connectPage(window);
    const stream = await first.system.commands();
    const ended = (async () => {
      for await (const _ of stream);
    })().catch(() => {});
    const second = connectPage(window);
    await ended;
    expect(await second.system.info()).toMatchObject({ pid: process.pid });
  });
});
