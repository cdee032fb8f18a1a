import { beforeEach, expect, it, vi } from 'vitest';
import { CliffordError } from '../../core/base/errors.ts';
import { createRecent, MOST_RECENT, runOf, type RecentItem } from './recent.ts';
import * as electron from './testing/electron-stand-in.ts';

vi.mock('electron', () => import('./testing/electron-stand-in.ts'));

let kept: RecentItem[];
const store = { get: () => kept, set: (items: RecentItem[]) => void (kept = items) };
const resolveRun = (id: string) => {
  if (id === 'gone') throw new CliffordError('NOT_FOUND', 'no run');
  return { name: `name of ${id}` } as never;
};
beforeEach(() => {
  kept = [];
  electron.reset();
});

it('has the newest first, each once, and not too many', () => {
  let changes = 0;
  const recent = createRecent(store, { resolveRun }, () => changes++);
  for (let i = 0; i < 20; i++) recent.add({ kind: 'run', id: `${i}` });
  recent.add({ kind: 'run', id: '15' });
  recent.add({ kind: 'run', id: '15' }); // what is first already is no change
  expect(
    recent
      .list()
      .slice(0, 3)
      .map((item) => item.label),
  ).toEqual(['name of 15', 'name of 19', 'name of 18']);
  expect(kept).toHaveLength(MOST_RECENT);
  expect(changes).toBe(21);
});

it('leaves out runs and files that are gone, and tells the system of bundles', () => {
  const recent = createRecent(store, { resolveRun }, () => {});
  const file = import.meta.filename;
  recent.add({ kind: 'run', id: 'gone' });
  recent.add({ kind: 'bundle', file: '/nowhere.clifford' });
  recent.add({ kind: 'bundle', file });
  expect(recent.list()).toEqual([{ kind: 'bundle', file, label: file }]);
  expect(electron.recorded.filter((call) => call.name === 'addRecentDocument')).toHaveLength(2);
  recent.clear();
  expect([recent.list(), kept]).toEqual([[], []]);
});

it.each([
  ['clifford://workbench/#/runs/1s0kgwwt72', '1s0kgwwt72'],
  ['clifford://workbench/#/runs/a%20b?step=3', 'a b'],
  ['clifford://workbench/#/runs', null],
  ['clifford://workbench/#/compare?runs=a,b', null],
  ['nonsense', null],
])('reads the run off %s', (address, id) => expect(runOf(address)).toBe(id));
