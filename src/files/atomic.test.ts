import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliffordError } from '../core/base/errors.ts';
import { ensureFolder, sweepTemporaries, writeFileAtomic } from './atomic.ts';
import { readBytes, storageError } from './storage-error.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clifford-atomic-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function failure(work: () => unknown): CliffordError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(CliffordError);
    return error as CliffordError;
  }
  throw new Error('expected an error');
}

describe('writeFileAtomic', () => {
  it('replaces the file and reports its size and hash, also for chunks', () => {
    const path = join(folder, 'a.bin');
    writeFileAtomic(path, 'a longer text that must not shine through');
    const written = writeFileAtomic(path, [Buffer.from('one '), new Uint8Array(0), Buffer.from('two')]);
    expect(readFileSync(path, 'utf8')).toBe('one two');
    expect(written).toEqual({ bytes: 7, sha256: createHash('sha256').update('one two').digest('hex') });
    expect(readdirSync(folder)).toEqual(['a.bin']);
  });

  it('keeps the old file and leaves nothing behind when the write fails half way', () => {
    const path = join(folder, 'a.bin');
    writeFileAtomic(path, 'old');
    function* chunks(): Generator<Uint8Array> {
      yield Buffer.from('new');
      throw new Error('source failed');
    }
    expect(() => writeFileAtomic(path, chunks())).toThrow('source failed');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['a.bin']);
  });

  it('does not show the new file before it is whole', () => {
    const path = join(folder, 'a.bin');
    writeFileAtomic(path, 'old');
    function* chunks(): Generator<Uint8Array> {
      yield Buffer.from('new');
      expect(readFileSync(path, 'utf8')).toBe('old');
      yield Buffer.from('er');
    }
    writeFileAtomic(path, chunks());
    expect(readFileSync(path, 'utf8')).toBe('newer');
  });

  it('names the path and what to do when the folder is missing or the path is a folder', () => {
    const missing = join(folder, 'no', 'a.bin');
    const error = failure(() => writeFileAtomic(missing, 'x'));
    expect(error.code).toBe('STORAGE');
    expect(error.message).toBe(
      `cannot write ${missing}: its folder does not exist; create the folder or choose another path`,
    );
    mkdirSync(join(folder, 'sub'));
    expect(failure(() => writeFileAtomic(join(folder, 'sub'), 'x')).message).toMatch(
      /sub: the path is a folder/,
    );
    expect(readdirSync(folder)).toEqual(['sub']);
  });

  it('takes a name as long as file systems allow', () => {
    const name = 'n'.repeat(255);
    writeFileAtomic(join(folder, name), 'x');
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('writes shared memory', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(7);
    writeFileAtomic(join(folder, 's'), shared);
    expect([...readFileSync(join(folder, 's'))]).toEqual([7, 7, 7, 7]);
  });
});

describe('storageError', () => {
  it.each([
    ['ENOSPC', /cannot write \/data\/x: the disk is full; free some space/],
    ['EDQUOT', /quota is used up/],
    ['EROFS', /read-only; choose a folder that can be written to/],
    ['EACCES', /permission denied; change its permissions or choose another folder/],
    ['EWEIRD', /the system reports EWEIRD: it broke/],
  ])('says what to do about %s', (code, message) => {
    const raw = Object.assign(new Error('it broke'), { code, syscall: 'write' });
    const error = storageError(raw, 'write', '/data/x') as CliffordError;
    expect(error.code).toBe('STORAGE');
    expect(error.message).toMatch(message);
    expect(error.cause).toBe(raw);
  });

  it('calls a missing file to be read NOT_FOUND', () => {
    expect(failure(() => readBytes(join(folder, 'none'))).code).toBe('NOT_FOUND');
    expect(failure(() => readBytes(folder)).code).toBe('STORAGE');
  });

  it('leaves bugs alone', () => {
    const bug = new TypeError('x is undefined');
    expect(storageError(bug, 'write', '/x')).toBe(bug);
  });
});

describe('sweepTemporaries', () => {
  const now = Date.now();
  /** A temporary file as a killed writer leaves it: the real name of one, with another process's id. */
  const leave = (pid: number, host?: string) => {
    let name = '';
    const probe = (function* () {
      name = readdirSync(folder).find((n) => n.includes(`-${process.pid}-`))!;
      yield Buffer.from('x');
    })();
    writeFileAtomic(join(folder, 'a.bin'), probe);
    name = name.replace(`-${process.pid}-`, `-${pid}-`);
    if (host) name = name.replace(/\.[0-9a-f]{8}-/, `.${host}-`);
    writeFileSync(join(folder, name), 'half');
    return name;
  };
  const DEAD = 2 ** 30; // above any system's largest process id

  it('removes what dead processes left, and nothing else', () => {
    const dead = leave(DEAD);
    const alive = leave(process.pid);
    writeFileSync(join(folder, '.hidden.tmp'), 'a user’s');
    expect(sweepTemporaries(folder, now)).toEqual([dead]);
    expect(readdirSync(folder).sort()).toEqual([alive, '.hidden.tmp', 'a.bin'].sort());
  });

  it('leaves another machine’s files until they are old', () => {
    const name = leave(DEAD, '00000000');
    expect(sweepTemporaries(folder, now)).toEqual([]);
    utimesSync(join(folder, name), new Date(now - 25 * 3600e3), new Date(now - 25 * 3600e3));
    expect(sweepTemporaries(folder, now)).toEqual([name]);
  });

  it('finds nothing in a folder that does not exist', () => {
    expect(sweepTemporaries(join(folder, 'none'), now)).toEqual([]);
  });
});

describe('ensureFolder', () => {
  it('makes parents, and is content with what is there', () => {
    ensureFolder(join(folder, 'a', 'b', 'c'));
    ensureFolder(join(folder, 'a', 'b', 'c'));
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['c']);
  });

  it('says which path is not a folder', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(failure(() => ensureFolder(join(folder, 'file', 'sub'))).message).toMatch(
      /cannot create the folder .*sub: a part of the path is a file/,
    );
  });
});
