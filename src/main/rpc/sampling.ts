import { implement } from '@orpc/server';
import { invalid } from '../../core/base/errors.ts';
import {
  MOST_PLAYGROUND_IMAGES,
  samplingContract,
  type SampleEvent,
} from '../../shared/contract/sampling.ts';
import { readSample } from '../workbench/sample-files.ts';
import { mapErrors } from './errors.ts';
import { jobStream } from './job-stream.ts';
import type { RpcContext } from './router.ts';
import { makeScratch } from './scratch.ts';

const os = implement(samplingContract);

export function sampleHandler({ workbench }: RpcContext) {
  return os.sample.handler(({ input, signal }) => {
    const images = input.labels.length * input.count;
    if (images > MOST_PLAYGROUND_IMAGES) {
      throw invalid(
        `sample: got ${input.labels.length} labels × ${input.count} = ${images} images, expected at most ` +
          `${MOST_PLAYGROUND_IMAGES}; \`clifford sample\` makes any number`,
      );
    }
    return mapErrors(sample(input, signal));
  });

  async function* sample(
    { id, step, labels, count, sampler, seed, trajectory }: SampleInput,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<SampleEvent> {
    const { folder: out, discard } = makeScratch('sample');
    try {
      yield* jobStream<SampleEvent, { step: number | null }>(
        (tell) =>
          workbench.sample(id, {
            labels,
            count,
            sampler,
            seed,
            trajectory,
            ...(step === null ? {} : { step }),
            out,
            ...(signal ? { signal } : {}),
            onEvent: (event) => {
              if (event.type === 'progress') tell({ type: 'progress', fraction: event.fraction });
            },
            onNotice: (sentence) => tell({ type: 'notice', sentence }),
          }),
        (used) => ({ type: 'result', result: { ...readSample(out), step: used.step } }),
      );
    } finally {
      discard();
    }
  }
}

type SampleInput = Parameters<Parameters<typeof os.sample.handler>[0]>[0]['input'];
