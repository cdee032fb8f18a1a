import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EngineEvent } from '../../shared/engine-protocol.ts';
import { processIdentity } from './process-identity.ts';
import { startEngine, type EngineJob, type EngineProcess } from './supervisor.ts';
import { script, SCRIPTED_ENGINE, setEnvironment, temporaryFolder, until } from './testing/home.ts';
import { testSpec } from './testing/spec.ts';

function start(change: Partial<EngineJob> = {}): {
  engine: EngineProcess;
  events: EngineEvent[];
  log: () => string;
} {
  const folder = temporaryFolder();
  const events: EngineEvent[] = [];
  const spec = testSpec();
  const engine = startEngine({
    entry: SCRIPTED_ENGINE,
    logFile: join(folder, 'engine.log'),
    request: { type: 'train', runId: 'r', folder, spec, engine: 'auto', threads: null, resumeFrom: null },
    onEvent: (event) => void events.push(event),
    ...change,
  });
  return { engine, events, log: () => readFileSync(join(folder, 'engine.log'), 'utf8') };
}

test('a job that ends well: every event arrives in order, none after the end of the process', async () => {
  script('ok');
  const { engine, events } = start();
  const end = await engine.done;
  expect(end).toMatchObject({ outcome: 'finished', step: 20, error: null, killed: false });
  const steps = events.flatMap((e) => (e.type === 'metrics' ? e.points.map((p) => p.step) : []));
  expect(steps).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(events.at(-1)?.type).toBe('ended');
  expect(processIdentity(engine.pid!)).toBeUndefined();
});

test('events are handled one after the other, even by a slow handler', async () => {
  script('ok');
  let busy = 0;
  let handled = 0;
  const { engine } = start({
    async onEvent() {
      expect(++busy).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 2));
      busy--;
      handled++;
    },
  });
  expect(await engine.done).toMatchObject({ outcome: 'finished' });
  expect(handled).toBeGreaterThan(40);
});

// Each row: what the engine does, the code, and what its reason must tell.
test.for([
  ['sigkill', 'ENGINE_CRASH', /killed by SIGKILL; if memory ran out/],
  ['exit', 'ENGINE_CRASH', /exit code 3 .*cannot go on/],
  ['quiet-exit', 'ENGINE_CRASH', /exit code 0 before it was done/],
  ['throw', 'ENGINE_CRASH', /exit code 1/],
  ['memory', 'ENGINE_CRASH', /ran out of memory/],
  ['malformed', 'INTERNAL', /type "metrics" that does not fit the protocol/],
  ['unknown', 'INTERNAL', /type "gossip" that does not fit/],
  ['not-an-object', 'INTERNAL', /type string that does not fit/],
  ['non-finite', 'NON_FINITE', /loss is NaN at step 7/],
] as const)('an engine that does "%s" fails the job with its reason', async ([name, code, message]) => {
  script(name);
  const end = await start().engine.done;
  expect(end).toMatchObject({ outcome: 'failed', killed: false, error: { code } });
  expect(end.error!.message).toMatch(message);
});

test('what an engine prints goes to the log and is no message', async () => {
  script('garbage');
  const { engine, log } = start();
  expect(await engine.done).toMatchObject({ outcome: 'finished', step: 20 });
  expect(log()).toContain('{"type":"ended"}');
});

test('a crash while leaving does not undo what the engine said', async () => {
  script('dirty-exit');
  expect(await start().engine.done).toMatchObject({ outcome: 'finished', step: 7, error: null });
});

test('an engine that does not leave after its end is made to', async () => {
  script('linger');
  const { engine } = start({ exitGraceMs: 200 });
  expect(await engine.done).toMatchObject({ outcome: 'finished', step: 7 });
  expect(processIdentity(engine.pid!)).toBeUndefined();
});

test('stop asks once, however often it is called', async () => {
  script('count-stops', { stepMs: 20 });
  const { engine, events, log } = start();
  await until(() => events.length > 5);
  engine.stop();
  engine.stop();
  expect(await engine.done).toMatchObject({ outcome: 'stopped' });
  expect(log().match(/stop at/g)).toHaveLength(1);
});

test('kill ends an engine that does not heed stop', async () => {
  script('hang-on-stop', { stepMs: 1000 });
  const { engine, events } = start();
  await until(() => events.length > 2);
  engine.stop();
  engine.kill();
  expect(await engine.done).toMatchObject({ outcome: 'failed', killed: true });
});

test('a handler that throws ends the engine, and its error is the reason', async () => {
  script('ok', { stepMs: 1000 });
  const { engine } = start({
    onEvent(event) {
      if (event.type === 'metrics') throw new Error('the disk is full');
    },
  });
  expect(await engine.done).toMatchObject({ outcome: 'failed', error: { message: 'the disk is full' } });
});

// Linux refuses a program with more than 128 KiB in one variable, and Node then throws out of fork.
if (process.platform === 'linux')
  test('a process that cannot be made leaves no open file behind', async () => {
    setEnvironment('FAR_TOO_LONG', 'x'.repeat(200_000));
    const open = (): number => readdirSync('/proc/self/fd').length;
    await start().engine.done; // whatever the first one loads stays
    const before = open();
    for (let i = 0; i < 5; i++) {
      const end = await start().engine.done;
      expect(end).toMatchObject({ outcome: 'failed', error: { message: expect.stringContaining('E2BIG') } });
    }
    expect(open()).toBe(before);
  });

test('a missing engine and a log that cannot be written are ends, not exceptions', async () => {
  const missing = await start({ entry: '/nowhere/engine.ts' }).engine.done;
  expect(missing.error).toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('/nowhere/engine.ts'),
  });
  const unwritable = await start({ logFile: join(SCRIPTED_ENGINE, 'engine.log') }).engine.done;
  expect(unwritable.outcome).toBe('failed');
});
