import { expect, it } from 'vitest';
import { comparedRun } from '../testing/runs.ts';
import { groupOf } from './siblings.ts';

const page = (...entries: [id: string, group: string][]) => ({
  rows: entries.map(([id]) => comparedRun(id).row),
  groupOf: entries.map(([, group]) => group),
});

it('groupOf collects a group over a page break, and knows when it is whole', () => {
  const first = page(['a', 'x'], ['b', 'y']);
  expect(groupOf([first], 'b')).toMatchObject({ closed: false });
  expect(groupOf([first], 'a')).toMatchObject({ closed: true });
  const found = groupOf([first, page(['c', 'y'], ['d', 'z'])], 'b')!;
  expect(found.rows.map(({ id }) => id)).toEqual(['b', 'c']);
  expect(found.closed).toBe(true);
  expect(groupOf([first], 'gone')).toBeNull();
});
