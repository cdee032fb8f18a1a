import { counted } from '../../core/base/counted.ts';
import { invalid } from '../../core/base/errors.ts';
import { growing } from './growing.ts';
import { parseDecimal } from './decimal.ts';
import type { Table } from './table.ts';

export interface CsvOptions {
  /** Whether the first row names the columns; undefined: it does if none of its cells is a number. */
  readonly header?: boolean | undefined;
  /** Bytes that the numbers may take, or null where that is not known. */
  readonly room: number | null;
}

/**
 * Reads rows of numbers as they come in: separated by comma, semicolon, tab or blanks (the first line shows which),
 * cells quoted or not, lines ended by LF, CRLF or CR, a byte order mark, empty lines and lines that begin with # left
 * out, the first row a header or not.
 * @param source names the file in messages
 */
export function csvReader(source: string, { header, room }: CsvOptions) {
  const numbers = growing(room, source);
  let rest: Uint8Array = new Uint8Array(0);
  let begun = false;
  let line = 0;
  let afterCarriageReturn = false;
  let separator: number | null = null;
  let names: readonly string[] | null = null;
  let columns = 0;
  let firstLine = 0;
  let rows = 0;
  /** A first row 0, 1, 2, … may be a header of column numbers; decided when the other rows are known. */
  let counting = false;
  let fractions = false;

  const at = () => `${source}, line ${line}`;

  /** One line without its end. */
  function take(bytes: Uint8Array, start: number, end: number): void {
    let first = start;
    while (first < end && isBlank(bytes[first]!)) first++;
    if (first === end || bytes[first] === HASH) return;
    if (separator === null) {
      if (bytes.subarray(start, end).includes(0)) {
        throw invalid(`${at()}: got a zero byte, expected text (UTF-8) with rows of numbers`);
      }
      separator = findSeparator(bytes, start, end);
      firstLine = line;
      if (takeHeader(cellsOf(bytes, start, end))) return;
    }
    takeRow(bytes, start, end);
  }

  function takeHeader(cells: readonly string[]): boolean {
    const numeric = cells.map((cell) => isNumber(cell) || NOT_FINITE.test(cell));
    if (header === false) return false;
    if (header !== true) {
      counting = cells.length > 1 && cells.every((cell, i) => cell === String(i));
      if (cells[0] === '' && cells.length > 1) {
        throw invalid(
          `${at()}: got a first column without a name, as of row numbers, expected coordinates only; ` +
            'write the file without it (in pandas: index=False), or say --header to take it as a coordinate',
        );
      }
      if (numeric.some((is) => is)) return false; // whatever is wrong with the others is said of the row
    }
    names = cells;
    columns = cells.length;
    return true;
  }

  function takeRow(bytes: Uint8Array, start: number, end: number): void {
    const before = numbers.length;
    let cell = start;
    for (let column = 1; ; column++) {
      const [from, to, next] = cellAt(bytes, cell, end);
      const value = parseDecimal(bytes, from, to);
      if (!Number.isFinite(value)) throw wrongCell(bytes, from, to, column, value);
      if (!fractions && !Number.isInteger(value)) fractions = true;
      numbers.push(value);
      if (next === null) break;
      cell = next;
    }
    const got = numbers.length - before;
    if (columns === 0) columns = got;
    else if (got !== columns) {
      throw invalid(
        `${at()}: got ${counted(got, 'number')}, expected ${columns} as in line ${firstLine}; rows must be equally long`,
      );
    }
    rows++;
  }

  /** Where a cell begins and ends, without blanks and quotes, and where the next begins (null: it is the last). */
  function cellAt(bytes: Uint8Array, start: number, end: number): [number, number, number | null] {
    let from = start;
    while (from < end && (bytes[from] === SPACE || (bytes[from] === TAB && separator !== TAB))) from++;
    if (bytes[from] === QUOTE && from < end) {
      const close = bytes.indexOf(QUOTE, from + 1);
      if (close === -1 || close >= end) {
        throw invalid(
          `${at()}: got a quote that is not closed, expected one around a number on the same line`,
        );
      }
      let after = close + 1;
      while (after < end && bytes[after] === SPACE) after++;
      const apart = after === end || bytes[after] === separator || (separator === SPACE && after > close + 1);
      if (!apart && bytes[after] !== TAB) {
        throw invalid(`${at()}: got text after a closing quote, expected a separator or the end of the line`);
      }
      return [from + 1, close, afterCell(bytes, after, end)];
    }
    let to = from;
    if (separator === SPACE) while (to < end && !isBlank(bytes[to]!)) to++;
    else while (to < end && bytes[to] !== separator) to++;
    let last = to;
    while (last > from && isBlank(bytes[last - 1]!)) last--;
    return [from, last, afterCell(bytes, to, end)];
  }

  function afterCell(bytes: Uint8Array, to: number, end: number): number | null {
    if (to >= end) return null;
    if (separator !== SPACE) return to + 1;
    let next = to;
    while (next < end && isBlank(bytes[next]!)) next++;
    return next === end ? null : next;
  }

  function cellsOf(bytes: Uint8Array, start: number, end: number): string[] {
    const cells: string[] = [];
    for (let cell: number | null = start; cell !== null;) {
      const [from, to, next] = cellAt(bytes, cell, end);
      cells.push(decoder.decode(bytes.subarray(from, to)));
      cell = next;
    }
    return cells;
  }

  function wrongCell(bytes: Uint8Array, from: number, to: number, column: number, value: number): Error {
    const text = decoder.decode(bytes.subarray(from, to));
    const place = `${at()}, column ${column}${names?.[column - 1] ? ` (${shorten(names[column - 1]!)})` : ''}`;
    if (text === '') return invalid(`${place}: got an empty cell, expected a number`);
    const got = `${place}: got ${JSON.stringify(shorten(text))}`;
    if (NOT_FINITE.test(text)) return invalid(`${got}, expected a finite number; leave such rows out`);
    if (!Number.isNaN(value)) return invalid(`${got}, which is too large, expected a finite number`);
    if (/^[+-]?\d+,\d+$/.test(text)) return invalid(`${got}, expected a number with a decimal point`);
    return invalid(`${got}, expected a number`);
  }

  function feed(chunk: Uint8Array): void {
    let bytes = chunk;
    if (rest.length > 0) {
      bytes = new Uint8Array(rest.length + chunk.length);
      bytes.set(rest);
      bytes.set(chunk, rest.length);
    }
    if (!begun) {
      if (bytes.length < 3) {
        rest = bytes.slice();
        return;
      }
      begun = true;
      bytes = withoutMark(bytes, source);
    }
    let start = 0;
    for (;;) {
      const end = lineEnd(bytes, start);
      if (end === -1) break;
      // The second half of CRLF ends no further line.
      if (!(bytes[end] === LF && afterCarriageReturn && end === start)) {
        line++;
        take(bytes, start, end);
      }
      afterCarriageReturn = bytes[end] === CR;
      start = end + 1;
    }
    rest = bytes.slice(start);
    if (rest.length > 0) afterCarriageReturn = false;
    if (rest.length > LONGEST_LINE) {
      throw invalid(
        `${source}, line ${line + 1}: got more than ${LONGEST_LINE} bytes in one line, expected a row of numbers on each`,
      );
    }
  }

  return {
    feed,
    /** @throws CliffordError INVALID_INPUT if there is no row, or the first cannot be told from a header */
    end(): Table {
      if (!begun) rest = withoutMark(rest, source);
      if (rest.length > 0) {
        line++;
        take(rest, 0, rest.length);
      }
      if (rows === 0) {
        const found = line === 0 ? 'an empty file' : names === null ? 'no row' : 'a header and no row';
        throw invalid(`${source}: got ${found}, expected rows of numbers`);
      }
      if (counting && fractions && rows > 1) {
        const row = Array.from({ length: Math.min(columns, 3) }, (_, i) => i).join(', ');
        throw invalid(
          `${source}, line ${firstLine}: got ${row}${columns > 3 ? ', …' : ''} in the first row, which may be column ` +
            'numbers or a point; say --header or --no-header',
        );
      }
      return { data: numbers.take(), rows, columns, names };
    },
  };
}

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;
const HASH = 0x23;
const QUOTE = 0x22;

