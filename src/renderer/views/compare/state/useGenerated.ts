import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import type { SampleResult } from '../../../../shared/contract/sampling.ts';
import { service } from '../../../service/connection.ts';
import { shown } from '../../../service/errors.ts';
import { fromBase64 } from '../model/pixels.ts';
import type { Label } from '../model/samples.ts';
import type { ComparedRun } from '../model/run.ts';

/** Images that a run's model made of a label on request. */
export interface GeneratedImages {
  readonly result: Omit<SampleResult, 'pixels'>;
  /** Place of the label in the result. */
  readonly place: number;
  // bytes: (images, N, N) uint8
  readonly bytes: Uint8Array;
}

export interface Generated {
  /** By run and label, see `generatedKey`. */
  readonly images: ShallowRef<ReadonlyMap<string, GeneratedImages>>;
  /** The run that generates now; null for none. */
  readonly busy: Ref<string | null>;
  /** 0 … 1 of the run that generates. */
  readonly fraction: Ref<number>;
  /** By run: why there is nothing. */
  readonly problems: ShallowRef<ReadonlyMap<string, string>>;
  generate(runs: readonly ComparedRun[], labels: readonly Label[]): Promise<void>;
  cancel(): void;
}

export const generatedKey = (runId: string, [x, y]: Label): string => `${runId}/${x}/${y}`;

/** Enough to see how much chance there is. */
export const IMAGES_EACH = 4;
/** The same for every run, so that all begin with the same noise. */
const SEED = 0;

/** Samples from the runs' own models at labels that no evaluation drew, run by run. */
export function useGenerated(): Generated {
  const images = shallowRef<ReadonlyMap<string, GeneratedImages>>(new Map());
  const problems = shallowRef<ReadonlyMap<string, string>>(new Map());
  const busy = ref<string | null>(null);
  const fraction = ref(0);
  let abort: AbortController | null = null;

  async function generate(runs: readonly ComparedRun[], labels: readonly Label[]): Promise<void> {
    abort?.abort();
    const mine = (abort = new AbortController());
    problems.value = new Map();
    for (const run of runs) {
      if (mine.signal.aborted) return;
      busy.value = run.id;
      fraction.value = 0;
      try {
        await one(run, labels, mine.signal);
      } catch (problem) {
        if (mine.signal.aborted) break;
        problems.value = new Map(problems.value).set(run.id, shown(problem).message);
      }
    }
    if (abort === mine) busy.value = null;
  }

  async function one(run: ComparedRun, labels: readonly Label[], signal: AbortSignal): Promise<void> {
    const request = {
      id: run.id,
      step: null,
      labels: labels.map(([x, y]): [number, number] => [x, y]),
      count: IMAGES_EACH,
      sampler: run.spec.evaluation.sampler,
      seed: SEED,
      trajectory: false,
    };
    for await (const event of await service.sampling.sample(request, { signal })) {
      if (event.type === 'progress') fraction.value = event.fraction;
      if (event.type !== 'result') continue;
      const { pixels, ...result } = event.result;
      const bytes = fromBase64(pixels);
      const next = new Map(images.value);
      labels.forEach((label, place) => next.set(generatedKey(run.id, label), { result, place, bytes }));
      images.value = next;
    }
  }

  function cancel(): void {
    abort?.abort();
    busy.value = null;
  }
  onScopeDispose(cancel);
  return { images, busy, fraction, problems, generate, cancel };
}
