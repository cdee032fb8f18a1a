import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router';

/** What a run's page keeps in its address, so that a reload or a link shows the same. */

export type Label = readonly [x: number, y: number];

/** Labels in an address: `3,7.5;4,8`. What is no label is left out. */
export function parseLabels(query: unknown): Label[] {
  if (typeof query !== 'string') return [];
  return query.split(';').flatMap((text) => {
    const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
    return numbers.length === 2 && numbers.every(Number.isFinite) ? [[numbers[0]!, numbers[1]!]] : [];
  });
}

export function formatLabels(labels: readonly Label[]): string | null {
  const short = (v: number): string => String(Number(v.toFixed(4)));
  return labels.length === 0 ? null : labels.map((label) => label.map(short).join()).join(';');
}

/** Changes parts of the address without leaving the page; null takes a part out. */
export function useAddress(): (change: Readonly<Record<string, string | null>>) => void {
  const [route, router] = [useRoute(), useRouter()];
  // Changes made before the router is done with the last one add up.
  let pending: LocationQueryRaw | null = null;
  return (change) => {
    const query: LocationQueryRaw = { ...(pending ?? route.query) };
    for (const [key, value] of Object.entries(change)) {
      if (value === null) delete query[key];
      else query[key] = value;
    }
    pending = query;
    void router.replace({ query }).finally(() => {
      if (pending === query) pending = null;
    });
  };
}
