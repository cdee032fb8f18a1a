import { ipcRenderer } from 'electron';
import { PORT_CHANNEL } from '../shared/port-channel.ts';

/** The part of the page that is used here; the processes' code is checked without the web's types. */
declare const window: {
  readonly location: { readonly origin: string };
  postMessage(message: unknown, origin: string, ports: unknown[]): void;
  addEventListener(event: 'load', listener: () => void, options: { once: true }): void;
};

/**
 * Asks the main process for the contract's port and hands it to the page, once for each load of the page. Nothing is
 * exposed: the page gets a message with a port, as it would from any frame.
 */
ipcRenderer.once(PORT_CHANNEL, (event) => {
  // To our own origin only: should another document ever stand here, the message is dropped.
  window.postMessage(PORT_CHANNEL, window.location.origin, [...event.ports]);
});
// The page's scripts have run by now and listen; a message sent before would be lost.
window.addEventListener('load', () => ipcRenderer.send(PORT_CHANNEL), { once: true });
