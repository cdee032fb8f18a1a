import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { RunQuery } from '../../shared/contract/runs.ts';
import { openWorkbench } from './service.ts';
import { migrate, readMigrations } from './store/migrate.ts';
import {
  cleanUp,
  errorOf,
  script,
  SCRIPTED_ENGINE,
  temporaryFolder,
  testWorkbench,
  until,
} from './testing/home.ts';
import { testSpec } from './testing/spec.ts';

/**
 * Real full and read-only file systems, by small tmpfs mounts: permissions prove nothing when tests run as root. Where
 * mounting is not possible these tests do not exist, and one of another name stands for them in the report.
 */
const canMount = ((): boolean => {
  if (process.platform !== 'linux') return false;
  const folder = `/tmp/clifford-mount-${process.pid}`;
  mkdirSync(folder);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status === 0;
  if (mounted) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  return mounted;
})();

function mountTmpfs(size: string): string {
  const folder = temporaryFolder();
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  if (status !== 0) throw new Error(`mount: ${String(stderr)}`);
  cleanUp(() => spawnSync('umount', ['-l', folder]));
  return folder;
}

function remountReadOnly(folder: string): void {
  const { status, stderr } = spawnSync('mount', ['-o', 'remount,ro', folder]);
  if (status !== 0) throw new Error(`remount: ${String(stderr)}`);
}

/** Takes all the space there is. */
function fill(folder: string): string {
  const file = join(folder, 'ballast');
  const chunk = new Uint8Array(4096);
  try {
    for (;;) writeFileSync(file, chunk, { flag: 'a' });
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
  }
  return file;
}

if (!canMount)
  test('mounting is not possible here: full and read-only disks are NOT tested', () => {
    console.warn(
      'storage-faults: this user cannot mount a tmpfs; full and read-only home folders were not tested',
    );
    expect(canMount).toBe(false);
  });

if (canMount)
  test('a read-only home can be read if it has a history; everything else is one clear sentence', async () => {
    const empty = mountTmpfs('64k');
    remountReadOnly(empty);
    expect(await errorOf(() => openWorkbench({ home: join(empty, 'home') }))).toMatchObject({
      code: 'STORAGE',
      message: expect.stringMatching(
        /home folder .* is on a read-only file system; expected a folder that can be written/,
      ),
    });
    const home = mountTmpfs('4m');
    const workbench = openWorkbench({ home });
    const { id } = workbench.createRun({ spec: testSpec(), name: 'kept' });
    const before = workbench.showRun(id);
    workbench.close();
    remountReadOnly(home);
    const reading = testWorkbench(home);
    expect(reading.listRuns().map((run) => run.name)).toEqual(['kept']);
    expect(reading.showRun(id)).toEqual(before);
    for (const action of [
      () => reading.remove(id),
      () => reading.createRun({ spec: testSpec() }),
      () => reading.train(id, { engine: 'auto' }),
    ]) {
      expect(await errorOf(action)).toMatchObject({
        code: 'STORAGE',
        message: expect.stringMatching(/read-only/),
      });
    }
  });

if (canMount)
  test('a disk too small for the history, or full, is one clear sentence', async () => {
    const tiny = mountTmpfs('64k');
    expect(await errorOf(() => openWorkbench({ home: tiny }))).toMatchObject({
      code: 'STORAGE',
      message: expect.stringMatching(/disk is full|full disk/),
    });
    const full = mountTmpfs('64k');
    fill(full);
    expect(await errorOf(() => openWorkbench({ home: full }))).toMatchObject({
      code: 'STORAGE',
      message: expect.stringMatching(/disk is full|full disk/),
    });
  });

if (canMount)
  test('a disk that fills up while training fails that call, harms nothing, and the run goes on later', async () => {
    const home = mountTmpfs('8m');
    const workbench = testWorkbench(home);
    const kept = workbench.createRun({ spec: testSpec(), name: 'kept' });
    script('ok');
    await workbench.train(kept.id, { engine: 'auto' });
    const before = workbench.showRun(kept.id);
    const { id } = workbench.createRun({ spec: testSpec({ steps: 2000, checkpointEvery: 50 }) });
    let ballast: string | undefined;
    const training = workbench.train(id, {
      engine: 'auto',
      onEvent(e) {
        if (e.type === 'checkpoint' && e.step === 100) ballast = fill(home);
      },
    });
    // Either the engine meets the full disk (a failed run), or the history does (then its end cannot be recorded either).
    const outcome = await training.then(
      ({ run }) => run.reason,
      (error: unknown) => error,
    );
    expect(outcome).toMatchObject({ code: 'STORAGE', message: expect.stringMatching(/disk/) });
    expect(
      await errorOf(() => workbench.createRun({ spec: testSpec(), name: 'x'.repeat(100) }).id && fillRuns()),
    ).toMatchObject({
      code: 'STORAGE',
    });
    function fillRuns(): void {
      for (let i = 0; i < 1000; i++) workbench.createRun({ spec: testSpec() });
    }
    expect(workbench.showRun(kept.id)).toEqual(before);

    rmSync(ballast!);
    const fresh = openWorkbench({ home, engineEntry: SCRIPTED_ENGINE });
    cleanUp(() => fresh.close());
    expect(fresh.showRun(kept.id)).toEqual(before);
    expect(['failed', 'interrupted']).toContain(fresh.resolveRun(id).state);
    expect(fresh.showRun(id).weightsStep).toBeGreaterThanOrEqual(100);
    const again = await fresh.train(id, { engine: 'auto' });
    expect(again.state).toBe('finished');
    expect(fresh.showRun(id).metrics.loss).toHaveLength(2000);
  });

