import { toolByKey, type ToolId } from './tools.ts';

/** What a key means to the painter. */
export type KeyCommand =
  | { readonly do: 'tool'; readonly tool: ToolId }
  | { readonly do: 'arrow'; readonly dx: -1 | 0 | 1; readonly dy: -1 | 0 | 1; readonly ten: boolean }
  | { readonly do: 'brushSize'; readonly direction: 1 | -1 }
  | { readonly do: 'zoom'; readonly direction: 1 | -1 }
  | {
      readonly do:
        | 'undo'
        | 'redo'
        | 'duplicate'
        | 'delete'
        | 'selectAll'
        | 'press'
        | 'cancel'
        | 'back'
        | 'fit'
        | 'pan'
        | 'toggleMode'
        | 'toggleSnap'
        | 'toggleClusters';
    };

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/**
 * @param onCanvas the canvas has the focus: keys that also move through lists, menus and pages (arrows, Enter, Space,
 *   Delete) are the painter's only then
 */
export function keyCommand(event: KeyPress, onCanvas: boolean): KeyCommand | null {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    if (event.altKey) return null;
    if (key === 'z') return { do: event.shiftKey ? 'redo' : 'undo' };
    if (key === 'y' && !event.shiftKey) return { do: 'redo' };
    if (key === 'd' && !event.shiftKey) return { do: 'duplicate' };
    return key === 'a' && onCanvas && !event.shiftKey ? { do: 'selectAll' } : null;
  }
  const alone = PLAIN[key];
  if (alone && !event.altKey) return { do: alone };
  if (key === '[' || key === ']') return { do: 'brushSize', direction: key === ']' ? 1 : -1 };
  if (key === '+' || key === '=' || key === '-') return { do: 'zoom', direction: key === '-' ? -1 : 1 };
  const tool = event.altKey || key.length !== 1 ? null : toolByKey(key);
  if (tool !== null) return { do: 'tool', tool };
  if (!onCanvas) return null;
  const arrow = ARROWS[key];
  // With Alt held they leave the page; Alt from the centre is for the pointer.
  if (arrow && !event.altKey) return { do: 'arrow', dx: arrow[0], dy: arrow[1], ten: event.shiftKey };
  const focused = FOCUSED[key];
  return focused ? { do: focused } : null;
}

const PLAIN: Readonly<Record<string, 'fit' | 'toggleMode' | 'toggleSnap' | 'toggleClusters'>> = {
  '0': 'fit',
  m: 'toggleMode',
  s: 'toggleSnap',
  k: 'toggleClusters',
};

const ARROWS: Readonly<Record<string, readonly [-1 | 0 | 1, -1 | 0 | 1]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const FOCUSED: Readonly<Record<string, 'press' | 'cancel' | 'back' | 'delete' | 'pan'>> = {
  Enter: 'press',
  Escape: 'cancel',
  Backspace: 'back',
  Delete: 'delete',
  ' ': 'pan',
};

/** Every shortcut with its meaning, for the help. */
export const SHORTCUTS: readonly (readonly [keys: string, meaning: string])[] = [
  ['[ ]', 'Smaller or larger brush'],
  ['M', 'Shapes add or cut'],
  ['S', 'Snap to the lattice'],
  ['K', 'Show the predicted clusters'],
  ['Wheel, + −', 'Zoom around the pointer'],
  ['Space, middle button', 'Pan'],
  ['0', 'Show all'],
  ['Shift', 'Square, circle, straight line'],
  ['Alt', 'From the centre'],
  ['Esc', 'Cancel, then deselect'],
  ['Enter', 'Close a polygon; press and release at the keyboard’s cell'],
  ['Arrows', 'Nudge the selection by a cell, or move the keyboard’s cell (Shift: ten)'],
  ['Ctrl+Z, Ctrl+Shift+Z', 'Undo, redo'],
  ['Ctrl+D, Delete', 'Duplicate, delete the selection'],
  ['Ctrl+A', 'Select all shapes of the layer'],
];
