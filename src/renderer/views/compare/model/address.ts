/** The part of the comparison that its address holds: `?runs=a,b,c&view=Name`. */
export interface Address {
  /** Ids in their order, each once. */
  readonly runs: readonly string[];
  /** Name of the view that is open; null for none. */
  readonly view: string | null;
}

type Query = Readonly<Record<string, string | null | readonly (string | null)[] | undefined>>;

export function readAddress(query: Query): Address {
  const runs = texts(query['runs'])
    .flatMap((text) => text.split(','))
    .map((id) => id.trim())
    .filter((id) => id !== '' && id.length <= 64);
  const [view] = texts(query['view']);
  return { runs: [...new Set(runs)], view: view === undefined || view === '' ? null : view };
}

export function writeAddress({ runs, view }: Address): Record<string, string> {
  return {
    ...(runs.length === 0 ? {} : { runs: runs.join(',') }),
    ...(view === null ? {} : { view }),
  };
}

/** How many runs the command line compares. */
export const COMMAND_RUNS = { least: 2, most: 50 } as const;

/** What prints the same comparison in a terminal; with a step, accuracies up to that step. */
export function compareCommand(runs: readonly { readonly id: string }[], step: number | null): string {
  return [
    'clifford',
    'compare',
    ...runs.map(({ id }) => id),
    ...(step === null ? [] : ['--step', step]),
  ].join(' ');
}

function texts(value: Query[string]): string[] {
  const list = Array.isArray(value) ? (value as readonly (string | null)[]) : [value as string | null];
  return list.filter((text) => text !== null && text !== undefined);
}
