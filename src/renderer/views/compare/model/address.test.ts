import { describe, expect, it } from 'vitest';
import { compareCommand, readAddress, writeAddress } from './address.ts';

describe('address', () => {
  it('reads what it wrote', () => {
    const address = { runs: ['b', 'a', 'c'], view: 'Lesions, w = 3 & more' };
    expect(readAddress(writeAddress(address))).toEqual(address);
    expect(readAddress(writeAddress({ runs: [], view: null }))).toEqual({ runs: [], view: null });
  });

  it('takes each run once, in the order of first mention, and passes over what is no id', () => {
    expect(readAddress({ runs: 'a,b,,a, c ' }).runs).toEqual(['a', 'b', 'c']);
    expect(readAddress({ runs: ['a,b', null, 'c'] }).runs).toEqual(['a', 'b', 'c']);
    expect(readAddress({ runs: 'x'.repeat(65), view: '' })).toEqual({ runs: [], view: null });
  });

  it('names the command that prints the same', () => {
    const runs = [{ id: 'k1' }, { id: 'k2' }];
    expect(compareCommand(runs, null)).toBe('clifford compare k1 k2');
    expect(compareCommand(runs, 0)).toBe('clifford compare k1 k2 --step 0');
  });
});
