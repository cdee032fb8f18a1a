import { describe, expect, it } from 'vitest';
import { matching, type PaletteEntry } from './palette.ts';

const entries: PaletteEntry[] = ['Renew', 'New design', 'Toggle theme', 'Pause the queue', 'Compare'].map(
  (title) => ({
    id: title,
    group: 'Actions',
    title,
    run: () => {},
    ...(title === 'Toggle theme' ? { words: 'dark light' } : {}),
  }),
);
const found = (typed: string): string[] => matching(entries, typed).map((entry) => entry.title);

describe('the palette', () => {
  it('shows everything, in its order, before anything is typed', () => {
    expect(found('  ')).toEqual(entries.map((entry) => entry.title));
  });

  it('puts what begins with the word before what only holds it', () => {
    expect(found('new')).toEqual(['New design', 'Renew']);
  });

  it('finds by the first letters of words', () => {
    expect(found('tt')).toEqual(['Toggle theme']);
    expect(found('paq')).toEqual(['Pause the queue']); // words may be passed over
    expect(found('pasq')).toEqual([]); // but letters may not
  });

  it('wants every word, whatever their order and case', () => {
    expect(found('QUEUE pause')).toEqual(['Pause the queue']);
    expect(found('queue compare')).toEqual([]);
  });

  it('finds by other words for the same thing', () => {
    expect(found('dark')).toEqual(['Toggle theme']);
  });

  it('finds nothing by letters that are only scattered', () => {
    expect(found('oe')).toEqual([]);
  });
});
