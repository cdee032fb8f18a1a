import { z } from 'zod';
import { BundleContents } from '../../shared/contract/bundles.ts';
import { ArtifactKind, ErrorRecord, Evaluation, RunEvent, RunState } from '../../shared/records.ts';

/**
 * The run bundle, version 1: one zip file that holds a run. docs/bundle-format.md is its description for readers; a
 * change of meaning raises the version, new optional fields do not.
 */
export const FORMAT = 'clifford-bundle';
export const FORMAT_VERSION = 1;
export const EXTENSION = '.clifford';

export const MANIFEST = 'manifest.json';
/** Documents that every bundle has besides the manifest. */
export const DOCUMENTS = {
  spec: 'spec.json',
  metrics: 'metrics.csv',
  evaluations: 'evaluations.json',
  events: 'events.json',
  environment: 'environment.json',
} as const;
/** Files of the run's folder are below this one, under their own names. */
export const ARTIFACTS = 'artifacts/';
/** Pictures made for the bundle; an import checks them and leaves them behind. */
export const FIGURES = 'figures/';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
const time = z.iso.datetime();
/** Shown in tables, so no control characters. */
const word = z
  .string()
  .max(200)
  .regex(/^\P{Cc}*$/u, 'expected text without control characters');

export const BundleFile = z.object({
  path: z.string().min(1).max(400),
  bytes: z.int().min(0),
  sha256,
  kind: z.enum(['document', 'figure', ...ArtifactKind.options]),
  /** Of artifacts: the training step they belong to. */
  step: z.int().min(0).nullable(),
  /** Of checkpoints and milestones: sha256 of the little-endian bytes of their flat parameter vector. */
  weights: sha256.nullable(),
  /** Of artifacts: when they were recorded. */
  createdAt: time.nullable(),
});
export type BundleFile = z.infer<typeof BundleFile>;

export const BundleRun = z.object({
  /** It becomes the name of a folder. */
  id: z.string().regex(/^[0-9a-z]{1,32}$/, 'expected up to 32 small letters and digits'),
  name: z.string(),
  preset: word.nullable(),
  tags: z.array(z.string()).max(1000),
  note: z.string().max(10_000),
  starred: z.boolean(),
  state: RunState,
  reason: ErrorRecord.nullable(),
  seed: z.int().min(0),
  step: z.int().min(0),
  steps: z.int().min(1),
  /** Of training, all stretches together. */
  seconds: z.number().min(0),
  engine: word.nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  /** sha256 of the canonical JSON of spec.json. */
  specHash: sha256,
  /** Of the newest checkpoint's flat parameter vector (at the end of a finished run: of its last step). */
  weights: sha256.nullable(),
  weightsStep: z.int().min(0).nullable(),
  parent: z.object({ id: z.string().min(1).max(64), name: z.string().nullable() }).nullable(),
});
export type BundleRun = z.infer<typeof BundleRun>;

export const Manifest = z.object({
  format: z.literal(FORMAT),
  version: z.literal(FORMAT_VERSION),
  /** Version of Clifford that wrote it. */
  clifford: z.string(),
  contents: BundleContents,
  run: BundleRun,
  /** Everything in the bundle but the manifest. Artifacts in the order in which the run recorded them. */
  files: z.array(BundleFile).max(100_000),
});
export type Manifest = z.infer<typeof Manifest>;

/** What is read of any version. */
export const ManifestHead = z.object({ format: z.string(), version: z.int() });

export const BundleEvaluations = z.array(
  Evaluation.extend({ source: z.enum(['training', 'request']), createdAt: time }),
);
export const BundleEvents = z.array(RunEvent.extend({ at: time }));
export const BundleEnvironment = z.record(z.string().max(200), z.string().max(10_000));

/**
 * Why a name must not become a path, or null if it may. Letters, digits and `_ + - .` stand for themselves on every
 * system; names that Windows keeps for devices, and endings that it drops, do not.
 */
export function unsafePath(path: string): string | null {
  for (const part of path.split('/')) {
    if (part === '' || part === '.' || part === '..') return 'it does not stay in its folder';
    if (!/^[A-Za-z0-9_+.-]+$/.test(part)) return 'it has characters other than letters, digits and _ + - .';
    if (part.length > 120) return 'a part of it is longer than 120 characters';
    if (part.endsWith('.') || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(part)) {
      return 'Windows cannot have a file of that name';
    }
  }
  return null;
}
