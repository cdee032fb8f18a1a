import type { Card } from '../model/layout.ts';

/** Height of a card's charts in CSS pixels. */
export const CHART_HEIGHT: Readonly<Record<Card['height'], number>> = { short: 200, normal: 300, tall: 480 };
