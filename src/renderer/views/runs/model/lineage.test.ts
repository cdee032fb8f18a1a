import { describe, expect, it } from 'vitest';
import { runRow } from '../testing/rows.ts';
import { familyTree, formatChange } from './lineage.ts';

const row = (id: string, parent: string | null, accuracy: Record<string, number> = {}) =>
  runRow({ id, parent: parent === null ? null : { id: parent, name: parent }, accuracy });

describe('the family of a run', () => {
  it('is a tree in which every run hangs below its parent', () => {
    const [root, ...others] = familyTree([row('a', null), row('b', 'a'), row('c', 'a'), row('d', 'b')]);
    expect(others).toEqual([]);
    const shape = (node: typeof root): unknown => [node!.id, ...node!.children.map(shape)];
    expect(shape(root)).toEqual(['a', ['b', ['d']], ['c']]);
  });

  it('keeps a run whose parent was purged', () => {
    expect(familyTree([row('b', 'gone'), row('c', 'b')]).map((node) => node.id)).toEqual(['b']);
  });

  it('compares with the parent only what both have measured', () => {
    const [root] = familyTree([
      row('a', null, { overall: 0.5, vertical: 0.1 }),
      row('b', 'a', { overall: 0.75, lesion: 0.2 }),
    ]);
    expect(root!.change).toBeNull();
    expect(root!.children[0]!.change).toEqual({ overall: 0.25 });
  });
});

it('shows a change with its sign, and none as none', () => {
  expect([0.124, -0.03, 0.004, -0.004].map(formatChange)).toEqual(['+0.12', '−0.03', '±0.00', '±0.00']);
});
