import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { sha256, sha256File } from '../../files/hash.ts';
import type { Workbench } from './api.ts';
import { endProcess, processIdentity } from './process-identity.ts';
import { startChild, type Child } from './testing/child.ts';
import { errorOf, script, SCRIPTED_ENGINE, temporaryFolder, testWorkbench, until } from './testing/home.ts';
import { testSpec } from './testing/spec.ts';

const SPEC = testSpec({ steps: 400, checkpointEvery: 5 });

/** Another process that trains a run, as the command line does. */
function startTrainer(home: string, runId: string): Child {
  return startChild(
    `
    import { openWorkbench } from './service.ts';
    const workbench = openWorkbench({ home: ${JSON.stringify(home)}, engineEntry: ${JSON.stringify(SCRIPTED_ENGINE)} });
    const onEvent = (e) => { if (e.type === 'checkpoint') console.log('checkpoint ' + e.step + '.'); };
    try {
      const { state } = await workbench.train(${JSON.stringify(runId)}, { engine: 'auto', onEvent });
      console.log('ended ' + state);
    } catch (error) {
      console.log(error.code + ': ' + error.message);
    }
    workbench.close();
  `,
    { SCRIPT: 'ok', SCRIPT_STEP_MS: '2' },
  );
}

/** What must hold of a home whatever happened to the processes that wrote it. */
function checkLedger(workbench: Workbench, runId: string): void {
  const client = new Database(join(workbench.home, 'clifford.db'), { readonly: true });
  expect(client.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(client.pragma('foreign_key_check')).toEqual([]);
  client.close();
  const detail = workbench.showRun(runId);
  for (const artifact of detail.artifacts) {
    const path = join(detail.folder, artifact.file);
    expect(sha256File(path), artifact.file).toBe(artifact.sha256);
    if (artifact.kind === 'checkpoint') expect(readFileSync(path, 'utf8')).toBe(String(artifact.step));
  }
  if (detail.weightsStep !== null) {
    expect(detail.weights).toBe(sha256(`weights of step ${detail.weightsStep}`));
    expect(detail.artifacts.some((a) => a.kind === 'checkpoint' && a.step === detail.weightsStep)).toBe(true);
  }
  // No gap and no repetition up to the newest checkpoint: its points were written with it.
  const steps = (detail.metrics.loss ?? []).map(([step]) => step);
  expect(steps).toEqual(steps.map((_, i) => i + 1));
  expect(steps.length).toBeGreaterThanOrEqual(detail.weightsStep ?? 0);
}

test('kill -9 at any moment leaves a consistent history, from which the run goes on to its end', async () => {
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  const { id } = workbench.createRun({ spec: SPEC });
  let last = -1;
  for (let round = 0; round < 5; round++) {
    const trainer = startTrainer(home, id);
    await trainer.printed('checkpoint ');
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
    await trainer.kill();
    const fresh = testWorkbench(home); // opening sweeps
    const run = fresh.resolveRun(id);
    expect(run).toMatchObject({ state: 'interrupted', reason: { code: 'ENGINE_CRASH' } });
    expect(run.reason!.message).toMatch(/vanished around step \d+, .*resume goes on from step \d+/);
    checkLedger(fresh, id);
    const { weightsStep } = fresh.showRun(id);
    expect(weightsStep).toBeGreaterThanOrEqual(last);
    last = weightsStep!;
  }
  script('ok', { stepMs: 0 });
  expect(await workbench.train(id, { engine: 'auto' })).toMatchObject({ state: 'finished' });
  checkLedger(workbench, id);
  const detail = workbench.showRun(id);
  expect(detail.metrics.loss).toHaveLength(400);
  expect(new Set(detail.evaluations.map((e) => `${e.step} ${e.final}`)).size).toBe(detail.evaluations.length);
  expect(readdirSync(join(detail.folder, 'checkpoints'))).toHaveLength(2);
});

test('an engine leaves with its owner', async () => {
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  const { id } = workbench.createRun({ spec: SPEC });
  const trainer = startTrainer(home, id);
  await trainer.printed('checkpoint 5.');
  const client = new Database(join(home, 'clifford.db'), { readonly: true });
  const [pid, identity] = client.prepare('SELECT engine_pid, engine_identity FROM runs').raw().get() as [
    number,
    string,
  ];
  client.close();
  expect(processIdentity(pid)).toBe(identity);
  await trainer.kill();
  await until(() => processIdentity(pid) === undefined);
});

test('an engine that outlived its owner is ended before the run goes on, and nobody else’s process is', async () => {
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  const { id } = workbench.createRun({ spec: testSpec() });
  const orphan = startChild('setInterval(() => {}, 1000)');
  const pid = orphan.child.pid!;
  const set = (identity: string): void => {
    const client = new Database(join(home, 'clifford.db'));
    client
      .prepare(`UPDATE runs SET state = 'stopped', engine_pid = ?, engine_identity = ?`)
      .run(pid, identity);
    client.close();
  };
  script('sigkill');
  set('some process of last week');
  await workbench.train(id, { engine: 'auto' });
  expect(processIdentity(pid)).toBeDefined();
  set(processIdentity(pid)!);
  await workbench.train(id, { engine: 'auto' });
  expect(processIdentity(pid)).toBeUndefined();
  expect(await endProcess(pid, 'gone anyway')).toBe(false);
});

test('two processes: the second is told who trains; reading, and stopping from afar, work meanwhile', async () => {
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  const first = workbench.createRun({ spec: testSpec({ steps: 100_000, checkpointEvery: 50 }) });
  const second = workbench.createRun({ spec: testSpec() });
  const trainer = startTrainer(home, first.id);
  await trainer.printed('checkpoint 50.');
  // A second workbench may open the home: the sweep must not touch a run whose owner lives.
  const reader = testWorkbench(home);
  expect(reader.resolveRun(first.id).state).toBe('running');
  for (const run of [first, second]) {
    const error = await errorOf(() => reader.train(run.id, { engine: 'auto' }));
    expect(error.code).toBe('CONFLICT');
    expect(error.message).toContain(
      `is training run ${first.id} (${first.name}) in process ${trainer.child.pid}`,
    );
  }
  expect(reader.resolveRun(second.id).state).toBe('queued');
  expect(await errorOf(() => reader.remove(first.id))).toMatchObject({ code: 'CONFLICT' });
  expect(await errorOf(() => reader.stop(second.id))).toMatchObject({ code: 'CONFLICT' });
  reader.note(first.id, 'written from afar');

  expect(await reader.stop(first.id)).toBe('stopped');
  expect(await trainer.finish()).toContain('ended stopped');
  const detail = reader.showRun(first.id);
  expect(detail).toMatchObject({ note: 'written from afar', weightsStep: detail.step });
  checkLedger(reader, first.id);
  script('ok');
  expect(await reader.train(second.id, { engine: 'auto' })).toMatchObject({ state: 'finished' });
});

test('stopping with kill ends an engine that does not heed, and waiting has a limit', async () => {
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec({ steps: 100_000 }) });
  script('hang-on-stop');
  const training = workbench.train(id, { engine: 'auto' });
  await until(() => workbench.showRun(id).weightsStep !== null);
  expect(await workbench.stop(id, 500)).toBe('running');
  expect(await workbench.stop(id, 10_000, { kill: true })).toBe('stopped');
  expect((await training).run.reason?.message).toMatch(/ended at once by the user/);
});

