/** What to add and to take away so that a run's tags become these. Spaces around a tag do not count. */
export function tagChange(
  before: readonly string[],
  after: readonly string[],
): { add: string[]; remove: string[] } {
  const wanted = new Set(after.map((tag) => tag.trim()).filter((tag) => tag !== ''));
  const had = new Set(before);
  return {
    add: [...wanted].filter((tag) => !had.has(tag)),
    remove: before.filter((tag) => !wanted.has(tag)),
  };
}

/** Tags of several runs, and how many of the runs have each. */
export function countTags(
  runs: readonly { readonly tags: readonly string[] }[],
): { tag: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const tag of runs.flatMap((run) => run.tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].map(([tag, count]) => ({ tag, count })).sort((a, b) => (a.tag < b.tag ? -1 : 1));
}
