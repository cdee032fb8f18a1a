import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';

const { ipcRenderer } = vi.hoisted(() => ({ ipcRenderer: {} as EventEmitter & { sent: unknown[][] } }));
// A stand-in for `electron`: the preload script uses nothing else of it, which importing anything else would show.
vi.mock('electron', () => ({ ipcRenderer }));

it('asks once the page has loaded, passes one port on to our own origin, and exposes nothing', async () => {
  const sent: unknown[][] = [];
  Object.assign(ipcRenderer, EventEmitter.prototype, {
    sent,
    send: (...args: unknown[]) => void sent.push(args),
  });
  const posted: unknown[][] = [];
  let load = (): void => {};
  const page = {
    location: { origin: 'clifford://workbench' },
    postMessage: (...args: unknown[]) => void posted.push(args),
    addEventListener: (name: string, listener: () => void) => void (name === 'load' && (load = listener)),
  };
  vi.stubGlobal('window', page);
  await import('./index.ts');
  expect(sent).toEqual([]); // the page does not listen yet: the port would be lost
  load();
  expect(sent).toEqual([['clifford:port']]);
  ipcRenderer.emit('clifford:port', { ports: ['a port'] });
  ipcRenderer.emit('clifford:port', { ports: ['another'] });
  expect(posted).toEqual([['clifford:port', 'clifford://workbench', ['a port']]]);
  expect(Object.keys(page)).toEqual(['location', 'postMessage', 'addEventListener']);
  vi.unstubAllGlobals();
});
