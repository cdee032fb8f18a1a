import { canonicalJson, sha256 } from '../../files/hash.ts';
import { RunSpec } from '../../shared/run-spec.ts';
import type { Context } from './context.ts';
import { regionThumbnail } from './region-thumbnail.ts';
import { isFull, isReadOnly } from './storage-cause.ts';
import { patchRun, undescribedRuns } from './store/runs.ts';
import type { RunRow } from './store/schema.ts';

/** Columns that follow from a run's spec alone; tables of runs are sorted and grouped by them. */
export type Description = Pick<
  RunRow,
  'seedlessHash' | 'regionHash' | 'heldOut' | 'lesion' | 'trainingImages' | 'region'
>;

const NO_REGION = { heldOut: null, lesion: null, trainingImages: null, region: 'null' };

/**
 * Describes a spec as it is recorded. One that this version cannot read has no region.
 * @param regions of datasets that were described before
 */
export function describeSpec(json: string, regions = new Map<string, Partial<RunRow>>()): Description {
  const { seed: _, ...rest } = parse(json);
  const { heldOut = [], lesion = [] } = rest.dataset ?? {};
  const hashes = {
    seedlessHash: sha256(canonicalJson(rest)),
    regionHash: sha256(canonicalJson([heldOut, lesion])),
  };
  const dataset = canonicalJson(rest.dataset ?? null);
  const region = regions.get(dataset) ?? regionOf(json);
  regions.set(dataset, region);
  return { ...NO_REGION, ...hashes, ...region };
}

function parse(json: string): { seed?: unknown; dataset?: { heldOut?: unknown; lesion?: unknown } } {
  try {
    return JSON.parse(json) as ReturnType<typeof parse>;
  } catch {
    return {}; // not even JSON: told by whoever needs the spec
  }
}

function regionOf(json: string): Partial<RunRow> {
  try {
    const region = regionThumbnail(RunSpec.parse(JSON.parse(json)).dataset);
    const { heldOut, lesion, trainingImages } = region;
    return { heldOut, lesion, trainingImages, region: JSON.stringify(region) };
  } catch {
    return NO_REGION; // written by another version, or a dataset that today's checks refuse
  }
}

const SLICE_MS = 40;
const REST_MS = 60;

/**
 * Describes runs that were recorded before these columns were: for a moment now, and on from time to time until all
 * are, since building a dataset of the paper's size takes tens of milliseconds.
 */
export function describeOldRuns(ctx: Context): void {
  const regions = new Map<string, Partial<RunRow>>();
  const slice = (): void => {
    if (ctx.hub.closed.aborted) return;
    const until = performance.now() + SLICE_MS;
    const old = ctx.store.read((db) => undescribedRuns(db, 100));
    if (old.length === 0) return;
    const found: [number, Description][] = [];
    for (const { pk, spec } of old) {
      found.push([pk, describeSpec(spec, regions)]);
      if (performance.now() > until) break;
    }
    try {
      ctx.store.write((db) => found.forEach(([pk, description]) => patchRun(db, pk, description)));
    } catch (error) {
      if (isFull(error) || isReadOnly(error)) return; // at the next opening, then
      throw error;
    }
    setTimeout(slice, REST_MS).unref();
  };
  slice();
}
