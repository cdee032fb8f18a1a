import { encode } from 'fast-png';
import { invalid } from '../core/base/errors.ts';

/** 8-bit picture, row-major from the top, channels interleaved. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** (height, width, channels) in 0 … 255 */
  readonly data: Uint8Array;
}

/**
 * Gray values of an image in model units: −1 is black, 1 white. Values beyond are drawn as black or white,
 * because a sampler without clipping overshoots; the arrays stored beside pictures keep them.
 * @param image (height, width) float32
 * @throws CliffordError INVALID_INPUT when it holds NaN
 */
export function grayPicture(image: ArrayLike<number>, width: number, height = width): Picture {
  if (image.length !== width * height) {
    throw invalid(`picture: got ${image.length} values, expected ${width}×${height} = ${width * height}`);
  }
  const data = new Uint8Array(image.length);
  for (let i = 0; i < data.length; i++) {
    const v = image[i]!;
    if (Number.isNaN(v)) throw invalid(`picture: got NaN at index ${i}, expected numbers from -1 to 1`);
    data[i] = Math.round((Math.min(1, Math.max(-1, v)) + 1) * 127.5);
  }
  return { width, height, channels: 1, data };
}

/** Each pixel becomes a factor×factor square (nearest neighbour). */
export function enlarge(picture: Picture, factor: number): Picture {
  if (!Number.isInteger(factor) || factor < 1) {
    throw invalid(`enlargement: got ${factor}, expected an integer of at least 1`);
  }
  const { width, height, channels, data } = picture;
  const stride = width * factor * channels;
  const out = new Uint8Array(stride * height * factor);
  for (let row = 0; row < height; row++) {
    const first = row * factor * stride;
    for (let column = 0; column < width; column++) {
      for (let i = 0; i < factor; i++) {
        for (let c = 0; c < channels; c++) {
          out[first + (column * factor + i) * channels + c] = data[(row * width + column) * channels + c]!;
        }
      }
    }
    for (let i = 1; i < factor; i++) out.copyWithin(first + i * stride, first, first + stride);
  }
  return { width: width * factor, height: height * factor, channels, data: out };
}

/**
 * Pictures of equal size side by side, row by row, on a ground of one gray value.
 * @param columns pictures in a row
 * @param gap pixels between pictures and around them
 */
export function contactSheet(pictures: readonly Picture[], columns: number, gap = 2, ground = 255): Picture {
  const first = pictures[0];
  if (!first) throw invalid('contact sheet: got no pictures, expected at least one');
  const { width, height, channels } = first;
  const across = Math.min(columns, pictures.length);
  const sheetWidth = across * (width + gap) + gap;
  const sheetHeight = Math.ceil(pictures.length / across) * (height + gap) + gap;
  const data = new Uint8Array(sheetWidth * sheetHeight * channels).fill(ground);
  pictures.forEach((p, i) => {
    if (p.width !== width || p.height !== height || p.channels !== channels) {
      throw invalid(`contact sheet: picture ${i} is ${p.width}×${p.height}, expected ${width}×${height}`);
    }
    const left = gap + (i % across) * (width + gap);
    const top = gap + Math.floor(i / across) * (height + gap);
    for (let row = 0; row < height; row++) {
      const line = p.data.subarray(row * width * channels, (row + 1) * width * channels);
      data.set(line, ((top + row) * sheetWidth + left) * channels);
    }
  });
  return { width: sheetWidth, height: sheetHeight, channels, data };
}

/** PNG bytes, 8 bits a channel. */
export function encodePng({ width, height, channels, data }: Picture): Uint8Array {
  if (data.length !== width * height * channels) {
    throw invalid(`png: got ${data.length} values, expected ${width}×${height}×${channels}`);
  }
  return encode({ width, height, channels, depth: 8, data });
}
