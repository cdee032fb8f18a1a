import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { RunQuery } from '../../shared/contract/runs.ts';
import type { RunSpec } from '../../shared/run-spec.ts';
import { openWorkbench } from './service.ts';
import { migrate, readMigrations } from './store/migrate.ts';
import { errorOf, SCRIPTED_ENGINE, temporaryFolder, testWorkbench, trained, until } from './testing/home.ts';
import { testSpec } from './testing/spec.ts';

test('a history that was lost is told while the run folders are there', async () => {
  const home = temporaryFolder();
  const first = openWorkbench({ home, engineEntry: SCRIPTED_ENGINE });
  await trained(first);
  first.close();
  const notices: string[] = [];
  const open = (): void =>
    openWorkbench({ home, onNotice: (sentence) => void notices.push(sentence) }).close();
  open();
  expect(notices).toEqual([]);
  writeFileSync(join(home, 'clifford.db'), '');
  open();
  expect(notices).toEqual([
    expect.stringContaining(`${join(home, 'runs')} holds 1 run folder without a record`),
  ]);
  const fresh = temporaryFolder();
  mkdirSync(join(fresh, 'runs'));
  openWorkbench({ home: fresh, onNotice: (sentence) => void notices.push(sentence) }).close();
  expect(notices).toHaveLength(1);
});

test('a spec that this version cannot read spoils its own run only', async () => {
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  const { id } = workbench.createRun({ spec: testSpec() });
  const client = new Database(join(home, 'clifford.db'));
  client.prepare(`UPDATE runs SET spec = '{"version":2}' WHERE id = ?`).run(id);
  client.close();
  expect(workbench.listRuns()).toHaveLength(1);
  expect(await errorOf(() => workbench.showRun(id))).toMatchObject({ code: 'STORAGE' });
});

test('runs recorded by the version before windows are listed, and described as they are looked at', async () => {
  const home = temporaryFolder();
  const path = join(home, 'clifford.db');
  const client = new Database(path);
  migrate(client, path, readMigrations().slice(0, 1));
  client.exec(readFileSync(new URL('./store/testing/v1.sql', import.meta.url), 'utf8'));
  const cross: RunSpec['dataset']['heldOut'] = [{ type: 'cross', x: [3, 4], y: [3, 4], mode: 'add' }];
  const insert = client.prepare(
    `INSERT INTO runs (id, name, spec, spec_hash, seed, steps, state, created_at)
     VALUES (@id, @id, @spec, 'h', 0, 20, 'queued', '2026-01-04T00:00:00.000Z')`,
  );
  for (const [id, heldOut] of [
    ['plain', []],
    ['crossed', cross],
  ] as const) {
    const spec = testSpec();
    insert.run({
      id,
      spec: JSON.stringify({ ...spec, dataset: { ...spec.dataset, heldOut: [...heldOut] } }),
    });
  }
  insert.run({ id: 'garbled', spec: '{"version":' });
  client.close();

  const workbench = testWorkbench(home);
  const page = () =>
    workbench.pageRuns(RunQuery.parse({ sort: { key: 'heldOut', descending: true }, group: 'region' }));
  await until(() => page().rows[0]?.region !== null);
  const { rows, total } = page();
  expect(total).toBe(4); // the fifth is in the bin
  expect(rows.map((row) => [row.id, row.region?.heldOut])).toEqual([
    ['crossed', 28 / 64], // two columns and two rows of 8
    ['plain', 0],
    // Specs that this version cannot read: no region, at the end.
    ['garbled', undefined],
    ['0e2yk4aaaa', undefined],
  ]);
  expect(rows.at(-1)).toMatchObject({
    name: 'quick-calm-owl',
    accuracy: { overall: 0.9 },
    best: { overall: 0.9 },
    latest: { loss: 0.5 },
    seconds: 599, // from 00:00:01 to 00:10:00
    starred: false,
    parent: null,
    tags: ['baseline', 'paper'],
  });
  expect(workbench.pageRuns(RunQuery.parse({ deleted: true })).rows.map((row) => row.name)).toEqual([
    'quick-shy-elm',
  ]);
});
