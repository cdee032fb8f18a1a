import { describe, expect, it } from 'vitest';
import { keyCommand, SHORTCUTS } from './keyboard.ts';
import { TOOLS } from './tools.ts';

const press = (key: string, held: { ctrl?: boolean; shift?: boolean; alt?: boolean } = {}) => ({
  key,
  ctrlKey: held.ctrl ?? false,
  metaKey: false,
  shiftKey: held.shift ?? false,
  altKey: held.alt ?? false,
});

describe('keys', () => {
  it('choose every tool, in either case and wherever the focus is', () => {
    for (const { id, key } of TOOLS) {
      expect(keyCommand(press(key), false)).toEqual({ do: 'tool', tool: id });
      expect(keyCommand(press(key.toLowerCase()), true)).toEqual({ do: 'tool', tool: id });
    }
  });

  it('are no tools with Ctrl, which belongs to the browser and to commands', () => {
    expect(keyCommand(press('c', { ctrl: true }), true)).toBeNull();
    expect(keyCommand(press('r', { ctrl: true }), true)).toBeNull();
    expect(keyCommand(press('d', { ctrl: true }), true)).toEqual({ do: 'duplicate' });
  });

  it('undo and redo', () => {
    expect(keyCommand(press('z', { ctrl: true }), false)).toEqual({ do: 'undo' });
    // With Shift held the browser reports the capital letter.
    expect(keyCommand(press('Z', { ctrl: true, shift: true }), false)).toEqual({ do: 'redo' });
    expect(keyCommand(press('y', { ctrl: true }), false)).toEqual({ do: 'redo' });
  });

  it('leave lists, menus and the page alone unless the canvas has the focus', () => {
    for (const key of ['ArrowLeft', 'Enter', ' ', 'Delete', 'Backspace', 'Escape']) {
      expect(keyCommand(press(key), false)).toBeNull();
      expect(keyCommand(press(key), true)).not.toBeNull();
    }
    expect(keyCommand(press('a', { ctrl: true }), false)).toBeNull();
    expect(keyCommand(press('Tab'), true)).toBeNull();
  });

  it('nudge by one, with Shift by ten', () => {
    expect(keyCommand(press('ArrowUp'), true)).toEqual({ do: 'arrow', dx: 0, dy: -1, ten: false });
    expect(keyCommand(press('ArrowRight', { shift: true }), true)).toEqual({
      do: 'arrow',
      dx: 1,
      dy: 0,
      ten: true,
    });
    expect(keyCommand(press('ArrowLeft', { alt: true }), true)).toBeNull();
  });

  it('size the brush', () => {
    expect(keyCommand(press('['), false)).toEqual({ do: 'brushSize', direction: -1 });
    expect(keyCommand(press(']'), false)).toEqual({ do: 'brushSize', direction: 1 });
  });

  it('in the help are the ones that work', () => {
    const letters = SHORTCUTS.map(([keys]) => keys).filter((keys) => keys.length === 1);
    expect(letters.length).toBeGreaterThan(0);
    for (const key of letters) expect(keyCommand(press(key), true)).not.toBeNull();
  });
});
