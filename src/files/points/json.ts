import { invalid } from '../../core/base/errors.ts';
import { growing } from './growing.ts';
import { asciiText, parseDecimal } from './decimal.ts';
import type { Table } from './table.ts';

/**
 * Reads an array of arrays of numbers, or an object with such an array in one of the given fields, straight into one
 * array of numbers: a large file never stands in memory as objects.
 * @param fields names of the field that holds the rows, if the document is an object
 * @param room bytes that the numbers may take, or null where that is not known
 * @param source names the file in messages
 * @throws CliffordError INVALID_INPUT naming line, column and row
 */
export function parseJsonRows(
  bytes: Uint8Array,
  source: string,
  { fields, room }: { fields: readonly string[]; room: number | null },
): Table {
  const numbers = growing(room, source);
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let rows = 0;
  let columns = 0;

  function fail(what: string, where = ''): Error {
    let line = 1;
    let lineStart = 0;
    for (let i = 0; i < at; i++) {
      if (bytes[i] === LF) [line, lineStart] = [line + 1, i + 1];
    }
    return invalid(`${source}, line ${line}, column ${at - lineStart + 1}${where}: ${what}`);
  }

  const inRow = () => ` (row ${rows + 1})`;

  function space(): void {
    while (isSpace(bytes[at])) at++;
  }

  /** What stands here, for a message. */
  function token(): string {
    if (at >= bytes.length) return 'the end of the file';
    if (bytes[at] === OPEN) return 'an array';
    if (bytes[at] === BRACE) return 'an object';
    let end = at + 1;
    while (end < bytes.length && end < at + 40 && isWord(bytes[end]!)) end++;
    return JSON.stringify(new TextDecoder().decode(bytes.subarray(at, end)));
  }

  /** After an element: true if another follows, false if the list has ended. */
  function another(close: number, where: string): boolean {
    space();
    if (bytes[at] === close) {
      at++;
      return false;
    }
    if (bytes[at] !== COMMA)
      throw fail(`got ${token()}, expected "," or "${String.fromCharCode(close)}"`, where);
    at++;
    space();
    return true;
  }

  function number(): void {
    const start = at;
    while (at < bytes.length && isWord(bytes[at]!)) at++;
    const end = at;
    const value = parseDecimal(bytes, start, end);
    if (Number.isFinite(value) && JSON_NUMBER_START.has(bytes[start]!)) {
      numbers.push(value);
      return;
    }
    at = start;
    const text = asciiText(bytes, start, Math.min(end, start + 40));
    if (/^[+-]?(nan|inf|infinity|null)$/i.test(text)) {
      throw fail(`got ${text}, expected a finite number; leave such rows out`, inRow());
    }
    if (!Number.isNaN(value) && !Number.isFinite(value)) {
      throw fail(`got ${text}, which is too large, expected a finite number`, inRow());
    }
    throw fail(`got ${token()}, expected a number`, inRow());
  }

  function row(): void {
    if (bytes[at] !== OPEN) {
      throw fail(`got ${token()}, expected an array of coordinates`, inRow());
    }
    at++;
    const before = numbers.length;
    space();
    if (bytes[at] === CLOSE) throw fail('got an empty row, expected an array of coordinates', inRow());
    do number();
    while (another(CLOSE, inRow()));
    const got = numbers.length - before;
    if (rows === 0) columns = got;
    else if (got !== columns) {
      throw fail(
        `got ${got} ${got === 1 ? 'number' : 'numbers'}, expected ${columns} as in row 1; rows must be equally long`,
        inRow(),
      );
    }
    rows++;
  }

  function list(): void {
    if (bytes[at] !== OPEN) throw fail(`got ${token()}, expected an array of arrays of numbers`);
    at++;
    space();
    if (bytes[at] === CLOSE) throw fail('got an empty array, expected rows of numbers');
    do row();
    while (another(CLOSE, ''));
  }

  function object(): void {
    const seen: string[] = [];
    let found = false;
    at++;
    space();
    if (bytes[at] === END_BRACE) at++;
    else {
      do {
        const name = string();
        space();
        if (bytes[at] !== COLON) throw fail(`got ${token()}, expected ":" and a value`);
        at++;
        space();
        if (!fields.includes(name)) {
          seen.push(name);
          skip();
        } else if (found) throw fail(`got a second array of rows, "${name}", expected one`);
        else {
          found = true;
          list();
        }
      } while (another(END_BRACE, ''));
    }
    if (found) return;
    const got = seen.length === 0 ? 'an empty object' : `the fields ${seen.slice(0, 6).join(', ')}`;
    throw invalid(`${source}: got ${got}, expected an array of arrays of numbers, or it as "${fields[0]}"`);
  }

  /** The string that begins here. */
  function string(): string {
    if (bytes[at] !== QUOTE) throw fail(`got ${token()}, expected "field"`);
    const start = at;
    for (at++; at < bytes.length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
    if (at >= bytes.length) throw fail('got the end of the file inside of a string');
    at++;
    try {
      return JSON.parse(new TextDecoder().decode(bytes.subarray(start, at))) as string;
    } catch {
      at = start;
      throw fail('got a string with a bad escape');
    }
  }

  /** Passes over a value of another field. */
  function skip(): void {
    let depth = 0;
    do {
      space();
      const byte = bytes[at];
      if (byte === undefined) throw fail('got the end of the file, expected the end of a value');
      if (byte === QUOTE) string();
      else {
        if (byte === OPEN || byte === BRACE) depth++;
        else if (byte === CLOSE || byte === END_BRACE) depth--;
        else if (isWord(byte)) while (at + 1 < bytes.length && isWord(bytes[at + 1]!)) at++;
        else if (depth === 0 || (byte !== COMMA && byte !== COLON)) {
          throw fail(`got ${token()}, expected a value`);
        }
        at++;
      }
      if (depth < 0) throw fail('got a closing bracket, expected a value');
    } while (depth > 0);
  }

  space();
  if (at >= bytes.length) throw invalid(`${source}: got an empty file, expected rows of numbers`);
  if (bytes[at] === BRACE) object();
  else list();
  space();
  if (at < bytes.length) throw fail(`got ${token()} after the end, expected nothing`);
  return { data: numbers.take(), rows, columns, names: null };
}

const LF = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;
const BRACE = 0x7b;
const END_BRACE = 0x7d;

const isSpace = (byte: number | undefined) => byte === 0x20 || byte === LF || byte === 0x0d || byte === 0x09;

/** JSON numbers begin with a digit or a minus; "+1" and ".5" are none. */
const JSON_NUMBER_START: ReadonlySet<number> = new Set([
  0x2d,
  ...Array.from({ length: 10 }, (_, i) => 0x30 + i),
]);

/** Letters, digits, and what else stands in a number or word. */
function isWord(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x5f ||
    byte >= 0x80
  );
}
