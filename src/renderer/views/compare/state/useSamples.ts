import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import type { EvaluationSamples } from '../../../../shared/contract/runs.ts';
import { service } from '../../../service/connection.ts';
import { shown } from '../../../service/errors.ts';
import { fromBase64 } from '../model/pixels.ts';
import { labelsOf, type LabelImages } from '../model/samples.ts';

/** Which evaluation's images are wanted. */
export interface WantedSamples {
  readonly id: string;
  readonly step: number;
  readonly final: boolean;
}

export interface ReadSamples {
  readonly samples: Omit<EvaluationSamples, 'pixels'>;
  readonly labels: readonly LabelImages[];
  // bytes: (images, N, N) uint8
  readonly bytes: Uint8Array;
}

export type SamplesState = ReadSamples | 'loading' | { readonly problem: string };

/** Evaluations kept: going back and forth with the step cursor asks for nothing twice. */
const MOST_KEPT = 80;
/** While the step cursor is dragged nothing is asked for. */
const PATIENCE_MS = 120;
const AT_ONCE = 3;

export const samplesKey = ({ id, step, final }: WantedSamples): string => `${id}/${step}/${final}`;

/** Images of evaluations, by `samplesKey`. */
export function useSamples(
  wanted: () => readonly WantedSamples[],
): ShallowRef<ReadonlyMap<string, SamplesState>> {
  const states = shallowRef<ReadonlyMap<string, SamplesState>>(new Map());
  const set = (key: string, state: SamplesState): void => {
    const next = new Map(states.value);
    next.delete(key); // the newest stand last
    next.set(key, state);
    for (const old of next.keys()) {
      if (next.size <= MOST_KEPT) break;
      if (!queue.some((one) => samplesKey(one) === old)) next.delete(old);
    }
    states.value = next;
  };

  let queue: WantedSamples[] = [];
  let busy = 0;
  let gone = false;
  function work(): void {
    while (busy < AT_ONCE) {
      const next = queue.shift();
      if (!next) return;
      busy++;
      void read(next).finally(() => {
        busy--;
        if (!gone) work();
      });
    }
  }
  async function read(one: WantedSamples): Promise<void> {
    const key = samplesKey(one);
    try {
      const { pixels, ...samples } = await service.runs.samples({ ...one });
      set(key, { samples, labels: labelsOf(samples), bytes: fromBase64(pixels) });
    } catch (problem) {
      set(key, { problem: shown(problem).message });
    }
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(
    () => wanted().map(samplesKey).join('\n'),
    () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        // What failed because the connection was lost is asked for again.
        queue = wanted().filter((one) => {
          const state = states.value.get(samplesKey(one));
          return state === undefined || (state !== 'loading' && 'problem' in state);
        });
        for (const one of queue) set(samplesKey(one), 'loading');
        work();
      }, PATIENCE_MS);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    gone = true;
    clearTimeout(timer);
  });
  return states;
}
