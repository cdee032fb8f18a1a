import { watchEffect } from 'vue';
import { describe, expect, it } from 'vitest';
import { runRow } from '../testing/rows.ts';
import { linesOfPage, type GroupLine, type RunLine } from './lines.ts';

const [a, b, c] = ['a', 'b', 'c'].map((id) => runRow({ id })) as [
  ReturnType<typeof runRow>,
  ...ReturnType<typeof runRow>[],
] as ReturnType<typeof runRow>[];
const page = (rows: ReturnType<typeof runRow>[], groupOf: string[] = []) => ({
  rows,
  parameters: rows.map(() => ({})),
  groupOf,
  groups: [...new Set(groupOf)].map((key) => ({ key, title: `the ${key}s`, count: 7 })),
});
const none = new Set<string>();

describe('lines of a page', () => {
  it('are the very same when only contents changed, and only what changed is told', () => {
    const before = linesOfPage(page([a!, b!]), none, []);
    const drawn: string[] = [];
    for (const line of before as RunLine[])
      watchEffect(() => drawn.push(`${line.key} ${line.row.value.step}`), { flush: 'sync' });
    drawn.length = 0;
    const after = linesOfPage(page([{ ...a! }, { ...b!, step: 7 }]), none, before);
    expect(after).toBe(before);
    expect(drawn).toEqual(['b 7']);
  });

  it('keep their objects when others come, go and move', () => {
    const before = linesOfPage(page([a!, b!]), none, []);
    const after = linesOfPage(page([c!, b!]), none, before);
    expect(after).not.toBe(before);
    expect(after.map((line) => line.key)).toEqual(['c', 'b']);
    expect(after[1]).toBe(before[1]);
  });

  it('have a title above each group, with the runs of all pages counted', () => {
    const lines = linesOfPage(page([a!, b!, c!], ['x', 'x', 'y']), none, []);
    expect(lines.map((line) => line.kind)).toEqual(['group', 'run', 'run', 'group', 'run']);
    expect((lines[0] as GroupLine).group.value).toMatchObject({
      title: 'the xs',
      count: 7,
      here: ['a', 'b'],
    });
  });

  it('of a folded group are not there, but its title is', () => {
    const lines = linesOfPage(page([a!, b!, c!], ['x', 'x', 'y']), new Set(['x']), []);
    expect(lines.map((line) => line.key)).toEqual(['group x', 'group y', 'c']);
  });
});
