/** Part of the stand-in for `electron`: `app`, with the order of events at its end as Electron documents it. */
import { EventEmitter } from 'node:events';
import { record, recorded } from './stand-in-record.ts';

export interface Preventable {
  defaultPrevented: boolean;
  preventDefault(): void;
}

export function preventable<T extends object>(fields: T): T & Preventable {
  const event = {
    ...fields,
    defaultPrevented: false,
    preventDefault: () => void (event.defaultPrevented = true),
  };
  return event;
}

interface Closable {
  close(): void;
}

/** The end of the program: asked by `app.quit`, by the last window, or by the system. */
export const quitting = {
  /** Under way: windows are closing and may not start it again. */
  underWay: false,
  /** The program has ended, and how. */
  ended: null as 'quit' | 'exit' | null,
  windows: (): Closable[] => [],
  /** Whether this process got the single-instance lock. */
  first: true,
  ready: Promise.withResolvers<void>(),
  reset(): void {
    quitting.underWay = false;
    quitting.ended = null;
    quitting.first = true;
    quitting.ready = Promise.withResolvers<void>();
  },
};

class App extends EventEmitter {
  enableSandbox = record('enableSandbox');
  setName = record('setName');
  setAppUserModelId = record('setAppUserModelId');
  setPath = record('setPath');
  setAppLogsPath = record('setAppLogsPath');
  addRecentDocument = record('addRecentDocument');
  clearRecentDocuments = record('clearRecentDocuments');
  requestSingleInstanceLock(): boolean {
    recorded.push({ name: 'requestSingleInstanceLock', args: [] });
    return quitting.first;
  }
  whenReady(): Promise<void> {
    return quitting.ready.promise;
  }
  getPath(name: string): string {
    return `/stand-in/${name}`;
  }
  quit(): void {
    if (quitting.underWay || quitting.ended) return;
    const before = preventable({});
    this.emit('before-quit', before);
    if (before.defaultPrevented) return;
    quitting.underWay = true;
    for (const window of quitting.windows()) window.close();
    quitting.underWay = false;
    if (quitting.windows().length > 0) return; // one of them would not
    this.emit('will-quit', preventable({}));
    quitting.ended = 'quit';
    this.emit('quit', preventable({}), 0);
  }
  exit(): void {
    quitting.ended = 'exit';
  }
}

export const app = new App();
