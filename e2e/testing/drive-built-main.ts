/**
 * Runs the built main process under plain Node against the labelled stand-in for `electron`, trains one run through its
 * contract, quits it, and prints what was found as JSON. A program of its own, since the entry takes a whole process.
 */
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import * as electron from '../../src/main/shell/testing/electron-stand-in.ts';
import { quitting } from '../../src/main/shell/testing/stand-in-app.ts';
import type { StandInPort } from '../../src/main/shell/testing/stand-in-ports.ts';
import type { Contract } from '../../src/shared/contract/index.ts';
import { PORT_CHANNEL } from '../../src/shared/port-channel.ts';

const standIn = new URL('../../src/main/shell/testing/electron-stand-in.ts', import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: standIn, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
});
// The program takes faults for its own log; here they end the test.
drive().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);

async function drive(): Promise<void> {
  const { href } = new URL('../../out/main/index.js', import.meta.url);
  await import(href);
  quitting.ready.resolve();
  const window = await found(() => electron.BrowserWindow.all[0]);

  const { webContents } = window;
  electron.ipcMain.emit(PORT_CHANNEL, { sender: webContents, senderFrame: webContents.mainFrame });
  const port = webContents.mainFrame.posted[0]!.ports[0] as StandInPort;
  port.start();
  const service: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port }));

  const ask = electron.handlers.get('protocol:clifford') as unknown as (
    request: Request,
  ) => Promise<Response>;
  const page = await ask(new Request('clifford://workbench/'));
  const script = /src="\.?(\/assets\/[^"]+\.js)"/.exec(await page.text())![1]!;
  const presets = await service.design.presets();
  const { spec } = presets.find((preset) => preset.name === 'tiny')!;
  const { id } = await service.runs.create({ spec, start: 'front' });
  const run = await found(async () => {
    const { row } = await service.runs.get({ id });
    return ['queued', 'running'].includes(row.state) ? undefined : row.state;
  });
  const { version } = await service.system.info();
  electron.app.quit();
  const ended = await found(() => quitting.ended);

  process.stdout.write(
    JSON.stringify({
      page: page.status,
      script: (await ask(new Request(`clifford://workbench${script}`))).status,
      preload: existsSync(window.options.webPreferences['preload'] as string),
      icon: existsSync(window.options['icon'] as string),
      presets: presets.map((preset) => preset.name),
      version,
      run,
      ended,
    }),
  );
}

/** Asks until there is an answer; the test that runs this program has the time limit. */
async function found<T>(look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (;;) {
    const value = await look();
    if (value != null) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
