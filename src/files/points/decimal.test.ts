import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDecimal } from './decimal.ts';

const parse = (text: string) => {
  const bytes = Buffer.from(`,${text};`);
  return parseDecimal(bytes, 1, bytes.length - 1);
};

describe('parseDecimal', () => {
  it('is what the language’s own parser says, for any double as it prints itself', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        // 0 and −0 print alike.
        expect(parse(String(value))).toBe(value + 0);
        expect(parse(value.toExponential())).toBe(value + 0);
      }),
      { numRuns: 2000 },
    );
  });

  it('rounds correctly, whatever the number of digits and the power of ten', () => {
    // The fast path must not be taken where its product would be rounded twice.
    const text = fc
      .tuple(
        fc.constantFrom('', '-', '+'),
        fc.stringMatching(/^\d{1,20}$/),
        fc.stringMatching(/^(\.\d{0,20})?$/),
        fc.option(fc.integer({ min: -340, max: 340 })),
      )
      .map(([sign, whole, part, power]) => `${sign}${whole}${part}${power === null ? '' : `e${power}`}`);
    fc.assert(
      fc.property(text, (number) => {
        expect(parse(number)).toBe(Number(number));
      }),
      { numRuns: 3000 },
    );
  });

  it.each(['.5', '5.', '-0', '+1', '1E+3', '1e-05', '0000000000000000000001', '9007199254740993'])(
    'reads %s',
    (text) => expect(parse(text)).toBe(Number(text)),
  );

  it.each([
    '',
    '-',
    '.',
    'e5',
    '1e',
    '1e+',
    '1.2.3',
    '1,5',
    '0x10',
    '1_000',
    '1 2',
    'nan',
    'Infinity',
    '1f',
    '--1',
  ])('takes %j for no number', (text) => expect(parse(text)).toBeNaN());

  it('says that a number is beyond a double, also with an exponent of many digits', () => {
    expect(parse('1e309')).toBe(Infinity);
    expect(parse('-1e99999999999999999999')).toBe(-Infinity);
    expect(parse('1e-99999999999999999999')).toBe(0);
  });
});
