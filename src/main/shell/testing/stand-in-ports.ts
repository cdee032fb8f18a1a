/** Part of the stand-in for `electron`: message ports, over the web's as Node has them. */
import { EventEmitter } from 'node:events';
import type { MessagePort } from 'node:worker_threads';

/** As `MessagePortMain`: it holds messages back until it is started. */
export class StandInPort extends EventEmitter {
  readonly port: MessagePort;
  closed = false;
  constructor(port: MessagePort) {
    super();
    this.port = port;
    port.on('close', () => {
      this.closed = true;
      this.emit('close');
    });
  }
  start(): void {
    this.port.on('message', (data: unknown) => this.emit('message', { data, ports: [] }));
  }
  postMessage(message: unknown, transfer: unknown[] = []): void {
    // Electron's port takes ports only; anything else it is given to transfer arrives empty.
    if (transfer.length > 0) throw new Error('the shell transfers nothing over the contract’s port');
    this.port.postMessage(message);
  }
  close(): void {
    this.port.close();
  }
}
