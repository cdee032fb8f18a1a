/** A label value as people write it: no more decimals than it has, with a typographic minus. */
export function labelText(value: number): string {
  return String(Number(value.toFixed(4))).replace('-', '−');
}
