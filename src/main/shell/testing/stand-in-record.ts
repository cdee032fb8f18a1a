/** Part of the stand-in for `electron`: what it was asked, in order. */
export const recorded: { name: string; args: unknown[] }[] = [];

/** A function that does nothing but be recorded. */
export function record(name: string): (...args: unknown[]) => undefined {
  return (...args) => void recorded.push({ name, args });
}
