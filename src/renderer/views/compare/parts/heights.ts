import { computed, type ComputedRef } from 'vue';
import { useWindowSize } from '@vueuse/core';
import type { Card } from '../model/layout.ts';

/** At least so many CSS pixels, and on large screens this share of the window's height. */
const HEIGHTS: { readonly [H in Card['height']]: readonly [least: number, share: number] } = {
  short: [180, 0.16],
  normal: [300, 0.26],
  tall: [460, 0.5],
};

/** Height of a card's charts in CSS pixels. */
export function useChartHeight(card: () => Pick<Card, 'height'>): ComputedRef<number> {
  const { height } = useWindowSize();
  return computed(() => {
    const [least, share] = HEIGHTS[card().height];
    return Math.max(least, Math.round(share * height.value));
  });
}
