import { z } from 'zod';
import { CliffordError, invalid } from '../../core/base/errors.ts';
import { canonicalJson, specHash } from '../../files/hash.ts';
import { checkRun } from '../../shared/check-run.ts';
import type { RunState, RunSummary } from '../../shared/records.ts';
import { RunSpec } from '../../shared/run-spec.ts';
import type { Workbench } from './api.ts';
import { needLiveRun, needRun, type Context } from './context.ts';
import { describeSpec } from './description.ts';
import { newRunId, newRunName } from './names.ts';
import { finishPurge, recoverOrphans } from './recovery.ts';
import * as table from './store/runs.ts';
import type { RunRow } from './store/schema.ts';
import { isFull } from './storage-cause.ts';

/** What users change of runs: they are made, named, tagged, deleted, stopped. */

export function createRun(ctx: Context, input: Parameters<Workbench['createRun']>[0]): RunSummary {
  const parsed = RunSpec.safeParse(input.spec);
  if (!parsed.success) throw invalid(`spec: ${z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ')}`);
  const spec = parsed.data;
  checkRun(spec);
  const given = input.name === undefined ? undefined : checkName('name', input.name);
  const tags = (input.tags ?? []).map((tag) => checkName('tag', tag));
  const now = new Date(ctx.now());
  const json = canonicalJson(spec);
  const description = describeSpec(json);
  return ctx.store.write((db) => {
    const parent = input.parent === undefined ? null : needParent(ctx, input.parent, spec);
    const taken = (name: string) =>
      table.findRuns(db, { includeDeleted: true, limit: 1 }, table.nameIs(name)).length > 0;
    let id = newRunId(now);
    while (table.getRun(db, id)) id = newRunId(now);
    const row = table.insertRun(db, {
      id,
      name: given ?? newRunName(input.preset, taken),
      preset: input.preset ?? null,
      spec: json,
      specHash: specHash(spec),
      seed: spec.seed,
      steps: spec.training.steps,
      createdAt: now.toISOString(),
      parentId: parent?.id ?? null,
      ...description,
    });
    table.changeTags(db, row.pk, tags, []);
    return table.summarizeRun(db, row);
  });
}

/** Runs of different seeds cannot be compared image by image. */
function needParent(ctx: Context, id: string, spec: RunSpec): RunRow {
  const parent = needLiveRun(ctx, id);
  if (parent.seed === spec.seed) return parent;
  throw invalid(
    `seed: got ${spec.seed}, expected ${parent.seed}, the seed of run ${parent.id} (${parent.name}) that this one is ` +
      `forked from, so that the two can be paired`,
  );
}

/** Names and tags are shown in tables and typed on command lines. @throws CliffordError INVALID_INPUT */
export function checkName(what: 'name' | 'tag', text: string): string {
  const name = text.trim();
  // eslint-disable-next-line no-control-regex
  if (name.length < 1 || name.length > 120 || /[\u0000-\u001f\u007f]/.test(name)) {
    throw invalid(
      `${what} ${JSON.stringify(text)}: expected 1 to 120 characters, none of them control characters`,
    );
  }
  if (what === 'name' && name === 'latest') {
    throw invalid('name "latest" stands for the newest run; expected another name');
  }
  return name;
}

/** Checks and changes a run in one transaction. */
function change(ctx: Context, runId: string, patch: (row: RunRow) => Partial<RunRow>): RunSummary {
  return ctx.store.write((db) => {
    const row = needRun(ctx, runId);
    return table.summarizeRun(db, table.patchRun(db, row.pk, patch(row)));
  });
}

function changeLive(ctx: Context, runId: string, patch: Partial<RunRow>): RunSummary {
  return change(ctx, runId, () => (needLiveRun(ctx, runId), patch));
}

export function rename(ctx: Context, runId: string, name: string): RunSummary {
  return changeLive(ctx, runId, { name: checkName('name', name) });
}

export function star(ctx: Context, runId: string, starred: boolean): RunSummary {
  return changeLive(ctx, runId, { starred });
}

const NOTE_LIMIT = 10_000;

export function note(ctx: Context, runId: string, text: string): RunSummary {
  if (text.length > NOTE_LIMIT) {
    throw invalid(`note: got ${text.length} characters, expected at most ${NOTE_LIMIT}`);
  }
  return changeLive(ctx, runId, { note: text });
}

export function tag(
  ctx: Context,
  runId: string,
  { add = [], remove: gone = [] }: { add?: string[]; remove?: string[] },
): RunSummary {
  const names = add.map((name) => checkName('tag', name));
  return ctx.store.write((db) => {
    const row = needLiveRun(ctx, runId);
    table.changeTags(db, row.pk, names, gone);
    return table.summarizeRun(db, row);
  });
}

export function remove(ctx: Context, runId: string): RunSummary {
  return change(ctx, runId, (row) => {
    if (row.state === 'running') {
      throw conflict(row, `is running; stop it first with \`clifford stop ${row.id}\``);
    }
    if (row.deletedAt) throw conflict(row, `is deleted already, since ${row.deletedAt}`);
    return { deletedAt: ctx.now(), queuePosition: null };
  });
}

export function restore(ctx: Context, runId: string): RunSummary {
  return change(ctx, runId, (row) => {
    if (!row.deletedAt) throw conflict(row, 'is not deleted; nothing to restore');
    if (row.purging) throw conflict(row, 'is being purged and cannot be restored');
    return { deletedAt: null };
  });
}

export function purge(ctx: Context, runId: string): void {
  const mark = (row: RunRow): Partial<RunRow> => {
    if (!row.deletedAt) {
      throw conflict(row, `is not deleted; expected one that is (\`clifford runs rm ${row.id}\`)`);
    }
    return { purging: true };
  };
  try {
    change(ctx, runId, mark);
  } catch (error) {
    if (!isFull(error)) throw error;
    // A full disk does not take the mark; without it, the files go first, which is what makes space.
    mark(needRun(ctx, runId));
  }
  finishPurge(ctx, needRun(ctx, runId));
}

export async function stop(ctx: Context, runId: string, timeoutMs: number, kill: boolean): Promise<RunState> {
  // An orphan would never answer.
  recoverOrphans(ctx);
  ctx.store.write((db) => {
    const row = needRun(ctx, runId);
    if (row.state !== 'running') throw conflict(row, `is ${row.state}, not running; nothing to stop`);
    table.patchRun(db, row.pk, { stopRequest: Math.max(row.stopRequest, kill ? 2 : 1) });
  });
  const deadline = Date.now() + timeoutMs;
  for (let polls = 1; ; polls++) {
    await new Promise((wake) => setTimeout(wake, 100));
    if (polls % 10 === 0) recoverOrphans(ctx);
    const { state } = needRun(ctx, runId);
    if (state !== 'running' || Date.now() >= deadline) return state;
  }
}

function conflict(run: RunRow, what: string): CliffordError {
  return new CliffordError('CONFLICT', `run ${run.id} (${run.name}) ${what}`);
}
