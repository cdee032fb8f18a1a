/** `1 point`, `3 points`: a number with its noun, whose plural ends in s. */
export function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
