import { computed, onScopeDispose, ref, watch } from 'vue';
import { reducedMotion } from '../../../state/theme.ts';

export const SPEEDS = [0.25, 0.5, 1, 2, 4] as const;
const FRAMES_PER_SECOND = 12;

/** Plays frames 0 … last once, at a speed; a new film begins by itself unless motion is to be reduced. */
export function usePlayer(frames: () => number) {
  const frame = ref(0);
  const playing = ref(false);
  const speed = ref<number>(1);
  const last = computed(() => Math.max(0, frames() - 1));

  function go(to: number): void {
    playing.value = false;
    frame.value = Math.min(last.value, Math.max(0, to));
  }
  function toggle(): void {
    if (!playing.value && frame.value === last.value) frame.value = 0;
    playing.value = !playing.value;
  }
  /** Begins anew: at the noise, or at the result where nothing should move by itself. */
  function restart(): void {
    playing.value = !reducedMotion.value;
    frame.value = reducedMotion.value ? last.value : 0;
  }
  watch([playing, speed], ([on], _, onCleanup) => {
    if (!on) return;
    const timer = setInterval(
      () => {
        if (frame.value >= last.value) playing.value = false;
        else frame.value += 1;
      },
      1000 / (FRAMES_PER_SECOND * speed.value),
    );
    onCleanup(() => clearInterval(timer));
  });
  onScopeDispose(() => (playing.value = false));
  return { frame, playing, speed, last, go, toggle, restart };
}
