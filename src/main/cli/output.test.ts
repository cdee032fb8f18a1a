import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { processTerminal } from './output.ts';

/** A stream that takes `room` writes and then fails with `code`; what it took is in `taken`. */
function stream(code: string, room: number) {
  const taken: string[] = [];
  let attempts = 0;
  const writable = new Writable({
    decodeStrings: false,
    autoDestroy: false, // as the standard streams
    write(chunk: string, _encoding, done) {
      if (attempts++ < room) {
        taken.push(chunk);
        done();
      } else setImmediate(done, Object.assign(new Error(`write ${code}`), { code }));
    },
  });
  return { taken, attempts: () => attempts, writable };
}

function terminalOn(stdout: Writable, stderr: Writable) {
  return processTerminal({ stdout, stderr } as unknown as Pick<NodeJS.Process, 'stdout' | 'stderr'>, {});
}

const tick = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('processTerminal', () => {
  it('stops writing to a progress pipe that was closed, and loses nothing of the result', async () => {
    const stdout = stream('EPIPE', Infinity);
    const stderr = stream('EPIPE', 1);
    const terminal = terminalOn(stdout.writable, stderr.writable);
    for (let i = 0; i < 5; i++) {
      terminal.err(`line ${i}\n`);
      await tick();
    }
    terminal.out('result\n');
    await expect(terminal.flushed()).resolves.toBeUndefined();
    expect(stderr.taken).toEqual(['line 0\n']);
    expect(stderr.attempts()).toBe(2); // the one that failed, and none after
    expect(stdout.taken).toEqual(['result\n']);
  });

  it('takes a reader of the result who leaves early as an ordinary end', async () => {
    const terminal = terminalOn(stream('EPIPE', 0).writable, stream('EPIPE', Infinity).writable);
    terminal.out('one\n');
    terminal.out('two\n');
    await expect(terminal.flushed()).resolves.toBeUndefined();
  });

  it('says in one sentence that the result could not be written', async () => {
    const terminal = terminalOn(stream('ENOSPC', 0).writable, stream('EPIPE', Infinity).writable);
    terminal.out('one\n');
    await expect(terminal.flushed()).rejects.toMatchObject({
      code: 'STORAGE',
      message: 'standard output: got write ENOSPC, expected a place that takes the result',
    });
  });

  it('waits for what is still being written', async () => {
    const taken: string[] = [];
    const slow = new Writable({
      decodeStrings: false,
      write: (chunk: string, _encoding, done) => void setTimeout(() => (taken.push(chunk), done()), 10),
    });
    const terminal = terminalOn(slow, stream('EPIPE', Infinity).writable);
    for (const text of ['a', 'b', 'c']) terminal.out(text);
    await terminal.flushed();
    expect(taken).toEqual(['a', 'b', 'c']);
  });
});
