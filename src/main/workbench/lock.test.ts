import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readOwner, takeLock, tryLock } from './lock.ts';
import { startChild } from './testing/child.ts';
import { errorOf, temporaryFolder } from './testing/home.ts';

const HOLDER = (file: string): string => `
  import { tryLock } from './lock.ts';
  const lock = tryLock(${JSON.stringify(file)});
  if (!lock) { console.log('refused'); process.exit(0); }
  lock.announce({ id: 'abc', name: 'quick-calm-owl' });
  console.log('held');
  setInterval(() => {}, 1000);
`;

test('within one process the lock is exclusive, and free again after dispose', () => {
  const file = join(temporaryFolder(), 'train.lock');
  const lock = tryLock(file)!;
  expect(tryLock(file)).toBeUndefined();
  // Trying must not release it either: closing a second descriptor drops POSIX locks if one is careless.
  expect(tryLock(file)).toBeUndefined();
  lock.dispose();
  lock.dispose();
  const again = tryLock(file);
  expect(again).toBeDefined();
  again!.dispose();
});

test('another process is refused with the owner’s name, and kill -9 frees the lock', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'train.lock');
  const holder = startChild(HOLDER(file));
  await holder.printed('held');
  const error = await errorOf(() => takeLock(file, folder, 100));
  expect(error.code).toBe('CONFLICT');
  expect(error.message).toContain(
    `home ${folder} is training run abc (quick-calm-owl) in process ${holder.child.pid}`,
  );
  expect(error.message).toContain('clifford stop abc');
  expect(await startChild(HOLDER(file)).finish()).toContain('refused');
  await holder.kill();
  expect(existsSync(`${file}.json`)).toBe(true); // the name is stale, and nobody minds
  const lock = await takeLock(file, folder, 0);
  lock.dispose();
  expect(readOwner(file)).toBeUndefined();
});

test('waiting gets the lock as soon as it is free', async () => {
  const file = join(temporaryFolder(), 'train.lock');
  const first = tryLock(file)!;
  let released = false;
  setTimeout(() => {
    released = true;
    first.dispose();
  }, 60);
  const second = await takeLock(file, 'home', 5000);
  expect(released).toBe(true); // not before
  expect(tryLock(file)).toBeUndefined(); // and it is held
  second.dispose();
});

test('an owner’s file that makes no sense is no owner', async () => {
  const file = join(temporaryFolder(), 'train.lock');
  const lock = tryLock(file)!;
  writeFileSync(`${file}.json`, '{"pid": "twelve');
  expect((await errorOf(() => takeLock(file, '/h', 0))).message).toContain('in use by another process');
  lock.dispose();
});

test('a lock file that is something else is told as such', async () => {
  const file = join(temporaryFolder(), 'train.lock');
  writeFileSync(file, 'x'.repeat(2000));
  expect(await errorOf(() => tryLock(file))).toMatchObject({ code: 'STORAGE' });
});
