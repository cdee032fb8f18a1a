import { computed, watchEffect } from 'vue';
import { usePreferredDark, usePreferredReducedMotion, useStorage } from '@vueuse/core';

/** Light, dark, or what the system says; and whether things may move. Kept in this browser. */
export const themeChoice = useStorage<'system' | 'light' | 'dark'>('clifford:theme', 'system');
export const motionChoice = useStorage<'system' | 'reduced' | 'full'>('clifford:motion', 'system');

const systemDark = usePreferredDark();
const systemMotion = usePreferredReducedMotion();

export const isDark = computed(() =>
  themeChoice.value === 'system' ? systemDark.value : themeChoice.value === 'dark',
);
export const reducedMotion = computed(() =>
  motionChoice.value === 'system' ? systemMotion.value === 'reduce' : motionChoice.value === 'reduced',
);

/** Puts the choice on the page: `html.dark` is what the component library and style/tokens.css look for. */
export function applyTheme(): void {
  watchEffect(() => {
    const root = document.documentElement;
    root.classList.toggle('dark', isDark.value);
    root.classList.toggle('still', reducedMotion.value);
    root.style.colorScheme = isDark.value ? 'dark' : 'light';
  });
}
