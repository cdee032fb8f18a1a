import { tidy } from './transform.ts';

/** Points as text, `x, y` on each line, for entry by hand. */
export function formatPoints(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y]) => `${x}, ${y}`).join('\n');
}

/** Reads points back; commas, semicolons and spaces separate numbers. The problem names the line. */
export function parsePoints(text: string): { points: [number, number][] } | { problem: string } {
  const points: [number, number][] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const words = line.split(/[\s,;]+/).filter((word) => word !== '');
    if (words.length === 0) continue;
    const numbers = words.map((word) => Number(word.replace('−', '-')));
    if (numbers.length !== 2 || !numbers.every(Number.isFinite)) {
      return { problem: `line ${i + 1}: expected two numbers, got “${line.trim()}”` };
    }
    points.push([tidy(numbers[0]!), tidy(numbers[1]!)]);
  }
  return { points };
}
