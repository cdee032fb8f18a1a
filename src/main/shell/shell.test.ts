import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ShellCommand } from '../../shared/contract/system.ts';
import { testSpec } from '../workbench/testing/spec.ts';
import { temporaryFolder, until } from '../workbench/testing/home.ts';
import * as electron from './testing/electron-stand-in.ts';
import { quitting } from './testing/stand-in-app.ts';
import { StandInContents, StandInFrame } from './testing/stand-in-window.ts';
import { askForPort, becomeReady, connectPage, menuItem, startProgram } from './testing/start-shell.ts';

// The real entry, service, router and engine; only Electron itself is the labelled stand-in.

const callsOf = (name: string): unknown[][] =>
  electron.recorded.filter((call) => call.name === name).map((call) => call.args);

async function started(options: { argv?: string[]; home?: string } = {}) {
  const { home } = await startProgram(options);
  return { home, window: await becomeReady() };
}

type Ask = (request: Request) => Promise<Response>;
const ask = (url: string, init?: RequestInit): Promise<Response> =>
  (electron.handlers.get('protocol:clifford') as unknown as Ask)(new Request(url, init));

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
    const { window } = await started();
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
    const { window } = await started();
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
    await started();
    const other = new StandInContents();
    electron.app.emit('web-contents-created', {}, other);
    expect(other.openHandler!({ url: 'clifford://workbench/' })).toEqual({ action: 'deny' });
    expect(other.listenerCount('will-navigate')).toBe(1);
    expect(other.listenerCount('will-attach-webview')).toBe(1);
  });

  it('is denied every permission but to copy text, asked or checked', async () => {
    const { window } = await started();
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
    await started();
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
    await started();
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
    await started();
    expect((await ask(url, init)).status).toBe(status);
  });
});