test('a run that says it runs, without an owner, is swept when its stop is asked for', async () => {
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  const { id } = workbench.createRun({ spec: testSpec() });
  const client = new Database(join(home, 'clifford.db'));
  client.prepare(`UPDATE runs SET state = 'running', owner_pid = ?`).run(process.pid); // a living pid proves nothing
  client.close();
  expect(await errorOf(() => workbench.stop(id))).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('is interrupted, not running'),
  });
});

/** A run stopped at step 12, with its newest checkpoint there and the one before at step 10. */
async function stoppedRun(
  workbench: Workbench,
): Promise<{ id: string; folder: string; newest: string; older: string }> {
  const { id } = workbench.createRun({ spec: testSpec() });
  script('await-stop', { step: 12 });
  const stopper = new AbortController();
  await workbench.train(id, {
    engine: 'auto',
    signal: stopper.signal,
    onEvent: (e) => void (e.type === 'progress' && e.step === 11 && stopper.abort()),
  });
  const { folder, artifacts } = workbench.showRun(id);
  const [older, newest] = artifacts.filter((a) => a.kind === 'checkpoint').map((a) => join(folder, a.file));
  script('ok');
  return { id, folder, newest: newest!, older: older! };
}

// Each row: what happens to the newest checkpoint, and what the history then says of it.
test.for([
  ['cut short', (file: string) => truncateSync(file, 1), /has 1 bytes, expected 2; skipped/],
  [
    'replaced by a foreign one of the same size',
    (file: string) => writeFileSync(file, '99'),
    /has sha256 .* skipped/,
  ],
  ['deleted', (file: string) => rmSync(file), /is missing; skipped/],
] as const)('a newest checkpoint that was %s is skipped for the one before', async ([, damage, message]) => {
  const workbench = testWorkbench();
  const { id, newest } = await stoppedRun(workbench);
  damage(newest);
  expect(await workbench.train(id, { engine: 'auto' })).toMatchObject({ state: 'finished' });
  const { events, metrics, weights } = workbench.showRun(id);
  expect(events.map((e) => e.message)).toContainEqual(expect.stringMatching(message));
  expect(events.map((e) => e.message)).toContain('resumes from checkpoints/000010.state at step 10');
  expect(metrics.loss).toHaveLength(20);
  expect(weights).toBe(sha256('weights of step 20'));
});

