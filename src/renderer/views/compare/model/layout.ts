import { z } from 'zod';
import { ReadingMode } from '../../../../shared/analysis.ts';
import { CloudSettings } from '../../run/analysis/model/view.ts';

/** What the comparison shows and in which order: plain data, kept in the home, undone as a whole. */

const Scale = z.object({ xLog: z.boolean().default(false), yLog: z.boolean().default(false) });

const Curves = Scale.extend({
  /** `metric:KEY` or `accuracy:SECTION:FEATURE`; one chart for each. */
  metrics: z.array(z.string()).default(['metric:loss', 'accuracy:overall:both']),
  x: z.enum(['step', 'images', 'seconds']).default('step'),
  smoothing: z.number().min(0).max(0.99).default(0),
  ignoreOutliers: z.boolean().default(false),
  grouped: z.boolean().default(false),
  /** Intervals about curves; null draws them about means, and about runs while there are few. */
  intervals: z.boolean().nullable().default(null),
});

const Spec = z.object({
  onlyDifferences: z.boolean().default(true),
  environment: z.boolean().default(false),
});

const Regions = z.object({
  /** Ids of the two runs laid over each other; null takes the first two that differ. */
  first: z.string().nullable().default(null),
  second: z.string().nullable().default(null),
  layer: z.enum(['heldOut', 'lesion', 'removed']).default('heldOut'),
});

const Samples = z.object({
  /** Rows come from this section, or, when null, are the picked labels. */
  section: z.string().nullable().default('overall'),
  rows: z.int().min(1).max(64).default(6),
  picked: z.array(z.tuple([z.number(), z.number()])).default([]),
});

const Feature = z.enum(['x', 'y', 'both']);

const Accuracy = z.object({
  features: z.array(Feature).min(1).default(['both']),
  when: z.enum(['cursor', 'last', 'best']).default('cursor'),
  grouped: z.boolean().default(false),
});

const Scatter = Scale.extend({
  /** Keys of fields (model/fields.ts); null takes the first parameter that differs, and overall accuracy. */
  x: z.string().nullable().default(null),
  y: z.string().nullable().default(null),
  color: z.enum(['run', 'group']).default('run'),
});

const Parallel = z.object({
  /** Keys of fields; null takes the parameters that differ and the accuracies. */
  axes: z.array(z.string()).nullable().default(null),
  /** Chosen intervals by field: runs outside of them are dimmed everywhere. */
  brush: z.record(z.string(), z.array(z.tuple([z.number(), z.number()]))).default({}),
});

const Paired = z.object({
  /** A run of each of the two groups; null takes a parent and its fork, else the first two groups. */
  first: z.string().nullable().default(null),
  second: z.string().nullable().default(null),
  feature: Feature.default('both'),
});

const Trend = z.object({
  /** Key of an axis (model/trend-axes.ts); null takes the first parameter that differs, else steps. */
  x: z.string().nullable().default(null),
  /** Null chooses by the values. */
  xLog: z.boolean().nullable().default(null),
  yLog: z.boolean().default(false),
  section: z.string().default('overall'),
  feature: Feature.default('both'),
  /** Paths of parameters that tell curves apart; null takes all that differ. */
  by: z.array(z.string()).nullable().default(null),
  /** Accuracy whose crossing is sought. */
  level: z.number().min(0.01).max(1).default(0.6),
  /** Key of an axis over which the crossings are drawn; null does not draw them. */
  over: z.string().nullable().default(null),
});

const Representation = z.object({
  control: z.enum(['trained', 'untrained', 'conditioning']).default('trained'),
  /** Null takes the last down block of each run. */
  tap: z.string().nullable().default(null),
  mode: ReadingMode.default('clean'),
  /** Timestep as a fraction of all diffusion timesteps, so that runs with other schedules are read alike. */
  time: z.number().min(0).max(0.999).default(0.1),
  labelSpace: z.boolean().default(false),
  cloud: CloudSettings.prefault({}),
});

/** What is read of every run. */
const reading = {
  control: z.enum(['trained', 'untrained', 'conditioning']).default('trained'),
  /** Null takes the last down block of each run. */
  tap: z.string().nullable().default(null),
  mode: ReadingMode.default('clean'),
  /** Timestep as a fraction of all diffusion timesteps, so that runs with other schedules are read alike. */
  time: z.number().min(0).max(0.999).default(0.1),
};

const Topology = z.object({
  ...reading,
  maxDim: z.int().min(0).max(2).default(2),
  /** Farthest-point landmarks; null takes all points. */
  landmarks: z.int().min(4).max(2000).nullable().default(150),
  scaled: z.boolean().default(true),
  barcode: z.boolean().default(false),
});

const Factorization = z.object({
  ...reading,
  draws: z.int().min(10).max(1_000_000).default(20_000),
  fullHeight: z.boolean().default(false),
  /** Of the tests; else those only that decide. */
  all: z.boolean().default(false),
});

