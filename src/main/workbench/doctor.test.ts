import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findDesktopWindow } from '../desktop-window.ts';
import { memoryCheck, nodeCheck, runDoctor, type Check } from './doctor.ts';
import { tryLock } from './lock.ts';
import { temporaryFolder, testWorkbench } from './testing/home.ts';
import { testSpec } from './testing/spec.ts';

const byName = (checks: readonly Check[], name: string): Check | undefined =>
  checks.find((c) => c.name === name);

test('on a machine where the tests run, what training needs is there', async () => {
  const home = temporaryFolder();
  testWorkbench(home).createRun({ spec: testSpec() });
  const { works, checks } = await runDoctor({ home });
  expect(works).toBe(true);
  expect(new Set(checks.map((c) => c.name)).size).toBe(checks.length);
  expect(byName(checks, 'better-sqlite3')).toMatchObject({
    status: 'ok',
    detail: expect.stringMatching(/^\d.*SQLite 3\./),
  });
  expect(byName(checks, 'onnxruntime-node')).toMatchObject({
    status: 'ok',
    detail: expect.stringContaining('cpu'),
  });
  expect(byName(checks, 'home')!.detail).toContain(home);
  expect(byName(checks, 'history')).toEqual({ name: 'history', status: 'ok', detail: '1 run' });
  // The report must not load the engine's binary into this process.
  const shared = (process.report.getReport() as unknown as { sharedObjects: string[] }).sharedObjects;
  expect(shared.length).toBeGreaterThan(0);
  expect(shared.filter((file) => file.includes('onnxruntime'))).toEqual([]);
});

test('run folders without a record are told', async () => {
  const home = temporaryFolder();
  mkdirSync(join(home, 'runs', '0a1b2c3d4e'), { recursive: true });
  const { works, checks } = await runDoctor({ home });
  expect(works).toBe(true);
  expect(byName(checks, 'history')).toMatchObject({
    status: 'warning',
    detail: `0 runs; 1 run folder in ${join(home, 'runs')} without a record`,
  });
});

test('what is wrong with the home is told with a way out, and makes the report fail', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const unusable = await runDoctor({ home: file });
  expect(unusable.works).toBe(false);
  expect(byName(unusable.checks, 'home')).toMatchObject({
    status: 'broken',
    detail: expect.stringMatching(/is a file; expected .*--home/),
  });
  writeFileSync(join(folder, 'clifford.db'), 'nonsense '.repeat(500));
  const corrupt = await runDoctor({ home: folder });
  expect(corrupt.works).toBe(false);
  expect(byName(corrupt.checks, 'history')).toMatchObject({
    status: 'broken',
    detail: expect.stringContaining('not a database'),
  });
  expect(readdirSync(folder)).toContain('clifford.db');
});

test('a home in which something trains is fine, and says so', async () => {
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  const lock = tryLock(join(workbench.home, 'train.lock'))!;
  lock.announce({ id: 'abc', name: 'n' });
  const { works, checks } = await runDoctor({ home });
  lock.dispose();
  expect(works).toBe(true);
  expect(byName(checks, 'history')!.detail).toBe(`0 runs, training run abc in process ${process.pid}`);
  expect(existsSync(join(home, 'clifford.db'))).toBe(true);
});

test('the desktop window is told as `npm start` finds it', async () => {
  const { checks } = await runDoctor({ home: temporaryFolder() });
  const { program, obstacle } = findDesktopWindow();
  const check = byName(checks, 'window')!;
  expect(check.status).toBe(program === null ? 'warning' : 'ok');
  expect(check.detail).toContain(program ?? obstacle!.replace(/\.$/, ''));
});

test.for([
  ['20.19.4', 'broken'],
  ['23.11.1', 'broken'],
  ['24.0.0', 'ok'],
])('Node %s is %s', ([version, status]) => {
  expect(nodeCheck(version!).status).toBe(status);
});

test('a machine with less memory than two quick runs take is warned', () => {
  expect([memoryCheck(1.9e9, 1e9).status, memoryCheck(8e9, 1e8).status]).toEqual(['warning', 'ok']);
});
