import { computed, onScopeDispose, shallowReactive } from 'vue';

/** Keys and what they do, for the help that `?` shows. Views add theirs while they are open. */
export type ShortcutEntry = readonly [keys: string, does: string];

export interface ShortcutGroup {
  readonly title: string;
  readonly entries: readonly ShortcutEntry[];
}

const groups = shallowReactive(new Set<ShortcutGroup>());

/** What is known now, the frame's own first. */
export const shortcutGroups = computed(() => [FRAME, ...groups]);

const FRAME: ShortcutGroup = {
  title: 'Everywhere',
  entries: [
    ['Ctrl K', 'command palette'],
    ['?', 'this help'],
    ['Alt 1 … 5', 'runs, designer, compare, percolation, settings'],
    [', and .', 'previous and next step, where steps are shown'],
  ],
};

/** Adds the keys of a view for as long as it is open. */
export function useShortcutHelp(title: string, entries: readonly ShortcutEntry[]): void {
  const group = { title, entries };
  groups.add(group);
  onScopeDispose(() => groups.delete(group));
}

/** True where letters are text: no shortcut without Ctrl or Cmd may be taken there. */
export function isTyping(target: EventTarget | null): boolean {
  const element = target as Partial<HTMLElement> | null;
  if (!element?.tagName) return false;
  if (element.isContentEditable) return true;
  if (element.tagName === 'INPUT') return !NO_TEXT.has((element as HTMLInputElement).type);
  return element.tagName === 'TEXTAREA' || element.tagName === 'SELECT';
}
const NO_TEXT = new Set(['checkbox', 'radio', 'button', 'range', 'file', 'color']);

export type FrameCommand = 'palette' | 'help' | 'next-step' | 'previous-step' | { readonly place: number };

interface Key {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** What a key does wherever one is; null for a key that is not the frame's. `typing` as `isTyping` says. */
export function frameCommand(key: Key, typing: boolean): FrameCommand | null {
  const held = key.ctrlKey || key.metaKey;
  if (held && !key.altKey && key.key.toLowerCase() === 'k') return 'palette';
  if (held) return null;
  if (key.altKey) {
    // By place: what Alt and a digit type differs between keyboards.
    const digit = /^Digit([1-5])$/.exec(key.code)?.[1];
    return digit === undefined ? null : { place: Number(digit) - 1 };
  }
  if (typing) return null;
  if (key.key === '?') return 'help';
  if (key.key === '.') return 'next-step';
  if (key.key === ',') return 'previous-step';
  return null;
}
