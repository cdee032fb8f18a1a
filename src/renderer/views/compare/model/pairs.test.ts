import { describe, expect, it } from 'vitest';
import { comparedRun, specWith } from '../testing/runs.ts';
import { chosenGroups, pairingOf } from './pairs.ts';
import { groupsOf } from './run.ts';

const run = (id: string, batchSize: number, seed: number, parent: string | null = null) =>
  comparedRun(id, {
    spec: specWith((spec) => {
      spec.training.batchSize = batchSize;
      spec.seed = seed;
    }),
    row: { parent: parent === null ? null : { id: parent, name: parent } },
  });
const ids = (pair: ReturnType<typeof chosenGroups>) =>
  pair?.map(({ runs }) => runs.map(({ id }) => id).join('+')) ?? null;

describe('chosenGroups', () => {
  const groups = groupsOf([
    run('a1', 16, 1),
    run('b1', 32, 1),
    run('b2', 32, 2),
    run('c2', 64, 2),
    run('d9', 8, 9),
  ]);

  it('takes the groups of the chosen runs, in the order chosen', () => {
    expect(ids(chosenGroups(groups, 'c2', 'b1'))).toEqual(['c2', 'b1+b2']);
  });

  it('begins with the first two that share a seed, or with a partner for the one that is chosen', () => {
    expect(ids(chosenGroups(groups, null, null))).toEqual(['a1', 'b1+b2']);
    expect(ids(chosenGroups(groups, 'c2', null))).toEqual(['c2', 'b1+b2']);
  });

  it('prefers a parent and its fork, the parent first', () => {
    const forked = groupsOf([run('x', 16, 1), run('fork', 32, 1, 'p'), run('p', 64, 1)]);
    expect(ids(chosenGroups(forked, null, null))).toEqual(['p', 'fork']);
  });

  it('finds nothing where no two groups share a seed', () => {
    expect(chosenGroups(groupsOf([run('a', 16, 1), run('b', 32, 2)]), null, null)).toBeNull();
    expect(chosenGroups(groupsOf([run('a', 16, 1), run('b', 16, 2)]), 'a', 'b')).toBeNull();
  });

  it('pairs runs of equal seed', () => {
    const { pairs, unpaired } = pairingOf(chosenGroups(groups, 'b1', 'c2')!);
    expect(pairs.map(([a, b]) => a.id + b.id)).toEqual(['b2c2']);
    expect(unpaired.map(({ id }) => id)).toEqual(['b1']);
  });
});
