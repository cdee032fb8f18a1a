import { canonicalJson, sha256 } from '../../files/hash.ts';
import { RunSpec } from '../../shared/run-spec.ts';
import { regionThumbnail } from './region-thumbnail.ts';
import type { Db } from './store/database.ts';
import { patchRun } from './store/runs.ts';
import type { RunRow } from './store/schema.ts';

/** Columns that follow from a run's spec alone; tables of runs are sorted and grouped by them. */
export type Description = Pick<
  RunRow,
  'seedlessHash' | 'regionHash' | 'heldOut' | 'lesion' | 'trainingImages' | 'region'
>;

/** Describes a spec as it is recorded. One that this version cannot read has no region, and says so. */
export function describeSpec(json: string, known?: Map<string, Description>): Description {
  const raw = JSON.parse(json) as { seed?: unknown; dataset?: { heldOut?: unknown; lesion?: unknown } };
  const { seed: _, ...seedless } = raw;
  const seedlessHash = sha256(canonicalJson(seedless));
  const layers = [raw.dataset?.heldOut ?? [], raw.dataset?.lesion ?? []];
  const regionHash = sha256(canonicalJson(layers));
  const dataset = canonicalJson(raw.dataset ?? null);
  const before = known?.get(dataset);
  if (before) return { ...before, seedlessHash };
  const none = { seedlessHash, regionHash, heldOut: null, lesion: null, trainingImages: null, region: 'null' };
  const parsed = RunSpec.safeParse(raw);
  if (!parsed.success) return none;
  try {
    const region = regionThumbnail(parsed.data.dataset);
    const { heldOut, lesion, trainingImages } = region;
    const description = { heldOut, lesion, trainingImages, region: JSON.stringify(region) };
    known?.set(dataset, { seedlessHash, regionHash, ...description });
    return { seedlessHash, regionHash, ...description };
  } catch {
    return none; // a dataset that today's checks refuse
  }
}

/** The next run that was recorded before these columns were, if any; `fresh` does not look at spec or points. */
export function nextUndescribed(db: Db): Pick<RunRow, 'pk' | 'spec'> | undefined {
  return db.$client
    .prepare(
      `SELECT pk, spec FROM runs WHERE seedless_hash IS NULL OR region IS NULL ORDER BY pk DESC LIMIT 1`,
    )
    .get() as Pick<RunRow, 'pk' | 'spec'> | undefined;
}

export function describeRun(db: Db, pk: number, description: Description): void {
  patchRun(db, pk, description);
}