describe('the contract’s port', () => {
  it('answers the page’s requests', async () => {
    const { home, window } = await started();
    const service = connectPage(window);
    expect(await service.system.info()).toMatchObject({ home, pid: process.pid });
    await expect(service.runs.get({ id: 'nothing' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is given to nobody but the main frame of our window on a page of ours', async () => {
    const { window } = await started();
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
    const { window } = await started();
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

describe('training', () => {
  it('runs in a utility process, keeps the machine awake meanwhile, and tells its end', async () => {
    const { window } = await started();
    const service = connectPage(window);
    const { id, name } = await service.runs.create({ spec: testSpec({ steps: 60 }), start: 'back' });
    await until(() => electron.activeBlockers().length > 0);
    expect(electron.activeBlockers()).toEqual(['prevent-app-suspension']); // the screen may go dark
    expect(callsOf('utilityProcess.fork')).toMatchObject([
      [/[\\/]engine[\\/]main\.ts$/, [], { execArgv: [] }],
    ]);
    await until(() => electron.Notification.shown.length > 0);
    await until(() => electron.activeBlockers().length === 0);
    expect(window.progress).toBe(-1);
    expect((await service.runs.get({ id })).row).toMatchObject({ state: 'finished', step: 60 });

    const [notification] = electron.Notification.shown;
    expect(notification!.options).toMatchObject({ title: `${name} finished` });
    const commands = await service.system.commands();
    expect((await commands.next()).value).toMatchObject({ type: 'notice', level: 'success', runId: id });
    notification!.emit('click');
    expect((await commands.next()).value).toEqual({ type: 'navigate', to: `/runs/${id}` });
    expect(window.focused).toBe(true);
    await commands.return?.(undefined);
  });

  it.each(['quit', 'close', 'session'] as const)(
    'is checkpointed before the program ends (%s)',
    async (how) => {
      const { home, window } = await started();
      const service = connectPage(window);
      const spec = testSpec({ steps: 1_000_000, checkpointEvery: 1_000_000 });
      const { id } = await service.runs.create({ spec, start: 'back' });
      await until(() => (window.progress ?? -1) > 0);
      if (how === 'quit') electron.app.quit();
      else if (how === 'close') window.close();
      else window.emit('query-session-end', { preventDefault: () => {} });
      electron.app.quit(); // impatience changes nothing
      expect(quitting.ended).toBe(null);
      expect(electron.BrowserWindow.all).toEqual([window]); // it shows what goes on
      await until(() => quitting.ended !== null);
      expect(quitting.ended).toBe('quit');
      expect(electron.BrowserWindow.all).toEqual([]);
      expect(electron.activeBlockers()).toEqual([]);

      const { openWorkbench } = await import('../workbench/service.ts');
      const workbench = openWorkbench({ home });
      const run = workbench.showRun(id);
      workbench.close();
      // Stopped between two checkpoints of its own, with nothing lost: the one that was written for the end.
      expect(run.state).not.toBe('running');
      expect(run.step).toBeGreaterThan(0);
      expect(run.weightsStep).toBe(run.step);
    },
  );

  it('ends by Ctrl-C as by the menu, and only once for the copies that npm sends', async () => {
    await started();
    const before = process.listenerCount('SIGINT');
    for (let i = 0; i < 3; i++) process.emit('SIGINT', 'SIGINT');
    await until(() => quitting.ended === 'quit', 2000);
    expect(process.listenerCount('SIGINT')).toBe(before - 1);
  });

  it('waits for nothing when nothing trains', async () => {
    await started();
    electron.app.quit();
    await until(() => quitting.ended === 'quit', 2000);
    expect(callsOf('showMessageBox')).toEqual([]);
  });
});

describe('the desktop', () => {
  it('brings the window to the front for a second instance, and imports what that was started with', async () => {
    const { window } = await started();
    window.minimized = true;
    const folder = temporaryFolder();
    electron.app.emit('second-instance', {}, ['electron', '--flag', '.', 'broken.clifford', 'x.txt'], folder);
    expect([window.minimized, window.focused]).toEqual([false, true]);
    const commands = await connectPage(window).system.commands();
    const { value } = (await commands.next()) as { value: ShellCommand };
    expect(value).toMatchObject({
      type: 'notice',
      level: 'error',
      text: expect.stringContaining('broken.clifford'),
    });
    await commands.return?.(undefined);
    expect(electron.BrowserWindow.all).toHaveLength(1);
  });

  it('imports a bundle that it is started with, as the page’s own download saved it', async () => {
    const { window } = await started();
    const service = connectPage(window);
    const { id, name } = await service.runs.create({ spec: testSpec(), start: 'none' });
    let address = '';
    const contents = { checkpoints: 'none', samples: false } as const;
    for await (const event of await service.bundles.export({ id, contents })) {
      if (event.type === 'done') address = event.address;
    }
    const file = path.join(temporaryFolder(), 'first.clifford');
    writeFileSync(file, await (await ask(`clifford://workbench${address}`)).bytes());
    electron.app.quit();
    await until(() => quitting.ended === 'quit');

    const other = await started({ argv: [file] });
    const there = connectPage(other.window);
    const commands = await there.system.commands();
    const notice = (await commands.next()).value as { runId: string };
    expect(notice).toMatchObject({ type: 'notice', level: 'success', text: `imported ${name}` });
    expect((await commands.next()).value).toEqual({ type: 'navigate', to: `/runs/${notice.runId}` });
    await commands.return?.(undefined);
    expect((await there.runs.get({ id: notice.runId })).row.name).toBe(name);
    expect(callsOf('addRecentDocument')).toEqual([[file]]);
    expect(menuItem('recent').submenu![0]!.label).toBe(file);
  });

  it('imports files that macOS hands over before it is ready', async () => {
    await startProgram();
    const event = { prevented: false, preventDefault: () => (event.prevented = true) };
    electron.app.emit('open-file', event, '/nowhere/early.clifford');
    expect(event.prevented).toBe(true);
    const commands = await connectPage(await becomeReady()).system.commands();
    expect((await commands.next()).value).toMatchObject({ text: expect.stringContaining('early.clifford') });
    await commands.return?.(undefined);
  });

  it('sends the menu’s actions to the page, and keeps them while it loads', async () => {
    const { window } = await started();
    menuItem('new-design').click!();
    const commands = await connectPage(window).system.commands();
    expect((await commands.next()).value).toEqual({ type: 'action', name: 'new-design' });
    menuItem('undo').click!();
    expect((await commands.next()).value).toEqual({ type: 'action', name: 'undo' });
    await commands.return?.(undefined);
  });

  it('remembers what was looked at and the place of the window', async () => {
    const { home, window } = await started();
    const { id, name } = await connectPage(window).runs.create({ spec: testSpec(), start: 'none' });
    window.webContents.emit('did-navigate-in-page', {}, `clifford://workbench/#/runs/${id}`, true);
    window.webContents.emit('did-navigate-in-page', {}, 'clifford://workbench/#/runs/gone', true);
    expect(menuItem('recent').submenu!.map((item) => item.label)).toEqual([
      name,
      undefined,
      'Clear the list',
    ]);
    window.bounds = { x: 100, y: 200, width: 900, height: 600 };
    window.maximized = true;
    electron.app.quit();
    await until(() => quitting.ended === 'quit');

    const again = await started({ home });
    expect(again.window.options).toMatchObject({ x: 100, y: 200, width: 900, height: 600 });
    again.window.emit('ready-to-show');
    expect([again.window.maximized, again.window.visible]).toEqual([true, true]);
    menuItem('recent').submenu![0]!.click!();
    const commands = await connectPage(again.window).system.commands();
    expect((await commands.next()).value).toEqual({ type: 'navigate', to: `/runs/${id}` });
    await commands.return?.(undefined);
  });

  it('asks where to save what the page offers, and nothing else', async () => {
    await started();
    const download = (url: string) => {
      const item = {
        options: null as object | null,
        getURL: () => url,
        getFilename: () => 'a.svg',
        once: () => {},
      };
      const setSaveDialogOptions = (options: object): void => void (item.options = options);
      const event = { prevented: false, preventDefault: () => (event.prevented = true) };
      electron.session.defaultSession.emit('will-download', event, { ...item, setSaveDialogOptions });
      return { prevented: event.prevented, options: item.options };
    };
    expect(download('https://example.org/a.svg')).toEqual({ prevented: true, options: null });
    for (const url of ['blob:clifford://workbench/1', 'clifford://workbench/downloads/1']) {
      expect(download(url)).toMatchObject({
        prevented: false,
        options: { defaultPath: path.join('/stand-in/downloads', 'a.svg') },
      });
    }
  });

  it('loads a crashed page anew, but does not do so for ever', async () => {
    const { home, window } = await started();
    const crash = () =>
      window.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 11 });
    crash();
    expect(window.webContents.reloads).toBe(1);
    electron.answers.messageBox.push(() => Promise.resolve({ response: 1 }));
    crash();
    expect(callsOf('showMessageBox')).toHaveLength(1);
    expect(window.webContents.reloads).toBe(1);
    expect(readFileSync(path.join(home, 'logs', 'window.log'), 'utf8')).toContain('crashed');
  });
});
