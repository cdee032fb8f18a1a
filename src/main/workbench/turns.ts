import { CliffordError } from '../../core/base/errors.ts';

/**
 * Who may go on: at most `places` at once, and never two with the same key. Each of several windows asks for several
 * measurements at once; engine processes for all of them would take the memory and starve each other.
 */
export interface Turns {
  /**
   * Waits for the key and a place, first come first served.
   * @returns gives the key back, then the place; each may be called again
   * @throws CliffordError CANCELLED when the signal aborts before
   */
  take(key: string, signal?: AbortSignal): Promise<Turn>;
}

export interface Turn {
  /** Lets the next one with this key go on (it still waits for a place). */
  giveKey(): void;
  /** Gives back everything. */
  end(): void;
}

/** @param places Infinity for keys alone */
export function createTurns(places: number): Turns {
  interface Waiting {
    readonly key: string;
    readonly start: () => void;
  }
  const held = new Set<string>();
  const waiting: Waiting[] = [];
  let free = places;

  const next = (): void => {
    for (let i = 0; free > 0 && i < waiting.length;) {
      const { key, start } = waiting[i]!;
      if (held.has(key)) {
        i++;
        continue;
      }
      waiting.splice(i, 1);
      held.add(key);
      free--;
      start();
    }
  };
  const turn = (key: string): Turn => {
    let [keyed, placed] = [true, true];
    const giveKey = (): void => {
      if (keyed) held.delete(key);
      keyed = false;
      next();
    };
    return {
      giveKey,
      end() {
        if (placed) free++;
        placed = false;
        giveKey();
      },
    };
  };
  return {
    take(key, signal) {
      return new Promise((resolve, reject) => {
        const abort = (): void => {
          const place = waiting.indexOf(entry);
          if (place >= 0) waiting.splice(place, 1);
          reject(new CliffordError('CANCELLED', 'cancelled while waiting for other measurements'));
        };
        const entry: Waiting = {
          key,
          start() {
            signal?.removeEventListener('abort', abort);
            resolve(turn(key));
          },
        };
        if (signal?.aborted) return abort();
        signal?.addEventListener('abort', abort, { once: true });
        waiting.push(entry);
        next();
      });
    },
  };
}
