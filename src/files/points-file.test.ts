import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpy } from './npy.ts';
import { readPoints, type ReadPointsOptions } from './points-file.ts';
import { csvReader } from './points/csv.ts';
import { writeSafetensors } from './safetensors.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clifford-points-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let written = 0;
/** A file of this content, read. */
function read(name: string, content: string | Uint8Array, options: ReadPointsOptions = {}) {
  const path = join(folder, `${written++}-${name}`);
  writeFileSync(path, content);
  return readPoints(path, options);
}

const rowsOf = ({ data, count, dimension }: { data: ArrayLike<number>; count: number; dimension: number }) =>
  Array.from({ length: count }, (_, i) =>
    Array.from({ length: dimension }, (_, k) => data[i * dimension + k]!),
  );

describe('csv', () => {
  const two = [
    [1, -2.5],
    [3e-4, 4],
  ];

  it.each([
    ['commas', '1,-2.5\n3e-4,4\n'],
    ['semicolons, quotes and CRLF', '"1";"-2.5"\r\n"3e-4" ; "4"\r\n'],
    ['tabs and CR', '1\t-2.5\r3e-4\t4\r'],
    ['blanks of any number', '  1   -2.5\n\t3e-4 \t 4  '],
    ['commas with blanks and tabs', '1, -2.5\n3e-4,\t4'],
    ['quotes between blanks', '"1" "-2.5"\n"3e-4"  "4"'],
    ['a byte order mark', '\ufeff1,-2.5\n3e-4,4'],
    ['comments and empty lines', '# made by hand\n\n1,-2.5\n   # more\n  \n3e-4,4\n\n'],
  ])('reads %s', async (_, text) => {
    const points = await read('a.csv', text);
    expect(rowsOf(points)).toEqual(two);
    expect(points.names).toBeNull();
  });

  it('takes a first row without any number for the names of the columns', async () => {
    const points = await read('a.csv', '"x, first";y\n1;-2.5\n3e-4;4\n');
    expect(points.names).toEqual(['x, first', 'y']);
    expect(rowsOf(points)).toEqual(two);
  });

  it('reads the same whatever pieces the stream comes in', () => {
    const text = Buffer.from('\ufeffa,b\r\n1.25,"-2"\r\n\r\n# c\r\n3e2,4\r5,6');
    const whole = csvReader('f', { room: null });
    whole.feed(text);
    const expected = whole.end();
    expect(expected).toMatchObject({ rows: 3, columns: 2, names: ['a', 'b'] });
    expect([...expected.data]).toEqual([1.25, -2, 300, 4, 5, 6]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: text.length })), (cuts) => {
        const reader = csvReader('f', { room: null });
        const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
        for (let i = 1; i < edges.length; i++) reader.feed(text.subarray(edges[i - 1], edges[i]));
        expect(reader.end()).toEqual(expected);
      }),
    );
  });

  it('counts lines as an editor does, in whatever pieces they come', () => {
    const text = Buffer.from('1,2\r\n\r\n3,4\r\n5,x');
    for (let cut = 0; cut <= text.length; cut++) {
      const reader = csvReader('f', { room: null });
      reader.feed(text.subarray(0, cut));
      reader.feed(text.subarray(cut));
      expect(() => reader.end(), `cut at ${cut}`).toThrow(/^f, line 4, column 2: got "x"/);
    }
  });

  it('gives back every double that was written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()), {
          minLength: 1,
        }),
        async (rows) => {
          const points = await read('a.csv', rows.map((row) => row.join(',')).join('\n'), { header: false });
          // 0 and −0 print alike.
          expect(rowsOf(points)).toEqual(rows.map((row) => row.map((v) => v + 0)));
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each([
    ['an empty file', '', /: got an empty file, expected rows of numbers/],
    ['comments alone', '# nothing\n', /got no row, expected rows of numbers/],
    ['a header alone', 'x,y\n', /got a header and no row/],
    [
      'a ragged row',
      'x,y\n1,2\n\n3\n',
      /, line 4: got 1 number, expected 2 as in line 1; rows must be equally long/,
    ],
    ['a row that is too long', '1,2\n3,4,5\n', /, line 2: got 3 numbers, expected 2 as in line 1/],
    ['text', 'x,y\n1,2\n3,four\n', /, line 3, column 2 \(y\): got "four", expected a number$/],
    ['NaN', '1,2\n3,NaN\n', /, line 2, column 2: got "NaN", expected a finite number; leave such rows out/],
    [
      'infinity in the first row',
      '1,-inf\n3,4\n',
      /, line 1, column 2: got "-inf", expected a finite number/,
    ],
    ['a number beyond a double', '1,2\n1e999,4\n', /, line 2, column 1: got "1e999", which is too large/],
    ['an empty cell', '1,2\n3,\n', /, line 2, column 2: got an empty cell, expected a number/],
    [
      'a decimal comma',
      '1;2\n"3,5";4\n',
      /, line 2, column 1: got "3,5", expected a number with a decimal point/,
    ],
    ['an open quote', '1,"2\n', /, line 1: got a quote that is not closed/],
    ['text after a quote', '"1"2,3\n', /, line 1: got text after a closing quote/],
    ['a comment after numbers', '1,2 # here\n', /column 2: got "2 # here", expected a number/],
    [
      'row numbers as pandas writes them',
      ',a,b\n0,1,2\n',
      /line 1: got a first column without a name.*index=False/,
    ],
    [
      'column numbers as pandas writes them',
      '0,1,2\n0.5,1,2\n',
      /line 1: got 0, 1, 2 .*--header or --no-header/,
    ],
    ['half a header', 'x,2\n1,2\n', /line 1, column 1: got "x", expected a number/],
    ['UTF-16', Buffer.from('\ufeff1,2\n', 'utf16le'), /got text in UTF-16, expected UTF-8/],
    ['bytes', Buffer.from([1, 0, 0, 7, 10]), /line 1: got a zero byte, expected text/],
  ])('says what is wrong with %s', async (_, content, message) => {
    await expect(read('a.csv', content)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(message),
    });
  });

  it('is told what a first row of column numbers is', async () => {
    const text = '0,1\n0.5,1\n';
    expect(rowsOf(await read('a.csv', text, { header: true }))).toEqual([[0.5, 1]]);
    expect(rowsOf(await read('a.csv', text, { header: false }))).toEqual([
      [0, 1],
      [0.5, 1],
    ]);
    // Sites of a lattice are whole numbers and may well begin so.
    expect((await read('a.csv', '0,1\n0,2\n')).count).toBe(2);
  });

  it('gives up when the numbers no longer fit, not when the machine does', async () => {
    const text = '1,2,3,4\n'.repeat(20_000);
    await expect(read('a.csv', text, { room: 300_000 })).rejects.toThrow(
      /got more numbers than memory holds \(\d+ numbers so far: .* GB\), expected at most 0.000300 GB; take fewer points/,
    );
    expect((await read('a.csv', text, { room: 2_000_000 })).count).toBe(20_000);
  });

  it('tells how far it is', async () => {
    const seen: number[] = [];
    await read('a.csv', '1,2\n'.repeat(600_000), { onProgress: (fraction) => seen.push(fraction) });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });
});

