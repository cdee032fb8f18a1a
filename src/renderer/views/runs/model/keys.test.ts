import { describe, expect, it } from 'vitest';
import { rowCommand, type Key } from './keys.ts';

const key = (name: string, change: Partial<Key> = {}): Key => ({
  key: name,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...change,
});

describe('keys on a row', () => {
  it('move within the rows and not beyond', () => {
    expect(rowCommand(key('ArrowDown'), 4, 5)).toEqual({ type: 'go', to: 4 });
    expect(rowCommand(key('ArrowUp'), 0, 5)).toEqual({ type: 'go', to: 0 });
    expect(rowCommand(key('PageDown'), 3, 50)).toEqual({ type: 'go', to: 13 });
    expect(rowCommand(key('End'), 3, 50)).toEqual({ type: 'go', to: 49 });
  });

  it('choose, with Shift as a range', () => {
    expect(rowCommand(key(' '), 2, 5)).toEqual({ type: 'select' });
    expect(rowCommand(key('ArrowDown', { shiftKey: true }), 2, 5)).toEqual({ type: 'extend', to: 3 });
    expect(rowCommand(key('a', { metaKey: true }), 2, 5)).toEqual({ type: 'selectAll' });
  });

  it('leave the shortcuts of browser and shell alone', () => {
    expect(rowCommand(key('s', { ctrlKey: true }), 2, 5)).toBeNull();
    expect(rowCommand(key('ArrowLeft', { altKey: true }), 2, 5)).toBeNull();
    expect(rowCommand(key('Delete', { shiftKey: true }), 2, 5)).toBeNull();
    expect(rowCommand(key('x'), 2, 5)).toBeNull();
  });
});
