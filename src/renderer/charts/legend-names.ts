/**
 * How a legend writes names such as `σ = 0.5`: the quantity once, at the first, and then values alone. Names that do not
 * all begin alike are left whole.
 */
export function sharedQuantity(names: readonly string[]): (name: string) => string {
  const [first = ''] = names;
  const end = first.indexOf(' = ') + 3;
  const quantity = first.slice(0, end);
  if (end < 3 || !names.every((name) => name.startsWith(quantity))) return (name) => name;
  return (name) => (name === first ? name : name.slice(end));
}