test('without a whole checkpoint a resume is refused, naming each, and nothing changes', async () => {
  const workbench = testWorkbench();
  const { id, newest, older } = await stoppedRun(workbench);
  truncateSync(newest, 0);
  rmSync(older);
  const before = workbench.showRun(id);
  const error = await errorOf(() => workbench.train(id, { engine: 'auto' }));
  expect(error.code).toBe('STORAGE');
  expect(error.message).toMatch(
    /no whole checkpoint .*state has 0 bytes, expected 2; checkpoints\/000010\.state is missing/,
  );
  expect(workbench.showRun(id)).toEqual(before);
});

test('leftovers of interrupted writes go when the run goes on', async () => {
  const workbench = testWorkbench();
  const { id, folder } = await stoppedRun(workbench);
  const home = temporaryFolder();
  // A real one: a child is killed while it writes.
  const child = startChild(`
    import { writeFileAtomic } from '../../files/atomic.ts';
    function* slowly() { yield new Uint8Array(9); process.kill(process.pid, 'SIGKILL'); yield new Uint8Array(1); }
    writeFileAtomic(${JSON.stringify(join(home, 'big.state'))}, slowly());
  `);
  await child.exited;
  const leftovers = readdirSync(home);
  expect(leftovers).toHaveLength(1);
  cpSync(join(home, leftovers[0]!), join(folder, 'checkpoints', leftovers[0]!));
  await workbench.train(id, { engine: 'auto' });
  expect(readdirSync(join(folder, 'checkpoints')).sort()).toEqual(['000015.state', '000020.state']);
});

test('deletions that were cut off are completed at the next opening', async () => {
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  const [kept, purged] = [await stoppedRun(workbench), await stoppedRun(workbench)];
  workbench.remove(purged.id);
  const client = new Database(join(home, 'clifford.db'));
  // As a crash leaves them: marked, the files still there (or half of them gone).
  client.prepare(`UPDATE artifacts SET retiring = 1 WHERE file = 'checkpoints/000010.state'`).run();
  client.prepare('UPDATE runs SET purging = 1 WHERE id = ?').run(purged.id);
  client.close();
  rmSync(purged.newest);
  const fresh = testWorkbench(home);
  expect(existsSync(kept.older)).toBe(false);
  expect(existsSync(kept.newest)).toBe(true);
  checkLedger(fresh, kept.id);
  expect(existsSync(purged.folder)).toBe(false);
  expect(fresh.listRuns({ includeDeleted: true }).map((r) => r.id)).toEqual([kept.id]);
});

test('a run that crashed before its first checkpoint starts again at step 0', async () => {
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec() });
  const { folder } = workbench.showRun(id);
  mkdirSync(join(folder, 'checkpoints'), { recursive: true });
  writeFileSync(join(folder, 'checkpoints', '000003.state'), '3'); // never recorded, so never trusted
  const client = new Database(join(workbench.home, 'clifford.db'));
  client.prepare(`UPDATE runs SET state = 'interrupted'`).run();
  client.close();
  script('ok');
  expect(await workbench.train(id, { engine: 'auto' })).toMatchObject({ state: 'finished' });
  expect(workbench.showRun(id).metrics.loss).toHaveLength(20);
});
