import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMetrics, parseMetrics } from './metrics-csv.ts';

describe('metrics as CSV', () => {
  it('reads back every double and every key as it was', () => {
    const series = fc.uniqueArray(
      fc.tuple(fc.nat(2 ** 40), fc.double({ noNaN: true, noDefaultInfinity: true })),
      { selector: ([step]) => step, maxLength: 8 },
    );
    // Keys with commas, quotes and line ends are no more than text.
    const key = fc.string({ minLength: 1, unit: fc.constantFrom('a', ',', '"', '\n', '\r', 'µ', ' ') });
    fc.assert(
      fc.property(fc.dictionary(key, series, { maxKeys: 5 }), (metrics) => {
        const points = Object.entries(metrics).flatMap(([k, all]) =>
          all.map(([step, value]) => ({ step, key: k, value })),
        );
        // toStrictEqual tells -0 from 0.
        expect(parseMetrics(encodeMetrics(metrics), 'm')).toStrictEqual(points);
      }),
    );
  });

  it('is what Python writes and reads: shortest digits, one header line', () => {
    expect(
      encodeMetrics({
        loss: [
          [1, 0.1],
          [2, 1 / 3],
          [3, 1e-7],
        ],
      }),
    ).toBe('step,key,value\n1,loss,0.1\n2,loss,0.3333333333333333\n3,loss,1e-7\n');
    // As spreadsheets save it.
    expect(parseMetrics('step,key,value\r\n1,"a,b",2\r\n', 'm')).toEqual([{ step: 1, key: 'a,b', value: 2 }]);
    expect(parseMetrics('step,key,value', 'm')).toEqual([]);
  });

  it.each([
    ['', /empty file/],
    ['step,value\n1,2\n', /expected step,key,value/],
    ['step,key,value\n1,loss\n', /record 2: got "1,loss"/],
    ['step,key,value\n1,loss,2,3\n', /record 2/],
    ['step,key,value\n1.5,loss,2\n', /expected a step/],
    ['step,key,value\n1,loss,NaN\n', /finite number/],
    ['step,key,value\n1,loss,1e999\n', /finite number/],
    ['step,key,value\n1,loss,\n', /finite number/],
    ['step,key,value\n1,,2\n', /a key/],
    ['step,key,value\n1,"loss,2\n', /quote that does not end/],
    [`step,key,value\n1,"${'x'.repeat(2 ** 20)}`, /quote that does not end/],
  ])('refuses %j', (text, message) => {
    expect(() => parseMetrics(text, 'metrics.csv')).toThrow(message);
  });
});
