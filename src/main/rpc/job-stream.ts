/**
 * What a job tells on its way, as a stream, followed by what `finish` makes of its result. The job is awaited even if
 * the reader goes away in the middle, so that nothing it uses is taken from it.
 */
export async function* jobStream<E, R>(
  start: (tell: (event: E) => void) => Promise<R>,
  finish: (result: R) => E,
): AsyncGenerator<E> {
  const told: E[] = [];
  let wake = (): void => {};
  let over = false;
  const job = start((event) => {
    told.push(event);
    wake();
  }).finally(() => {
    over = true;
    wake();
  });
  job.catch(() => {}); // awaited below
  try {
    while (!over || told.length > 0) {
      if (told.length > 0) yield told.shift()!;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    yield finish(await job);
  } finally {
    await job.catch(() => {});
  }
}
