import { describe, expect, it } from 'vitest';
import { jobStream } from './job-stream.ts';

const all = async <T>(stream: AsyncIterable<T>): Promise<T[]> => {
  const events: T[] = [];
  for await (const event of stream) events.push(event);
  return events;
};

describe('jobStream', () => {
  it('passes on what the job tells, in order, and its result last', async () => {
    const stream = jobStream<string, number>(
      async (tell) => {
        tell('a');
        await new Promise((resolve) => setTimeout(resolve, 5));
        tell('b');
        tell('c');
        return 7;
      },
      (result) => `result ${result}`,
    );
    expect(await all(stream)).toEqual(['a', 'b', 'c', 'result 7']);
  });

  it('fails with the job’s error, after what it told', async () => {
    const heard: string[] = [];
    const stream = jobStream<string, never>(
      (tell) => {
        tell('before');
        return Promise.reject(new Error('broken'));
      },
      () => 'never',
    );
    await expect(
      (async () => {
        for await (const event of stream) heard.push(event);
      })(),
    ).rejects.toThrow('broken');
    expect(heard).toEqual(['before']);
  });

  it('waits for the job when its reader goes away', async () => {
    let ended = false;
    const stream = jobStream<string, void>(
      async (tell) => {
        tell('first');
        await new Promise((resolve) => setTimeout(resolve, 20));
        ended = true;
      },
      () => 'done',
    );
    for await (const _ of stream) break;
    expect(ended).toBe(true);
  });
});
