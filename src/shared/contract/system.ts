import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { EngineName } from '../engine-protocol.ts';
import { runId } from './runs.ts';

/** The machine, the home folder, settings, and documents that the window keeps there. */

export const SystemInfo = z.object({
  version: z.string(),
  home: z.string(),
  platform: z.string(),
  node: z.string(),
  electron: z.string().nullable(),
  pid: z.int(),
  /** Logical cores and total memory. */
  cores: z.int(),
  memoryBytes: z.number(),
  homeBytes: z.number(),
  databaseBytes: z.number(),
  /** Of representations that `pruneRepresentations` would delete. */
  representationBytes: z.number(),
  freeBytes: z.number().nullable(),
});
export type SystemInfo = z.infer<typeof SystemInfo>;

/** What `clifford doctor` says. */
export const DoctorView = z.object({
  /** Nothing is broken: training works here. */
  works: z.boolean(),
  checks: z.array(
    z.object({
      name: z.string(),
      status: z.enum(['ok', 'warning', 'broken']),
      detail: z.string(),
      /** What to do about it, if anything should be done. */
      fix: z.string().optional(),
    }),
  ),
});
export type DoctorView = z.infer<typeof DoctorView>;

export const Settings = z.object({
  engine: EngineName.default('auto'),
  /** Threads of one run; null is one for each core. */
  threads: z.int().min(1).max(1024).nullable().default(null),
});
export type Settings = z.infer<typeof Settings>;

/** JSON that a window keeps in the home: drafts, layouts, named views. */
export const StoredDocument = z.object({
  key: z.string().regex(/^[a-z][\w./:-]{0,199}$/, 'expected a key of letters, digits and . / : _ -'),
  value: z.json(),
  /** Milliseconds since 1970 by the writer's clock; an older one never replaces a newer one. */
  savedAt: z.number(),
});
export type StoredDocument = z.infer<typeof StoredDocument>;

/** What the shell (a menu, a file opened from the desktop) asks the window to do. */
export const ShellCommand = z.discriminatedUnion('type', [
  z.object({ type: z.literal('navigate'), to: z.string() }),
  z.object({
    type: z.literal('action'),
    name: z.enum([
      'undo',
      'redo',
      'new-design',
      'export',
      'import',
      'palette',
      'about',
      'next-step',
      'previous-step',
    ]),
  }),
  z.object({ type: z.literal('theme'), theme: z.enum(['system', 'light', 'dark']) }),
  /** Something to tell the user: the end of a run, a bundle that was imported. */
  z.object({
    type: z.literal('notice'),
    level: z.enum(['info', 'success', 'warning', 'error']),
    text: z.string(),
    runId: z.string().nullable(),
  }),
]);
export type ShellCommand = z.infer<typeof ShellCommand>;

export const systemContract = {
  info: oc.output(SystemInfo),
  doctor: oc.output(DoctorView),
  /** Deletes the stored representations of all runs that are not deleted; they are read again when they are needed. */
  pruneRepresentations: oc.output(z.object({ files: z.int(), bytes: z.number() })),
  settings: oc.output(Settings),
  changeSettings: oc.input(Settings.partial()).output(Settings),
  /** The last lines of a run's engine.log, or of the service's own log. */
  log: oc
    .input(z.object({ id: runId.nullable(), bytes: z.int().min(1).max(1_000_000).default(64_000) }))
    .output(z.object({ file: z.string(), text: z.string() })),
  document: oc.input(z.object({ key: z.string() })).output(StoredDocument.nullable()),
  documents: oc.input(z.object({ prefix: z.string() })).output(z.array(StoredDocument)),
  /** Returns what is kept now: the given one, or a newer one that was there. */
  saveDocument: oc.input(StoredDocument).output(StoredDocument),
  removeDocument: oc.input(z.object({ key: z.string() })).output(z.object({ removed: z.boolean() })),
  commands: oc.output(eventIterator(ShellCommand)),
};
