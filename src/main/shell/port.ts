import {
  ipcMain,
  MessageChannelMain,
  type IpcMainEvent,
  type MessagePortMain,
  type WebContents,
} from 'electron';
import { PORT_CHANNEL } from '../../shared/port-channel.ts';
import { isOurs } from './scheme.ts';

export interface PortOptions {
  /** The workbench's page, null while there is no window. */
  page(): WebContents | null;
  /** Answers the contract on a port. */
  serve(port: MessagePortMain): void;
  warn(sentence: string): void;
}

/**
 * Gives the page the port that carries the contract, when its preload script asks: each load of the page gets a new
 * one, and the one before is closed, which ends its streams. Nobody else gets any.
 */
export function grantPorts({ page, serve, warn }: PortOptions): void {
  let open: MessagePortMain | undefined;
  ipcMain.on(PORT_CHANNEL, (event) => {
    const frame = event.senderFrame;
    if (frame === null || !isOurPage(event, page())) {
      return warn(`refused the contract's port to ${frame?.url ?? 'a frame that is gone'}`);
    }
    open?.close();
    const { port1, port2 } = new MessageChannelMain();
    open = port1;
    serve(port1);
    // Requests that came meanwhile wait in the port until now.
    port1.start();
    frame.postMessage(PORT_CHANNEL, null, [port2]);
  });
}

/** The main frame of our window, showing a page of ours. */
function isOurPage({ sender, senderFrame }: IpcMainEvent, page: WebContents | null): boolean {
  return (
    senderFrame !== null &&
    sender === page &&
    senderFrame === sender.mainFrame &&
    senderFrame.parent === null &&
    isOurs(senderFrame.url)
  );
}
