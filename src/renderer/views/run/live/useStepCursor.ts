import { computed, onScopeDispose, ref, watch, type ComputedRef, type Ref } from 'vue';
import { useRoute } from 'vue-router';
import { useEventListener } from '@vueuse/core';
import { onShellAction } from '../../../frame/shellCommands.ts';
import { useAddress } from './address.ts';
import { nearestStep, parseStep, shownStep, stepFrom } from './stepCursor.ts';

export interface StepCursor {
  /** Steps that were evaluated, ascending. */
  readonly steps: ComputedRef<readonly number[]>;
  /** The step shown; null while nothing was evaluated. */
  readonly step: ComputedRef<number | null>;
  /** Nothing was chosen: the newest evaluation is shown, as it comes. */
  readonly live: ComputedRef<boolean>;
  readonly playing: Ref<boolean>;
  choose(step: number | null): void;
  /** The measured step nearest to a place on a chart's axis. */
  chooseNear(at: number): void;
  move(by: number): void;
  togglePlay(): void;
}

const PLAY_MS = 700;

/** The one step cursor of a run's page, kept in the address as `?step=`. */
export function useStepCursor(measured: () => readonly number[]): StepCursor {
  const route = useRoute();
  const setAddress = useAddress();
  const chosen = ref(parseStep(route.query['step']));
  watch(
    () => route.query['step'],
    (now) => (chosen.value = parseStep(now)),
  );

  const steps = computed(() => [...new Set(measured())].sort((a, b) => a - b));
  const step = computed(() => shownStep(steps.value, chosen.value));
  const live = computed(() => chosen.value === null);

  function choose(next: number | null): void {
    if (chosen.value === next) return;
    chosen.value = next;
    setAddress({ step: next === null ? null : String(next) });
  }
  function move(by: number): void {
    const next = stepFrom(steps.value, step.value, by);
    // At either end nothing moves, and what follows the newest goes on to do so.
    if (next !== null && next !== step.value) choose(next);
  }

  const playing = ref(false);
  let timer: ReturnType<typeof setInterval> | undefined;
  watch(playing, (on) => {
    clearInterval(timer);
    if (!on) return;
    if (step.value === steps.value.at(-1)) choose(steps.value[0] ?? null);
    timer = setInterval(() => {
      if (step.value === steps.value.at(-1)) playing.value = false;
      else move(1);
    }, PLAY_MS);
  });
  onScopeDispose(() => clearInterval(timer));

  const stopByHand = (by: number): void => {
    playing.value = false;
    move(by);
  };
  onShellAction((name) => {
    if (name === 'next-step') stopByHand(1);
    else if (name === 'previous-step') stopByHand(-1);
  });
  useEventListener(window, 'keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || ownsArrows(event.target)) return;
    if (event.key === 'ArrowRight') stopByHand(1);
    else if (event.key === 'ArrowLeft') stopByHand(-1);
  });

  return {
    steps,
    step,
    live,
    playing,
    choose,
    chooseNear: (at) => {
      const near = nearestStep(steps.value, at);
      if (near !== null) choose(near);
    },
    move,
    togglePlay: () => (playing.value = !playing.value),
  };
}

/** True for elements that do something of their own with arrow keys. */
function ownsArrows(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      'input, textarea, select, [contenteditable], [role="slider"], [role="tab"], [role="menu"], [role="radiogroup"], ' +
        '[role="listbox"], [role="dialog"], .el-table, pre',
    ) !== null
  );
}
