import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  addCard,
  Card,
  CARD_KINDS,
  changeCard,
  changeSettings,
  defaultLayout,
  Layout,
  moveCard,
  moved,
  removeCard,
  type CardKind,
} from './layout.ts';

const kinds = Object.keys(CARD_KINDS) as CardKind[];
const ids = ({ cards }: Layout) => cards.map(({ id }) => id);

describe('layout', () => {
  it('begins with a visible card of each kind, and survives being stored', () => {
    const layout = defaultLayout();
    expect(layout.cards.map(({ kind }) => kind)).toEqual(kinds);
    expect(layout.cards.every(({ hidden }) => !hidden)).toBe(true);
    expect(Layout.parse(JSON.parse(JSON.stringify(layout)))).toEqual(layout);
  });

  it('reads a layout of before a setting existed with that setting as it is by default', () => {
    const card = Card.parse({ kind: 'curves', id: 'c', width: 'half', settings: { smoothing: 0.5 } });
    expect(card.settings).toMatchObject({ smoothing: 0.5, grouped: false, x: 'step' });
  });

  it('gives each card an id of its own, also after others were removed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...kinds), fc.boolean(), fc.nat()), { maxLength: 20 }),
        (steps) => {
          let layout = defaultLayout();
          for (const [kind, remove, at] of steps) {
            const victim = layout.cards[at % Math.max(1, layout.cards.length)];
            layout = remove && victim ? removeCard(layout, victim.id) : addCard(layout, kind);
          }
          expect(new Set(ids(layout)).size).toBe(layout.cards.length);
        },
      ),
    );
  });

  it('moves a card to the place that it is told, beyond the ends to the ends', () => {
    const layout = defaultLayout();
    const last = layout.cards.length - 1;
    const [first] = ids(layout);
    expect(ids(moveCard(layout, first!, 3)).indexOf(first!)).toBe(3);
    expect(ids(moveCard(layout, first!, 99)).indexOf(first!)).toBe(last);
    expect(ids(moveCard(layout, ids(layout)[last]!, -5))[0]).toBe(ids(layout)[last]);
  });

  it('changes nothing but the card that is named', () => {
    const layout = defaultLayout();
    const changed = changeSettings(changeCard(layout, 'curves', { hidden: true }), 'curves', {
      smoothing: 0.9,
    });
    expect(changed.cards[0]).toMatchObject({ hidden: true, settings: { smoothing: 0.9, x: 'step' } });
    expect(changed.cards.slice(1)).toEqual(layout.cards.slice(1));
  });
});

it('moved keeps every item, whatever the places', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer()),
      fc.integer({ min: -3, max: 20 }),
      fc.integer({ min: -3, max: 20 }),
      (list, from, to) => {
        expect(moved(list, from, to).sort()).toEqual([...list].sort());
      },
    ),
  );
});
