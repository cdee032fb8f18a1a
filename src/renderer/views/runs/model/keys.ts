/** What a key does on a row of the table. */
export type RowCommand =
  | { type: 'go'; to: number }
  | { type: 'extend'; to: number }
  | { type: 'select' }
  | { type: 'selectAll' }
  | { type: 'clear' }
  | { type: 'open' }
  | { type: 'rename' }
  | { type: 'star' }
  | { type: 'remove' };

export interface Key {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** Rows that Page Up and Page Down pass. */
const LEAP = 10;

/**
 * @param at place of the row with the focus among `count` rows
 * @returns null for a key that the table leaves alone
 */
export function rowCommand(key: Key, at: number, count: number): RowCommand | null {
  if (key.altKey) return null;
  const held = key.ctrlKey || key.metaKey;
  if (held) return key.key === 'a' ? { type: 'selectAll' } : null;
  const target = moveOf(key.key, at, count);
  if (target !== null) return { type: key.shiftKey ? 'extend' : 'go', to: target };
  if (key.shiftKey && key.key !== ' ') return null;
  switch (key.key) {
    case ' ':
      return key.shiftKey ? { type: 'extend', to: at } : { type: 'select' };
    case 'Enter':
      return { type: 'open' };
    case 'F2':
      return { type: 'rename' };
    case 's':
      return { type: 'star' };
    case 'Delete':
      return { type: 'remove' };
    case 'Escape':
      return { type: 'clear' };
    default:
      return null;
  }
}

function moveOf(key: string, at: number, count: number): number | null {
  const within = (to: number): number => Math.min(Math.max(0, to), count - 1);
  switch (key) {
    case 'ArrowDown':
      return within(at + 1);
    case 'ArrowUp':
      return within(at - 1);
    case 'PageDown':
      return within(at + LEAP);
    case 'PageUp':
      return within(at - LEAP);
    case 'Home':
      return 0;
    case 'End':
      return within(count - 1);
    default:
      return null;
  }
}
