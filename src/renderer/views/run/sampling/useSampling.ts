import { onScopeDispose, ref, shallowRef } from 'vue';
import type { SampleResult } from '../../../../shared/contract/sampling.ts';
import { service } from '../../../service/connection.ts';
import { shown } from '../../../service/errors.ts';

type Request = Parameters<typeof service.sampling.sample>[0];

/** One sampling job at a time: what it says on the way, and what it gave last. */
export function useSampling() {
  const fraction = ref<number | null>(null);
  const notices = ref<string[]>([]);
  const error = ref<string | null>(null);
  const result = shallowRef<SampleResult | null>(null);
  let job: AbortController | null = null;

  async function start(request: Request): Promise<void> {
    job?.abort();
    const mine = (job = new AbortController());
    const { signal } = mine;
    [fraction.value, notices.value, error.value] = [0, [], null];
    try {
      let done = false;
      for await (const event of await service.sampling.sample(request, { signal })) {
        if (signal.aborted) return;
        if (event.type === 'progress') fraction.value = event.fraction;
        else if (event.type === 'notice') notices.value.push(event.sentence);
        else [result.value, done] = [event.result, true];
      }
      if (!done && !signal.aborted) error.value = 'The sampling ended without images: try again.';
    } catch (problem) {
      if (!signal.aborted) error.value = shown(problem).message;
    } finally {
      if (job === mine) fraction.value = null;
    }
  }
  function cancel(): void {
    job?.abort();
    job = null;
    fraction.value = null;
  }
  onScopeDispose(cancel);
  return { fraction, notices, error, result, start, cancel };
}
