import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { openRows, type StreamedTensor, writeSafetensorsStream } from './safetensors-stream.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clifford-stream-'));
  path = join(folder, 'a.safetensors');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const values = Float32Array.from({ length: 21 }, (_, i) => Math.sin(i));
const labels = Float32Array.from({ length: 14 }, (_, i) => i / 3);
const codes = Uint8Array.of(0, 1, 2, 0, 1, 2, 255);

async function* inPieces(data: Float32Array, ...cuts: number[]): AsyncGenerator<Float32Array> {
  for (const [i, from] of [0, ...cuts].entries()) yield data.slice(from, cuts[i]);
}

const streamed = (change: Partial<StreamedTensor> = {}) =>
  ({
    codes: { type: 'U8', shape: [7], pieces: [codes] },
    values: { type: 'F32', shape: [7, 3], pieces: inPieces(values, 4, 4, 20), ...change },
    labels: { type: 'F32', shape: [7, 2], pieces: [labels] },
  }) as const;

describe('writeSafetensorsStream', () => {
  it('writes the very bytes of a file that is written at once, and says what it wrote', async () => {
    const written = await writeSafetensorsStream(path, streamed(), { tap: 'down2' });
    const whole = join(folder, 'b.safetensors');
    const expected = writeSafetensors(
      whole,
      {
        labels: { shape: [7, 2], data: labels },
        values: { shape: [7, 3], data: values },
        codes: { shape: [7], data: codes },
      },
      { tap: 'down2' },
    );
    expect(readFileSync(path).equals(readFileSync(whole))).toBe(true);
    expect(written).toEqual(expected);
    expect(readSafetensors(path).tensors.get('codes')!.data).toEqual(codes);
  });

  it.each([
    [
      'too few',
      () => inPieces(values.slice(0, 20)),
      /"values": got 20 values for shape \(7,3\), expected 21/,
    ],
    ['too many', () => inPieces(new Float32Array(24), 10), /"values": got at least 24 values .* expected 21/],
    [
      'a source that fails',
      async function* () {
        yield values.slice(0, 3);
        throw new Error('the network went away');
      },
      /the network went away/,
    ],
  ])('leaves nothing behind after %s, and the old file as it was', async (_, pieces, message) => {
    writeFileSync(path, 'old');
    await expect(writeSafetensorsStream(path, streamed({ pieces: pieces() }))).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual(['a.safetensors']);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('asks for a piece only when the one before is written', async () => {
    let [made, most] = [0, 0];
    async function* source(): AsyncGenerator<Float32Array> {
      for (let i = 0; i < 7; i++) {
        most = Math.max(most, ++made);
        yield values.slice(3 * i, 3 * i + 3);
        made--;
      }
    }
    await writeSafetensorsStream(path, streamed({ pieces: source() }));
    expect(most).toBe(1);
  });
});

describe('openRows', () => {
  it('reads the rows asked for', async () => {
    await writeSafetensorsStream(path, streamed(), { tap: 'down2' });
    const rows = openRows(path, 'values');
    expect([rows.count, rows.dimension, rows.metadata]).toEqual([7, 3, { tap: 'down2' }]);
    expect(rows.read(2, 5)).toEqual(values.slice(6, 15));
    expect(rows.read(0, 7)).toEqual(values);
    expect(rows.read(7, 7)).toHaveLength(0);
    expect(() => rows.read(5, 8)).toThrow('rows 5 to 8 of 7');
    rows.dispose();
  });

  it('refuses what holds no such matrix, and files that are cut off', async () => {
    await writeSafetensorsStream(path, streamed());
    expect(() => openRows(path, 'codes')).toThrow(
      /expected a tensor "codes" of F32 \(rows, columns\), got U8 \(7\)/,
    );
    expect(() => openRows(path, 'other')).toThrow(/got nothing of that name/);
    truncateSync(path, readFileSync(path).length - 1);
    expect(() => openRows(path, 'values')).toThrow(/truncated/);
    writeFileSync(path, 'short');
    expect(() => openRows(path, 'values')).toThrow(/not a safetensors file: 5 bytes/);
    expect(() => openRows(join(folder, 'none'), 'values')).toThrow(/no such file/);
  });
});
