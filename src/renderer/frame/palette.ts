/** Which entries of the command palette fit what was typed, and in which order. */

export interface PaletteEntry {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  /** Quieter, beside the title; not searched. */
  readonly aside?: string;
  /** Shortcut, as the help writes it. */
  readonly keys?: string;
  /** Other words under which it is found. */
  readonly words?: string;
  run(): unknown;
}

/** Entries that fit, the best first; all in their order when nothing was typed. */
export function matching(entries: readonly PaletteEntry[], typed: string): PaletteEntry[] {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...entries];
  const scored = entries.flatMap((entry) => {
    const score = scoreOf(entry, words);
    return score === null ? [] : [{ entry, score }];
  });
  return scored.sort((a, b) => b.score - a.score).map(({ entry }) => entry);
}

function scoreOf({ title, words: others = '' }: PaletteEntry, words: readonly string[]): number | null {
  let total = 0;
  for (const word of words) {
    // What it is called counts more than what it is also found by.
    const score = Math.max(wordScore(fold(title), word), wordScore(fold(others), word) - 5);
    if (score <= 0) return null;
    total += score;
  }
  // Of equally good ones the shorter, which the word covers more of.
  return total - title.length / 1000;
}

const PREFIX = 30;
const WORD_START = 20;
const INSIDE = 10;
const LETTERS = 6;

/** @returns 0 when it does not fit */
function wordScore(text: string, word: string): number {
  if (text.startsWith(word)) return PREFIX;
  const at = text.indexOf(word);
  if (at !== -1) return wordStartsAt(text, word) ? WORD_START : INSIDE;
  return hasLetters(text, word) ? LETTERS : 0;
}

function wordStartsAt(text: string, word: string): boolean {
  return text.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(word));
}

/** All letters in order, each at the beginning of a word or behind the one before: `tt` finds `toggle theme`. */
function hasLetters(text: string, letters: string): boolean {
  let at = -1;
  for (const letter of letters) {
    if (text[at + 1] === letter && at >= 0) {
      at++;
      continue;
    }
    let next = at + 1;
    while (next < text.length && !(text[next] === letter && isStart(text, next))) next++;
    if (next === text.length) return false;
    at = next;
  }
  return true;
}

function isStart(text: string, i: number): boolean {
  return i === 0 || !/[\p{L}\p{N}]/u.test(text[i - 1]!);
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
