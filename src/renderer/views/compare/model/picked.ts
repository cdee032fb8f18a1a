import { addCard, changeCard, changeSettings, type CardOf, type Layout } from './layout.ts';

/** More rows than anybody looks at. */
const MOST_PICKED = 16;

/** A layout whose first card of samples shows a label, on top of those picked before; with such a card if there was none. */
export function withPicked(layout: Layout, [x, y]: readonly [number, number]): Layout {
  const isSamples = (card: Layout['cards'][number]): card is CardOf<'samples'> => card.kind === 'samples';
  const found = layout.cards.filter(isSamples);
  const card = found.find(({ hidden }) => !hidden) ?? found[0];
  if (!card) return withPicked(addCard(layout, 'samples'), [x, y]);
  const others = card.settings.picked.filter((label) => label[0] !== x || label[1] !== y);
  return changeSettings(changeCard(layout, card.id, { hidden: false }), card.id, {
    section: null,
    picked: [[x, y], ...others].slice(0, MOST_PICKED),
  });
}

/** The labels that the card shows, for marking them. */
export function pickedLabels(layout: Layout): readonly (readonly [number, number])[] {
  const card = layout.cards.find(
    (one) => one.kind === 'samples' && !one.hidden && one.settings.section === null,
  );
  return card?.kind === 'samples' ? card.settings.picked : [];
}