describe('json', () => {
  it.each([
    ['an array of arrays', '[[1, -2.5], [3e-4, 4]]'],
    [
      'the field of an object',
      '{"name": "a \\" b", "of": {"deep": [1, {"x": [null, true]}]}, "points": [[1,-2.5],[3e-4,4]]}',
    ],
    ['other space', '\ufeff\n[\r\n[1,\t-2.5],\n[3e-4,4]\n]\n'],
  ])('reads %s', async (_, text) => {
    expect(rowsOf(await read('a.json', text))).toEqual([
      [1, -2.5],
      [3e-4, 4],
    ]);
  });

  it('takes the field that is asked for, or the points', async () => {
    expect(rowsOf(await read('a.json', '{"sites": [[1, 2]], "size": 4}', { kind: 'sites' }))).toEqual([
      [1, 2],
    ]);
    expect(rowsOf(await read('a.json', '{"points": [[1, 2]]}', { kind: 'labels' }))).toEqual([[1, 2]]);
  });

  it('gives back every double that was written, in whatever shape it is printed', async () => {
    const row = fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1 }), fc.boolean(), async (rows, wide) => {
        const points = await read('a.json', JSON.stringify(rows, null, wide ? 2 : 0));
        expect(rowsOf(points)).toEqual(JSON.parse(JSON.stringify(rows)));
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['', /got an empty file/],
    ['[]', /column 2: got an empty array, expected rows/],
    ['[[]]', /\(row 1\): got an empty row/],
    ['[1, 2]', /line 1, column 2 \(row 1\): got "1", expected an array of coordinates/],
    ['[[1, 2],\n [3]]', /line 2, column 5 \(row 2\): got 1 number, expected 2 as in row 1/],
    ['[[1, 2],\n [3, NaN]]', /line 2, column 6 \(row 2\): got NaN, expected a finite number/],
    ['[[1, null]]', /\(row 1\): got null, expected a finite number; leave such rows out/],
    ['[[1, 1e999]]', /got 1e999, which is too large/],
    ['[[1, "2"]]', /column 6 \(row 1\): got .*, expected a number/],
    ['[[[1, 2]]]', /\(row 1\): got an array, expected a number/],
    ['[[1, 2]', /got the end of the file, expected "," or "]"/],
    ['[[1, 2]] 3', /got "3" after the end, expected nothing/],
    ['[[1 2]]', /got "2", expected "," or "]"/],
    ['[[1, +2]]', /expected a number/],
    [
      '{"data": [[1, 2]], "x": 1}',
      /got the fields data, x, expected an array of arrays of numbers, or it as "points"/,
    ],
    ['{}', /got an empty object/],
    ['{"points": [[1, 2]], "points": [[1, 2]]}', /got a second array of rows, "points"/],
    ['{"points" [[1]]}', /expected ":" and a value/],
    ['{"a": [1, "points": [[1]]}', /got the end of the file|expected/],
    ['nonsense', /got "nonsense", expected an array of arrays/],
  ])('says what is wrong with %j', async (text, message) => {
    await expect(read('a.json', text)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(message),
    });
  });

  it('notices a file that is cut short at any place', async () => {
    const text = '{"a": [1, {"b": "c"}], "points": [[1.5, 2], [3, 4]]}';
    for (let n = 0; n < text.length; n++) {
      await expect(read('a.json', text.slice(0, n)), text.slice(0, n)).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      });
    }
  });
});

