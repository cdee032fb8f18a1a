import { createBroadcast, type Broadcast } from './broadcast.ts';
import type { ShellCommand } from '../../shared/contract/system.ts';

/** What a host (Electron's shell, or `clifford serve`) adds to the service. */
export interface HostServices {
  /** What the window is asked to do; every open window hears it. */
  readonly commands: Broadcast<ShellCommand>;
  /** Electron's version, null where there is none. */
  readonly electron: string | null;
  /** The service's own log file; null where it logs to the terminal. */
  readonly logFile: string | null;
  /** Bundles that wait to be fetched, by the secret in their address. */
  readonly downloads: Downloads;
}

export interface Download {
  readonly file: string;
  readonly name: string;
}

/** Files made on request and fetched once. */
export interface Downloads {
  /** @returns the address; `discard` is called after the fetch or ten minutes */
  offer(download: Download, discard: () => void): string;
  /** The file of an address (path of the URL), or undefined; `taken` must be called when it was sent. */
  take(pathname: string): (Download & { taken(): void }) | undefined;
  dispose(): void;
}

export function createHost(options: { electron?: string; logFile?: string } = {}): HostServices {
  return {
    commands: createBroadcast<ShellCommand>(),
    electron: options.electron ?? null,
    logFile: options.logFile ?? null,
    downloads: createDownloads(),
  };
}

const KEEP_MS = 10 * 60_000;

function createDownloads(): Downloads {
  const waiting = new Map<string, { download: Download; discard: () => void; timer: NodeJS.Timeout }>();
  const drop = (address: string): void => {
    const entry = waiting.get(address);
    if (!entry) return;
    waiting.delete(address);
    clearTimeout(entry.timer);
    entry.discard();
  };
  return {
    offer(download, discard) {
      const address = `/downloads/${crypto.randomUUID()}`;
      const timer = setTimeout(() => drop(address), KEEP_MS).unref();
      waiting.set(address, { download, discard, timer });
      return address;
    },
    take(pathname) {
      const entry = waiting.get(pathname);
      if (!entry) return undefined;
      // Not a second time, even while it is being sent.
      waiting.delete(pathname);
      clearTimeout(entry.timer);
      return { ...entry.download, taken: entry.discard };
    },
    dispose() {
      for (const address of [...waiting.keys()]) drop(address);
    },
  };
}
