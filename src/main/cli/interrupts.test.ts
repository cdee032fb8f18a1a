import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { cancelUnlessListening, listenForInterrupts } from './interrupts.ts';

describe('cancelUnlessListening', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('rejects at %s', async (signal) => {
    const source = new EventEmitter() as NodeJS.Process;
    const { cancelled } = cancelUnlessListening(source);
    source.emit(signal, signal);
    await expect(cancelled).rejects.toMatchObject({
      code: 'CANCELLED',
      message: expect.stringContaining(signal),
    });
  });

  it('leaves the interrupt to a command that listens, and takes it back after', async () => {
    const source = new EventEmitter() as NodeJS.Process;
    const { cancelled, dispose } = cancelUnlessListening(source);
    let settled = false;
    cancelled.catch(() => (settled = true));
    const command = listenForInterrupts(() => {}, source);
    source.emit('SIGINT', 'SIGINT');
    await Promise.resolve();
    expect(command.stop.aborted).toBe(true);
    expect(settled).toBe(false); // else a training would be cut off instead of checkpointed
    command.dispose();
    source.emit('SIGINT', 'SIGINT');
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
    dispose();
    expect(source.listenerCount('SIGINT')).toBe(0);
  });
});
