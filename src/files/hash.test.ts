import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256, sha256File, specHash } from './hash.ts';

describe('sha256', () => {
  // FIPS 180-2, appendix B.1 and B.3.
  const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  const MILLION_A = 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0';

  it('agrees with the standard’s vectors, for text, arrays and files', () => {
    expect(sha256('abc')).toBe(ABC);
    expect(sha256(Uint8Array.of(0, 97, 98, 99, 0).subarray(1, 4))).toBe(ABC);
    const folder = mkdtempSync(join(tmpdir(), 'clifford-hash-'));
    try {
      writeFileSync(join(folder, 'a'), 'a'.repeat(1_000_000));
      writeFileSync(join(folder, 'big'), 'a'.repeat(3_000_000));
      expect(sha256File(join(folder, 'a'))).toBe(MILLION_A);
      expect(sha256File(join(folder, 'big'))).toBe(sha256('a'.repeat(3_000_000)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('hashes numbers by their little-endian bytes', () => {
    expect(sha256(Uint16Array.of(0x6261))).toBe(sha256('ab'));
  });
});

describe('canonical JSON', () => {
  it('does not depend on the order of keys, at any depth', () => {
    const a = { b: 1, a: { y: [1, { q: 1, p: 2 }], x: null }, c: undefined };
    const b = { a: { x: null, y: [1, { p: 2, q: 1 }] }, b: 1 };
    expect(canonicalJson(a)).toBe('{"a":{"x":null,"y":[1,{"p":2,"q":1}]},"b":1}');
    expect(specHash(a)).toBe(specHash(b));
  });

  it('tells different content apart', () => {
    const all = [{ a: [1, 2] }, { a: [2, 1] }, { a: '1,2' }, { a: [[1], 2] }, { b: [1, 2] }];
    expect(new Set(all.map(specHash)).size).toBe(all.length);
  });

  it.each([
    [{ a: [0, NaN] }, '$.a[1]: got NaN, expected a finite number'],
    [{ a: Infinity }, '$.a: got Infinity, expected a finite number'],
    [{ a: new Map() }, '$.a: got a Map, expected plain JSON data'],
    [{ a: 1n }, '$.a: got a value of type bigint, expected plain JSON data'],
    [[undefined], '$[0]: got a value of type undefined, expected plain JSON data'],
  ])('refuses what JSON would lose: %o', (value, message) => {
    expect(() => canonicalJson(value)).toThrow(message);
  });
});
