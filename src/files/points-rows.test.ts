import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpy, writeNpy } from './npy.ts';
import { readPoints } from './points-file.ts';
import { openPointRows } from './points-rows.ts';
import { writeSafetensors } from './safetensors.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clifford-rows-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const values = Array.from({ length: 7 * 6 }, (_, i) => Math.sin(i));

describe('openPointRows', () => {
  it.each([
    ['float32.npy', (path: string) => writeNpy(path, { shape: [7, 2, 3], data: Float32Array.from(values) })],
    ['float64.npy', (path: string) => writeNpy(path, { shape: [7, 6], data: Float64Array.from(values) })],
    [
      'tensor.safetensors',
      (path: string) =>
        writeSafetensors(path, {
          representation: { shape: [7, 6], data: Float32Array.from(values) },
          labels: { shape: [7, 2], data: new Float64Array(14) },
        }),
    ],
  ])('reads the same rows of %s as the whole file has', async (name, write) => {
    const path = join(folder, name);
    write(path);
    const whole = await readPoints(path);
    const rows = openPointRows(path, {}, 0)!;
    expect(rows).toMatchObject({ count: 7, dimension: 6, notices: whole.notices });
    for (const [from, to] of [
      [0, 7],
      [0, 0],
      [2, 5],
      [6, 7],
    ] as const) {
      expect(rows.read(from, to)).toEqual(whole.data.slice(6 * from, 6 * to));
    }
    rows.dispose();
    expect(() => rows.read(0, 1)).toThrow();
  });

  it('leaves to others what has to be read whole', () => {
    const small = join(folder, 'small.npy');
    writeNpy(small, { shape: [7, 6], data: Float64Array.from(values) });
    expect(openPointRows(small, {})).toBeNull();
    const integers = join(folder, 'integers.npy');
    writeNpy(integers, { shape: [2, 1], data: Int32Array.of(1, 2) });
    expect(openPointRows(integers, {}, 0)).toBeNull();
    const columns = join(folder, 'columns.npy');
    const bytes = Buffer.concat(encodeNpy({ shape: [2, 1], data: Float32Array.of(1, 2) }));
    writeFileSync(columns, Buffer.from(bytes.toString('latin1').replace('False', 'True '), 'latin1'));
    expect(openPointRows(columns, {}, 0)).toBeNull();
    expect(openPointRows('-', { format: 'npy' }, 0)).toBeNull();
    expect(openPointRows(join(folder, 'missing.csv'), {}, 0)).toBeNull();
    expect(openPointRows(folder, { format: 'npy' }, 0)).toBeNull(); // whoever reads it says what it is
  });

  it('names what is wrong with a file', () => {
    const cut = join(folder, 'cut.npy');
    writeNpy(cut, { shape: [7, 6], data: Float64Array.from(values) });
    truncateSync(cut, 300);
    expect(() => openPointRows(cut, {}, 0)).toThrow(/cut\.npy: truncated: 300 bytes, expected 464/);
    const flat = join(folder, 'flat.npy');
    writeNpy(flat, { shape: [42], data: Float64Array.from(values) });
    expect(() => openPointRows(flat, {}, 0)).toThrow(/shape \(42,\), expected \(points, coordinates\)/);
    const other = join(folder, 'other.safetensors');
    const tensor = { shape: [7, 6], data: Float32Array.from(values) };
    writeSafetensors(other, { a: tensor, b: tensor });
    expect(() => openPointRows(other, {}, 0)).toThrow(/no tensor "representation", it holds a, b/);
    expect(() => openPointRows(join(folder, 'missing.npy'), {}, 0)).toThrow(/missing\.npy: no such file/);
  });
});
