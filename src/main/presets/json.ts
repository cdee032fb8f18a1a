import { invalid } from '../../core/base/errors.ts';

/**
 * Reads JSON (RFC 8259) and, unlike `JSON.parse`, says where and in which field it is wrong, refuses numbers
 * that overflow to Infinity, and refuses a field given twice instead of silently taking the last.
 *
 * @param source what to call the text in messages, for example the file's name
 * @throws CliffordError INVALID_INPUT, one sentence with source, line, column and field
 */
export function parseJson(text: string, source: string): unknown {
  const reader = new Reader(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, source);
  return reader.document();
}

/** Path of a field as a user writes it: `dataset.parts[0].lambda`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let out = '';
  for (const key of path) {
    if (typeof key === 'number') out += `[${key}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(String(key))) out += out === '' ? String(key) : `.${String(key)}`;
    else out += `[${JSON.stringify(String(key))}]`;
  }
  return out;
}

/** A text that fits into a sentence: its beginning and, if it is longer than `most`, its end. */
export function shorten(text: string, most = 60): string {
  if (text.length <= most) return text;
  const end = Math.floor(most / 3);
  return `${text.slice(0, most - end - 1)}…${text.slice(-end)}`;
}

const MAX_DEPTH = 100;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[+-]?[A-Za-z_$][\w$]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

class Reader {
  private at = 0;
  private readonly path: (string | number)[] = [];
  private readonly text: string;
  private readonly source: string;

  constructor(text: string, source: string) {
    this.text = text;
    this.source = source;
  }

  document(): unknown {
    this.space();
    if (this.at === this.text.length) throw invalid(`${this.source}: got an empty file, expected JSON`);
    const value = this.value();
    this.space();
    if (this.at < this.text.length) throw this.error(`got ${this.token()} after the end, expected nothing`);
    return value;
  }

  private value(): unknown {
    const c = this.text[this.at];
    if (c === '{') return this.object();
    if (c === '[') return this.array();
    if (c === '"') return this.string('a string');
    const number = this.match(NUMBER);
    if (number !== null) {
      const value = Number(number);
      if (!Number.isFinite(value)) {
        this.at -= number.length;
        throw this.error(`got ${shorten(number)}, which is too large, expected a finite number`);
      }
      return value;
    }
    const start = this.at;
    const word = this.match(WORD);
    if (word === 'true') return true;
    if (word === 'false') return false;
    if (word === 'null') return null;
    this.at = start;
    if (word !== null && /^[+-]?(nan|inf(inity)?)$/i.test(word)) {
      throw this.error(`got ${word}, expected a finite number (JSON has no NaN or Infinity)`);
    }
    throw this.error(`got ${this.token()}, expected a value`);
  }

  private object(): Record<string, unknown> {
    this.enter();
    const out: Record<string, unknown> = {};
    this.space();
    while (this.text[this.at] !== '}') {
      if (this.text[this.at] !== '"') throw this.error(`got ${this.token()}, expected "field" or }`);
      const keyAt = this.at;
      const key = this.string('a field name');
      if (Object.hasOwn(out, key)) {
        this.at = keyAt;
        throw this.error(`got the field ${shorten(JSON.stringify(key))} twice, expected it once`);
      }
      this.path.push(key);
      this.space();
      if (this.text[this.at] !== ':') throw this.error(`got ${this.token()}, expected ":" and a value`);
      this.at++;
      this.space();
      // defineProperty, so that a field named __proto__ stays an ordinary (unknown) field.
      const value = this.value();
      Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true });
      this.path.pop();
      this.separator('}');
    }
    this.at++;
    return out;
  }

  private array(): unknown[] {
    this.enter();
    const out: unknown[] = [];
    this.space();
    while (this.text[this.at] !== ']') {
      this.path.push(out.length);
      out.push(this.value());
      this.path.pop();
      this.separator(']');
    }
    this.at++;
    return out;
  }

  private enter(): void {
    if (this.path.length >= MAX_DEPTH) throw this.error(`got more than ${MAX_DEPTH} levels, expected fewer`);
    this.at++;
  }

  /** After an element: a comma and another element, or the closing bracket. */
  private separator(close: string): void {
    this.space();
    if (this.text[this.at] === close) return;
    if (this.text[this.at] !== ',') throw this.error(`got ${this.token()}, expected "," or "${close}"`);
    this.at++;
    this.space();
    if (this.text[this.at] === close) throw this.error(`got a comma before "${close}", expected none there`);
  }

  private string(what: string): string {
    const end = this.stringEnd();
    if (end === null)
      throw this.error(`got a string that does not end or has a bad escape, expected ${what}`);
    const raw = this.text.slice(this.at, end);
    this.at = end;
    return JSON.parse(raw) as string;
  }

  /**
   * Where the string that starts here ends, past its closing quote; null if it does not, or holds a bad escape or a
   * control character. A loop, since one pattern for the whole string overflows the pattern's stack in long ones.
   */
  private stringEnd(): number | null {
    let i = this.at + 1;
    while (i < this.text.length) {
      const c = this.text.charCodeAt(i);
      if (c === 0x22) return i + 1; // "
      if (c < 0x20) return null;
      if (c === 0x5c) {
        ESCAPE.lastIndex = i;
        if (!ESCAPE.test(this.text)) return null;
        i = ESCAPE.lastIndex;
      } else i++;
    }
    return null;
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.at += found[0].length;
    return found[0];
  }

  private space(): void {
    while (this.at < this.text.length && ' \t\n\r'.includes(this.text[this.at]!)) this.at++;
  }

  private token(): string {
    if (this.at >= this.text.length) return 'the end of the file';
    const word = /^[\w$+\-.]+|^./s.exec(this.text.slice(this.at, this.at + 40))![0];
    return JSON.stringify(word);
  }

  private error(what: string): Error {
    const before = this.text.slice(0, this.at).split('\n');
    const place = `${this.source}, line ${before.length}, column ${before.at(-1)!.length + 1}`;
    const field = this.path.length > 0 ? ` (${shorten(formatPath(this.path))})` : '';
    return invalid(`${place}${field}: ${what}`);
  }
}
