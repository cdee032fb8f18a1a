import { expect, it } from 'vitest';
import { countTags, tagChange } from './tags.ts';

it('changes only the tags that differ', () => {
  expect(tagChange(['a', 'b'], ['b', ' c ', 'c', ''])).toEqual({ add: ['c'], remove: ['a'] });
  expect(tagChange(['a'], ['a'])).toEqual({ add: [], remove: [] });
});

it('counts the runs that have a tag', () => {
  expect(countTags([{ tags: ['b', 'a'] }, { tags: ['b'] }, { tags: [] }])).toEqual([
    { tag: 'a', count: 1 },
    { tag: 'b', count: 2 },
  ]);
});