const base = {
  id: z.string(),
  /** Of the view's width. */
  width: z.enum(['half', 'full']),
  height: z.enum(['short', 'normal', 'tall']).default('normal'),
  hidden: z.boolean().default(false),
};

export const Card = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('curves'), ...base, settings: Curves }),
  z.object({ kind: z.literal('accuracy'), ...base, settings: Accuracy }),
  z.object({ kind: z.literal('spec'), ...base, settings: Spec }),
  z.object({ kind: z.literal('regions'), ...base, settings: Regions }),
  z.object({ kind: z.literal('samples'), ...base, settings: Samples }),
  z.object({ kind: z.literal('scatter'), ...base, settings: Scatter }),
  z.object({ kind: z.literal('parallel'), ...base, settings: Parallel }),
  z.object({ kind: z.literal('paired'), ...base, settings: Paired }),
  z.object({ kind: z.literal('representation'), ...base, settings: Representation }),
  z.object({ kind: z.literal('trend'), ...base, settings: Trend }),
  z.object({ kind: z.literal('topology'), ...base, settings: Topology }),
  z.object({ kind: z.literal('factorization'), ...base, settings: Factorization }),
]);
export type Card = z.infer<typeof Card>;
export type CardKind = Card['kind'];
export type CardOf<K extends CardKind> = Extract<Card, { kind: K }>;
export type SettingsOf<K extends CardKind> = CardOf<K>['settings'];

export const Layout = z.object({ cards: z.array(Card) });
export type Layout = z.infer<typeof Layout>;

/** Every kind of card: its name, and its width when it is new. */
export const CARD_KINDS: { readonly [K in CardKind]: { title: string; width: Card['width'] } } = {
  curves: { title: 'Curves', width: 'full' },
  accuracy: { title: 'Accuracy by section', width: 'half' },
  regions: { title: 'Regions', width: 'half' },
  samples: { title: 'Samples side by side', width: 'full' },
  spec: { title: 'Configuration', width: 'full' },
  paired: { title: 'Paired differences', width: 'half' },
  trend: { title: 'Trend', width: 'half' },
  scatter: { title: 'Scatter', width: 'half' },
  parallel: { title: 'Parallel coordinates', width: 'full' },
  representation: { title: 'Representation', width: 'full' },
  topology: { title: 'Topology', width: 'full' },
  factorization: { title: 'Factorization', width: 'full' },
};
const KINDS = Object.keys(CARD_KINDS) as CardKind[];

const SETTINGS = {
  curves: Curves,
  accuracy: Accuracy,
  regions: Regions,
  samples: Samples,
  spec: Spec,
  paired: Paired,
  trend: Trend,
  scatter: Scatter,
  parallel: Parallel,
  representation: Representation,
  topology: Topology,
  factorization: Factorization,
} as const satisfies { readonly [K in CardKind]: z.ZodType };

/** A card of each kind. */
export function defaultLayout(): Layout {
  return { cards: KINDS.map((kind) => newCard(kind, kind)) };
}

function newCard(kind: CardKind, id: string): Card {
  return Card.parse({ kind, id, width: CARD_KINDS[kind].width, settings: SETTINGS[kind].parse({}) });
}

/** One more card of a kind, at the end. */
export function addCard(layout: Layout, kind: CardKind): Layout {
  const taken = new Set(layout.cards.map(({ id }) => id));
  let number = 1;
  let id: string = kind;
  while (taken.has(id)) id = `${kind}-${++number}`;
  return { cards: [...layout.cards, newCard(kind, id)] };
}

export function removeCard(layout: Layout, id: string): Layout {
  return { cards: layout.cards.filter((card) => card.id !== id) };
}

/** Puts a card at a place (from 0) of the order that results; places beyond the ends are the ends. */
export function moveCard(layout: Layout, id: string, to: number): Layout {
  return {
    cards: moved(
      layout.cards,
      layout.cards.findIndex((card) => card.id === id),
      to,
    ),
  };
}

export function changeCard(
  layout: Layout,
  id: string,
  change: Partial<Pick<Card, 'width' | 'height' | 'hidden'>>,
): Layout {
  return { cards: layout.cards.map((card) => (card.id === id ? { ...card, ...change } : card)) };
}

export function changeSettings(layout: Layout, id: string, change: object): Layout {
  return {
    cards: layout.cards.map((card) =>
      card.id === id ? ({ ...card, settings: { ...card.settings, ...change } } as Card) : card,
    ),
  };
}

/** A list with the item at `from` at place `to`; unchanged when there is no such item. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const out = [...list];
  if (from < 0 || from >= out.length) return out;
  const [item] = out.splice(from, 1);
  out.splice(Math.max(0, Math.min(to, out.length)), 0, item!);
  return out;
}
