import type { Curve, Reference } from '../../../charts/curves.ts';
import { dimensionStyle } from '../../../charts/persistence-bars.ts';
import type { BarsAtStep } from './panels.ts';

/** Curves over training steps of the bars that make a torus. */

const CURVES = [
  { name: 'longest H₁', of: 'h1', place: 0, dash: 'solid', marker: 'triangle' },
  { name: '2nd H₁', of: 'h1', place: 1, dash: 'dashed', marker: 'rect' },
  { name: '3rd H₁', of: 'h1', place: 2, dash: 'dotted', marker: 'circle' },
  { name: 'longest H₂', of: 'h2', place: 0, dash: 'solid', marker: 'diamond' },
  { name: '2nd H₂', of: 'h2', place: 1, dash: 'dotted', marker: 'circle' },
] as const;

/**
 * A bar that is not there has no length: its curve lies at 0.
 * @param scaled lengths as fractions of the enclosing radius
 */
export function barCurves(steps: readonly BarsAtStep[], scaled: boolean): Curve[] {
  const ordered = [...steps].sort((a, b) => a.step - b.step);
  return CURVES.flatMap(({ name, of, place, dash, marker }): Curve[] => {
    const points = ordered.map((bars) => [bars.step, (bars[of][place] ?? 0) / unitOf(bars, scaled)] as const);
    // H₂ may not have been computed at all.
    if (ordered.every((bars) => bars[of].length === 0)) return [];
    return [
      {
        name,
        style: { color: dimensionStyle(of === 'h1' ? 1 : 2).color, dash, marker },
        points,
        markers: true,
      },
    ];
  });
}

/** The second H₁ bar of the controls: what a trained network must leave behind. */
export function barReferences(
  bars: readonly { readonly control: string; readonly bars: BarsAtStep }[],
  scaled: boolean,
): Reference[] {
  return bars
    .filter(({ control }) => control !== 'trained')
    .map(({ control, bars: found }) => ({
      name: `${control}: 2nd H₁`,
      value: (found.h1[1] ?? 0) / unitOf(found, scaled),
    }));
}

const unitOf = ({ enclosingRadius }: BarsAtStep, scaled: boolean): number =>
  scaled && enclosingRadius > 0 ? enclosingRadius : 1;