describe('npy and safetensors', () => {
  const npy = (shape: number[], data: Float32Array | Float64Array | BigInt64Array | Int32Array) => {
    const path = join(folder, `${written++}.npy`);
    writeNpy(path, { shape, data });
    return readPoints(path);
  };

  it('keeps float32, takes integers as float64, and flattens further axes, saying so', async () => {
    const floats = await npy([2, 2], Float32Array.of(0.1, 2, 3, 4));
    expect(floats.data).toEqual(Float32Array.of(0.1, 2, 3, 4));
    expect(floats.notices).toEqual([]);
    expect((await npy([2, 1], BigInt64Array.of(-3n, 4n))).data).toEqual(Float64Array.of(-3, 4));
    const limit = 2n ** 53n;
    expect((await npy([2, 1], BigInt64Array.of(limit, -limit))).data).toEqual(
      Float64Array.of(2 ** 53, -(2 ** 53)),
    );
    // 2^53 + 1 would become 2^53.
    await expect(npy([2, 2], BigInt64Array.of(1n, 2n, 3n, -limit - 1n))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(
        /row 1, coordinate 1 .*got the integer -9007199254740993, .*at most 2\^53 = 9007199254740992/,
      ),
    });
    const image = await npy([2, 1, 2, 2], Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    expect(rowsOf(image)).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
    expect(image.notices).toEqual([
      expect.stringMatching(/shape \(2, 1, 2, 2\), taken as 2 points of 4 coordinates/),
    ]);
  });

  it.each<[string, number[], Float64Array, RegExp]>([
    [
      'one axis',
      [3],
      Float64Array.of(1, 2, 3),
      /shape \(3,\), expected \(points, coordinates\); reshape\(-1, 1\)/,
    ],
    ['a scalar', [], Float64Array.of(1), /shape \(\), expected/],
    ['no points', [0, 3], new Float64Array(0), /an empty array of shape \(0, 3\)/],
    [
      'NaN',
      [2, 2],
      Float64Array.of(1, 2, NaN, 4),
      /, row 1, coordinate 0 \(both from 0\): got NaN, expected a finite/,
    ],
  ])('refuses %s', async (_, shape, data, message) => {
    await expect(npy(shape, data)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(message),
    });
  });

  it('reads the representation and the labels of one safetensors file', async () => {
    const path = join(folder, 'r.safetensors');
    writeSafetensors(path, {
      representation: { shape: [2, 1, 2], data: Float32Array.of(1, 2, 3, 4) },
      labels: { shape: [2, 2], data: Float64Array.of(0, 0.5, 0, 1) },
    });
    expect(rowsOf(await readPoints(path))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(rowsOf(await readPoints(path, { kind: 'labels' }))).toEqual([
      [0, 0.5],
      [0, 1],
    ]);
    await expect(readPoints(path, { tensor: 'weights' })).rejects.toThrow(
      /no tensor "weights", it holds .*representation.*; say --tensor/,
    );
  });

  it('refuses a file that is larger than what is free, before it is read', async () => {
    const path = join(folder, 'large.npy');
    writeNpy(path, { shape: [1000, 4], data: new Float64Array(4000) });
    await expect(readPoints(path, { room: 20_000 })).rejects.toThrow(
      /more numbers than memory holds \(the whole file/,
    );
  });
});

describe('where points come from', () => {
  it('reads standard input in the format that is said', async () => {
    const stdin = () => Readable.from([Buffer.from('1,2\n3'), Buffer.from(',4\n')]);
    expect(rowsOf(await readPoints('-', { format: 'csv', stdin: stdin() }))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const json = Readable.from([Buffer.from('[[1,'), Buffer.from('2]]')]);
    expect(rowsOf(await readPoints('-', { format: 'json', stdin: json }))).toEqual([[1, 2]]);
    await expect(readPoints('-', { stdin: stdin() })).rejects.toThrow(
      'standard input: got no format, expected --format csv, json, npy, safetensors',
    );
    await expect(readPoints('-', { format: 'csv', stdin: Readable.from([]) })).rejects.toThrow(
      'standard input: got an empty file',
    );
  });

  it('says which endings it knows, and takes another with a format', async () => {
    await expect(read('points.xlsx', '1,2')).rejects.toThrow(
      /points.xlsx: got a file of the kind .xlsx, expected .csv, .tsv, .txt, .dat, .json, .npy, .safetensors, or --format/,
    );
    await expect(readPoints(join(folder, 'points'))).rejects.toThrow(/got a name without an ending/);
    expect((await read('points.table', '1,2', { format: 'csv' })).count).toBe(1);
  });

  it.each(['csv', 'json', 'npy', 'safetensors'])('names a missing .%s file, and a folder', async (ending) => {
    const path = join(folder, `missing.${ending}`);
    await expect(readPoints(path)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `${path}: no such file`,
    });
    const nested = join(folder, `folder.${ending}`);
    mkdirSync(nested);
    await expect(readPoints(nested)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: `${nested}: got a folder, expected a file of points`,
    });
  });
});
