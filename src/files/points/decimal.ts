/**
 * The number that the text in bytes [start, end) says, correctly rounded; NaN if it is no decimal number, infinite if it
 * is beyond what a double holds. Words such as `nan` and `inf` are no numbers here.
 *
 * Up to 15 significant digits with a small power of ten need one exact product or quotient (Clinger's fast path), which
 * spares a string for each cell of a large file; the others go through the language's own parser.
 */
export function parseDecimal(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const first = bytes[at];
  if (first === MINUS || first === PLUS) at++;
  let mantissa = 0;
  let significant = 0;
  let digits = 0;
  let power = 0;
  let fraction = false;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === POINT && !fraction) {
      fraction = true;
      continue;
    }
    const digit = byte - ZERO;
    if (digit < 0 || digit > 9) break;
    digits++;
    if (significant > 0 || digit > 0) significant++;
    if (significant <= EXACT_DIGITS) mantissa = 10 * mantissa + digit;
    if (fraction) power--;
  }
  if (digits === 0) return NaN;
  if (at < end) {
    const exponent = parseExponent(bytes, at, end);
    if (Number.isNaN(exponent)) return NaN;
    power += exponent;
  }
  if (significant > EXACT_DIGITS || power > EXACT_POWER || power < -EXACT_POWER) {
    return Number(asciiText(bytes, start, end));
  }
  const magnitude = power < 0 ? mantissa / POWERS[-power]! : mantissa * POWERS[power]!;
  return first === MINUS ? -magnitude : magnitude;
}

/** Bytes of ASCII as text. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;

/** 10¹⁵ − 1 and 10²² are the greatest of their kind that a double holds exactly. */
const EXACT_DIGITS = 15;
const EXACT_POWER = 22;
const POWERS = Float64Array.from({ length: EXACT_POWER + 1 }, (_, i) => Number(`1e${i}`));

/** `e-5` in [at, end); NaN if it is none. */
function parseExponent(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== 0x65 && bytes[at] !== 0x45) return NaN;
  let i = at + 1;
  const negative = bytes[i] === MINUS;
  if (negative || bytes[i] === PLUS) i++;
  if (i >= end) return NaN;
  let value = 0;
  for (; i < end; i++) {
    const digit = bytes[i]! - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    value = Math.min(1e6, 10 * value + digit); // far beyond what matters
  }
  return negative ? -value : value;
}