/** Room for rows of millions of numbers; what is longer is no table. */
const LONGEST_LINE = 2 ** 27;

const NOT_FINITE = /^[+-]?(nan|inf|infinity|na|null|none)$/i;
const decoder = new TextDecoder();

const isBlank = (byte: number) => byte === SPACE || byte === TAB;
const shorten = (text: string) => (text.length <= 40 ? text : `${text.slice(0, 39)}…`);

function isNumber(text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  return !Number.isNaN(parseDecimal(bytes, 0, bytes.length));
}

function lineEnd(bytes: Uint8Array, start: number): number {
  for (let i = start; i < bytes.length; i++) {
    if (bytes[i] === LF || bytes[i] === CR) return i;
  }
  return -1;
}

/** What separates the cells of a line, looked for outside of quotes; blanks only where nothing else does. */
function findSeparator(bytes: Uint8Array, start: number, end: number): number {
  const found = new Set<number>();
  let quoted = false;
  for (let i = start; i < end; i++) {
    if (bytes[i] === QUOTE) quoted = !quoted;
    else if (!quoted) found.add(bytes[i]!);
  }
  return [0x3b, 0x2c, TAB].find((separator) => found.has(separator)) ?? SPACE;
}

/** @throws CliffordError INVALID_INPUT for UTF-16, which spreadsheets call Unicode text */
function withoutMark(bytes: Uint8Array, source: string): Uint8Array {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw invalid(`${source}: got text in UTF-16, expected UTF-8`);
  }
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
