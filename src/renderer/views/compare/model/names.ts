/** Names that are unique in a comparison: runs of the same name are told apart by the start of their ids. */
export function uniqueNames(runs: readonly { readonly id: string; readonly name: string }[]): string[] {
  const count = new Map<string, number>();
  for (const { name } of runs) count.set(name, (count.get(name) ?? 0) + 1);
  return runs.map(({ id, name }) => (count.get(name) === 1 ? name : `${name} (${id})`));
}

/**
 * What to call a group of runs that differ in the seed only: what their names begin with in common, without a seed's
 * prefix at its end; else the name of the first with "and n more".
 */
export function groupName(names: readonly string[]): string {
  const [first = ''] = names;
  if (names.length <= 1) return first;
  let length = 0;
  while (length < first.length && names.every((name) => name[length] === first[length])) length++;
  const stem = first.slice(0, length).replace(/(?:[\s\-_.,·(]+(?:seed|s)?[\s\-_.=]*|seed=?)$/i, '');
  return stem.length >= 2 ? stem : `${first} and ${names.length - 1} more`;
}

/** Names of groups, unique: groups of one name are numbered. */
export function groupNames(groups: readonly (readonly { readonly name: string }[])[]): string[] {
  const names = groups.map((runs) => groupName(runs.map(({ name }) => name)));
  const seen = new Map<string, number>();
  return names.map((name) => {
    if (names.filter((other) => other === name).length === 1) return name;
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    return `${name} #${number}`;
  });
}
