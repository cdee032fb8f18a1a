import { computed, ref, shallowRef, toValue, type ComputedRef, type MaybeRefOrGetter, type Ref } from 'vue';

export interface Turns {
  /** Somebody asked for what is not stored. */
  readonly started: Ref<boolean>;
  /** It is this run's turn, or was. */
  isActive(id: string): boolean;
  settle(id: string, is: boolean): void;
  /** Runs that are not done. */
  readonly waiting: ComputedRef<number>;
}

/** Lets runs be measured one after the other: each reading takes the whole machine. */
export function useTurns(ids: MaybeRefOrGetter<readonly string[]>): Turns {
  const started = ref(false);
  const done = shallowRef<ReadonlySet<string>>(new Set());
  const turn = computed(() => toValue(ids).findIndex((id) => !done.value.has(id)));
  return {
    started,
    isActive(id) {
      const place = toValue(ids).indexOf(id);
      return started.value && place >= 0 && (turn.value < 0 || place <= turn.value);
    },
    settle(id, is) {
      if (done.value.has(id) === is) return;
      const next = new Set(done.value);
      if (is) next.add(id);
      else next.delete(id);
      done.value = next;
    },
    waiting: computed(() => toValue(ids).filter((id) => !done.value.has(id)).length),
  };
}