if (canMount)
  test('a home on a disk without a free byte can be read, lends its model, and purging makes space', async () => {
    const home = mountTmpfs('8m');
    const first = openWorkbench({ home, engineEntry: SCRIPTED_ENGINE });
    script('ok');
    const [kept, gone] = [first.createRun({ spec: testSpec() }).id, first.createRun({ spec: testSpec() }).id];
    await first.train(kept, { engine: 'auto' });
    await first.train(gone, { engine: 'auto' });
    first.remove(gone);
    const before = first.showRun(kept);
    const { folder } = first.showRun(gone);
    writeFileSync(join(folder, 'big'), new Uint8Array(1_000_000));
    first.close();
    fill(home);

    const workbench = testWorkbench(home);
    expect(workbench.listRuns().map((run) => run.id)).toEqual([kept]);
    expect(workbench.showRun(kept)).toEqual(before);
    const out = join(temporaryFolder(), 'model.onnx');
    await workbench.export(kept, { out });
    expect(readFileSync(out, 'utf8')).toBe('model of step 20');
    expect(await errorOf(() => workbench.evaluate(kept, {}))).toMatchObject({
      code: 'STORAGE',
      message: expect.stringMatching(/is on a full disk/),
    });
    expect(await errorOf(() => workbench.createRun({ spec: testSpec() }))).toMatchObject({ code: 'STORAGE' });
    expect(await errorOf(() => workbench.purge(kept))).toMatchObject({ code: 'CONFLICT' });
    workbench.purge(gone);
    expect(existsSync(folder)).toBe(false);
    expect(workbench.listRuns({ includeDeleted: true })).toHaveLength(1);
    workbench.close();
    expect(testWorkbench(home).listRuns()).toHaveLength(1);
  });

if (canMount)
  test('the end of a run is recorded once a full disk has space again', async () => {
    const home = mountTmpfs('8m');
    const workbench = testWorkbench(home);
    const { id } = workbench.createRun({ spec: testSpec({ steps: 2000, checkpointEvery: 50 }) });
    script('ok');
    const outcome = await workbench.train(id, {
      engine: 'auto',
      onEvent(e) {
        if (e.type !== 'checkpoint' || e.step !== 100) return;
        const ballast = fill(home);
        setTimeout(() => rmSync(ballast), 2500);
      },
    });
    expect(outcome).toMatchObject({
      state: 'failed',
      run: { reason: { code: 'STORAGE', message: expect.stringMatching(/disk/) } },
    });
  });

if (canMount)
  test('exporting to a full disk leaves no torn file', async () => {
    const workbench = testWorkbench();
    const { id } = workbench.createRun({ spec: testSpec() });
    script('ok');
    await workbench.train(id, { engine: 'auto' });
    const disk = mountTmpfs('64k');
    const out = join(disk, 'model.onnx');
    writeFileSync(out, 'an older model');
    fill(disk);
    expect(await errorOf(() => workbench.export(id, { out }))).toMatchObject({ code: 'STORAGE' });
    expect(readFileSync(out, 'utf8')).toBe('an older model');
    expect(readdirSync(disk).sort()).toEqual(['ballast', 'model.onnx']);
  });

test('a home below a file, and a folder in place of the database, are refused', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  expect(await errorOf(() => openWorkbench({ home: join(folder, 'file', 'home') }))).toMatchObject({
    code: 'STORAGE',
  });
  mkdirSync(join(folder, 'home', 'clifford.db'), { recursive: true });
  expect(await errorOf(() => openWorkbench({ home: join(folder, 'home') }))).toMatchObject({
    code: 'STORAGE',
    message: expect.stringMatching(/clifford\.db is a folder/),
  });
  expect(existsSync(join(folder, 'home', 'clifford.db'))).toBe(true);
});

if (canMount)
  test('a queue on a full disk fails no run: it says what is missing, and starts when there is space', async () => {
    const home = mountTmpfs('4m');
    const workbench = testWorkbench(home);
    script('ok');
    const { id } = workbench.createRun({ spec: testSpec({ steps: 5 }) });
    workbench.enqueue(id, 'back');
    const ballast = fill(home);
    const queue = workbench.runQueue();
    cleanUp(() => void queue.stop());
    await until(() => workbench.queue().obstacle !== null);
    expect(workbench.queue()).toMatchObject({
      obstacle: expect.stringMatching(/home folder .* is on a full disk/),
      waiting: [{ id, state: 'queued' }],
    });
    // The table can be read meanwhile, and watched.
    expect(workbench.pageRuns(RunQuery.parse({})).total).toBe(1);
    const watched = workbench.watchRun(id, null);
    expect((await watched.next()).value).toMatchObject({ type: 'row', row: { id } });
    await watched.return(undefined);
    rmSync(ballast);
    await until(() => workbench.resolveRun(id).state === 'finished');
    expect(workbench.queue().obstacle).toBeNull();
  });

if (canMount)
  test('the table of a read-only home is there, whatever version wrote it', () => {
    const home = mountTmpfs('4m');
    const path = join(home, 'clifford.db');
    mkdirSync(join(home, 'runs'));
    const client = new Database(path);
    migrate(client, path, readMigrations().slice(0, 1));
    client.exec(readFileSync(new URL('./store/testing/v1.sql', import.meta.url), 'utf8'));
    client.close();
    remountReadOnly(home);
    const workbench = testWorkbench(home);
    expect(workbench.pageRuns(RunQuery.parse({})).rows.map((row) => row.name)).toEqual(['quick-calm-owl']);
    expect(workbench.settings()).toEqual({ engine: 'auto', threads: null });
  });
