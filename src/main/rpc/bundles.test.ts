import { expect, it } from 'vitest';
import { fileNameOf } from './bundles.ts';

it.each([
  ['cross 32', 'cross 32'],
  ['a/b\\c:d"e', 'a-b-c-d-e'],
  ['..', 'run'],
  ['\u202e%', '--'],
])('names the file of %j %j', (name, file) => {
  expect(fileNameOf(name)).toBe(file);
});

it.each(['𝒜'.repeat(60), `a${'𝒜'.repeat(59)}`, '实'.repeat(120)])('cuts no letter in half: %s', (name) => {
  const file = fileNameOf(name);
  expect(name.startsWith(file)).toBe(true);
  expect(() => encodeURIComponent(file)).not.toThrow();
  // The limit of ext4, APFS and NTFS, the ending included.
  expect(Buffer.byteLength(`${file}.clifford`)).toBeLessThanOrEqual(255);
});
