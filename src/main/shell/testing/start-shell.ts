import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { RPCLink } from '@orpc/client/message-port';
import { createORPCClient } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import { vi } from 'vitest';
import type { Contract } from '../../../shared/contract/index.ts';
import { PORT_CHANNEL } from '../../../shared/port-channel.ts';
import { cleanUp, setEnvironment, temporaryFolder, until } from '../../workbench/testing/home.ts';
import * as electron from './electron-stand-in.ts';
import { quitting } from './stand-in-app.ts';
import type { StandInPort } from './stand-in-ports.ts';
import type { StandInFrame } from './stand-in-window.ts';

/**
 * Starts the real `src/main/index.ts` against the stand-in for `electron`, with a home of the test's own and pages of
 * one line. Service, router and engine are the real ones.
 */
export async function startProgram(options: { argv?: string[]; home?: string } = {}) {
  electron.reset();
  const home = options.home ?? temporaryFolder();
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>Clifford</title>');
  setEnvironment('CLIFFORD_HOME', home);
  const { argv } = process;
  process.argv = ['electron', '.', ...(options.argv ?? [])];
  const listeners = (['uncaughtException', 'unhandledRejection'] as const).map(
    (name) => [name, process.listeners(name as never)] as const,
  );
  cleanUp(() => {
    process.argv = argv;
    for (const [name, before] of listeners) {
      for (const listener of process.listeners(name as never)) {
        if (!(before as unknown[]).includes(listener)) process.removeListener(name, listener as never);
      }
    }
    // What the test left running, as the end of the process would.
    if (quitting.ended === null && electron.app.listenerCount('will-quit') > 0)
      electron.app.emit('will-quit');
  });
  vi.resetModules();
  vi.doMock('electron', () => electron);
  vi.doMock('../../serve/answer.ts', async (original) => ({
    ...(await original<object>()),
    rendererFolder: () => folder,
  }));
  await import('../../index.ts');
  return { home };
}

/** Electron says that it is ready; resolves when the window is there. */
export async function becomeReady(): Promise<electron.BrowserWindow> {
  quitting.ready.resolve();
  await until(() => electron.BrowserWindow.all.length > 0);
  return electron.BrowserWindow.all[0]!;
}

/** The program with its window. */
export async function startWindow(options: Parameters<typeof startProgram>[0] = {}) {
  const { home } = await startProgram(options);
  return { home, window: await becomeReady() };
}

/** Arguments of each call of a function of Electron. */
export const callsOf = (name: string): unknown[][] =>
  electron.recorded.filter((call) => call.name === name).map((call) => call.args);

/** A request of the page by our scheme. */
export function ask(url: string, init?: RequestInit): Promise<Response> {
  const handler = electron.handlers.get('protocol:clifford') as unknown as (
    request: Request,
  ) => Promise<Response>;
  return handler(new Request(url, init));
}

/** What the preload script does: asks for the port from a frame of a page. */
export function askForPort(contents: object, frame: StandInFrame | null): void {
  electron.ipcMain.emit(PORT_CHANNEL, { sender: contents, senderFrame: frame });
}

/** The contract as the page sees it, through the port that the main frame was given last. */
export function connectPage(window: electron.BrowserWindow): ContractRouterClient<Contract> {
  const { mainFrame } = window.webContents;
  askForPort(window.webContents, mainFrame);
  const port = mainFrame.posted.at(-1)!.ports[0] as StandInPort;
  port.start();
  return createORPCClient(new RPCLink({ port }));
}

type MenuItem = (typeof electron.applicationMenu)[number];

/** The item of the menu that is up, by its id. */
export function menuItem(id: string, items: MenuItem[] = electron.applicationMenu): MenuItem {
  const found = find(id, items);
  if (!found) throw new Error(`no menu item ${id}`);
  return found;
}

function find(id: string, items: MenuItem[]): MenuItem | undefined {
  for (const item of items) {
    if (item.id === id) return item;
    const below = find(id, item.submenu ?? []);
    if (below) return below;
  }
  return undefined;
}
