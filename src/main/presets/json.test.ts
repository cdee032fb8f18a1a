import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from './json.ts';

describe('parseJson', () => {
  it('reads everything that JSON.parse reads, to the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseJson(text, 't')).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses whatever JSON.parse refuses', () => {
    // Random damage to valid documents: one character replaced or removed.
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', '0', 'x', '\n'),
        (value, at, by) => {
          const whole = JSON.stringify(value);
          const i = at % whole.length;
          const text = whole.slice(0, i) + by + whole.slice(i + 1);
          if (accepts(() => JSON.parse(text))) return;
          expect(accepts(() => parseJson(text, 't'))).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    [
      '{"a": {"b": NaN}}',
      't, line 1, column 13 (a.b): got NaN, expected a finite number (JSON has no NaN or Infinity)',
    ],
    [
      '{"a":\n  [1, -Infinity]}',
      't, line 2, column 7 (a[1]): got -Infinity, expected a finite number (JSON has no NaN or Infinity)',
    ],
    ['{"a": 1e999}', 't, line 1, column 7 (a): got 1e999, which is too large, expected a finite number'],
    ['{"a": 1, "a": 2}', 't, line 1, column 10: got the field "a" twice, expected it once'],
    ['{"a": 1,}', 't, line 1, column 9: got a comma before "}", expected none there'],
    ['{"a": 1', 't, line 1, column 8: got the end of the file, expected "," or "}"'],
    ['', 't: got an empty file, expected JSON'],
    ['[1] 2', 't, line 1, column 5: got "2" after the end, expected nothing'],
  ])('says where and what is wrong in %j', (text, message) => {
    expect(() => parseJson(text, 't')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', message }));
  });

  it('keeps a field named __proto__ an ordinary field', () => {
    const value = parseJson('{"__proto__": {"polluted": true}}', 't') as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(['__proto__']);
  });

  it('refuses deep nesting instead of overflowing the stack, with a sentence of a readable length', () => {
    expect(messageOf(() => parseJson('['.repeat(100_000), 't'))).toMatch(
      /^t, line 1, column 101 \(\[0\].{40,60}\[0\]\): got more than 100 levels, expected fewer$/,
    );
    const deep = `${'{"abc":'.repeat(90)}NaN${'}'.repeat(90)}`;
    expect(messageOf(() => parseJson(deep, 't')).length).toBeLessThan(200);
  });

  it.each([
    ['a string', `["${'ab'.repeat(25_000_000)}"]`],
    ['escapes', `["${'\\n'.repeat(5_000_000)}"]`],
    ['digits', `[0.${'1'.repeat(8_000_000)}]`],
  ])('reads %s of megabytes', (_, text) => {
    // As one pattern, the string overflowed the stack of the regular expression.
    expect(parseJson(text, 't')).toEqual(JSON.parse(text));
  });

  it('says so when a string of megabytes does not end, shortly', () => {
    expect(messageOf(() => parseJson(`"${'a'.repeat(10_000_000)}`, 't'))).toBe(
      't, line 1, column 1: got a string that does not end or has a bad escape, expected a string',
    );
    expect(messageOf(() => parseJson('1'.repeat(1_000_000), 't')).length).toBeLessThan(200);
  });
});

function messageOf(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected an error');
}

function accepts(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}
