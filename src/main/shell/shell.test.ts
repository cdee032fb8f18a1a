import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ShellCommand } from '../../shared/contract/system.ts';
import { testSpec } from '../workbench/testing/spec.ts';
import { temporaryFolder, until } from '../workbench/testing/home.ts';
import * as electron from './testing/electron-stand-in.ts';
import { quitting } from './testing/stand-in-app.ts';
import {
  ask,
  becomeReady,
  callsOf,
  connectPage,
  menuItem,
  startProgram,
  startWindow,
} from './testing/start-shell.ts';

// The real entry, service, router and engine; only Electron itself is the labelled stand-in.

describe('training', () => {
  it('runs in a utility process, keeps the machine awake meanwhile, and tells its end', async () => {
    const { window } = await startWindow();
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
      const { home, window } = await startWindow();
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
    await startWindow();
    const before = process.listenerCount('SIGINT');
    for (let i = 0; i < 3; i++) process.emit('SIGINT', 'SIGINT');
    await until(() => quitting.ended === 'quit', 2000);
    expect(process.listenerCount('SIGINT')).toBe(before - 1);
  });

  it('waits for nothing when nothing trains', async () => {
    await startWindow();
    electron.app.quit();
    await until(() => quitting.ended === 'quit', 2000);
    expect(callsOf('showMessageBox')).toEqual([]);
  });
});

describe('the desktop', () => {
  it('brings the window to the front for a second instance, and imports what that was started with', async () => {
    const { window } = await startWindow();
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
    const { window } = await startWindow();
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

    const other = await startWindow({ argv: [file] });
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
    const { window } = await startWindow();
    menuItem('new-design').click!();
    const commands = await connectPage(window).system.commands();
    expect((await commands.next()).value).toEqual({ type: 'action', name: 'new-design' });
    menuItem('undo').click!();
    expect((await commands.next()).value).toEqual({ type: 'action', name: 'undo' });
    await commands.return?.(undefined);
  });

  it('remembers what was looked at and the place of the window', async () => {
    const { home, window } = await startWindow();
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

    const again = await startWindow({ home });
    expect(again.window.options).toMatchObject({ x: 100, y: 200, width: 900, height: 600 });
    again.window.emit('ready-to-show');
    expect([again.window.maximized, again.window.visible]).toEqual([true, true]);
    menuItem('recent').submenu![0]!.click!();
    const commands = await connectPage(again.window).system.commands();
    expect((await commands.next()).value).toEqual({ type: 'navigate', to: `/runs/${id}` });
    await commands.return?.(undefined);
  });

  it('asks where to save what the page offers, and nothing else', async () => {
    await startWindow();
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
    const { home, window } = await startWindow();
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
