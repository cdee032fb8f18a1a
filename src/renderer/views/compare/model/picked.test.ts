import { describe, expect, it } from 'vitest';
import { changeCard, defaultLayout, removeCard } from './layout.ts';
import { pickedLabels, withPicked } from './picked.ts';

describe('withPicked', () => {
  it('puts the label on top, each once', () => {
    let layout = defaultLayout();
    for (const label of [
      [1, 1],
      [2, 2],
      [1, 1],
    ] as const)
      layout = withPicked(layout, label);
    expect(pickedLabels(layout)).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('shows a hidden card of samples, or adds one', () => {
    const hidden = withPicked(changeCard(defaultLayout(), 'samples', { hidden: true }), [1, 1]);
    expect(hidden.cards.find(({ id }) => id === 'samples')!.hidden).toBe(false);
    expect(pickedLabels(withPicked(removeCard(defaultLayout(), 'samples'), [3, 4]))).toEqual([[3, 4]]);
  });

  it('does not grow without end', () => {
    let layout = defaultLayout();
    for (let i = 0; i < 100; i++) layout = withPicked(layout, [i, i]);
    expect(pickedLabels(layout).length).toBeLessThanOrEqual(16);
    expect(pickedLabels(layout)[0]).toEqual([99, 99]);
  });

  it('marks nothing while the card shows a section', () => {
    expect(pickedLabels(defaultLayout())).toEqual([]);
  });
});
