/**
 * Colours. The categorical ones are Okabe and Ito's, told apart under all common forms of colour blindness
 * ("Color universal design", 2008); where two are neighbours in a legend they also differ in lightness.
 */
export const INK = '#1b2330';
export const MUTED = '#5a6575';
export const FAINT = '#d5dae1';
export const PAPER = '#ffffff';
/** Frames of samples. */
export const WRONG = '#d55e00';
export const TRUTH = '#0072b2';
export const RIGHT = '#c3cad4';

/** What a label is to a dataset. */
export const REGION_COLORS = {
  /** 2D image, in the training set */
  train: '#6aa6d6',
  vertical: '#e69f00',
  horizontal: '#cc79a7',
  intersection: '#a8320f',
  /** held out by a shape of its own */
  heldOut: '#f0c75e',
  lesion: '#3d4450',
  /** a vertical stripe: only x in the frame */
  stripeX: '#009e73',
  /** a horizontal stripe: only y in the frame */
  stripeY: '#86cfb5',
  blank: '#efe9dc',
  /** on the lattice, left out by subsampling or by a part's own region */
  unselected: '#e9ecf0',
} as const;
export type RegionRole = keyof typeof REGION_COLORS;

/** Colour of a fraction in [0, 1] on cividis (Nuñez, Anderton, Renslow 2018): even in lightness, safe for all eyes. */
export function cividis(fraction: number): string {
  const at = Math.min(1, Math.max(0, fraction)) * (CIVIDIS.length - 1);
  const i = Math.min(CIVIDIS.length - 2, Math.floor(at));
  const [a, b] = [parseColor(CIVIDIS[i]!), parseColor(CIVIDIS[i + 1]!)];
  const mixed = a.map((v, c) => Math.round(v + (b[c]! - v) * (at - i)));
  return `#${mixed.map((v) => v.toString(16).padStart(2, '0')).join('')}`;
}

/** Red, green, blue in 0 … 255 of `#rrggbb`. */
export function parseColor(color: string): [number, number, number] {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** cividis at 0, 1/8 … 1. */
const CIVIDIS = [
  '#00224e',
  '#123570',
  '#3b496c',
  '#575d6d',
  '#707173',
  '#8a8678',
  '#a59c74',
  '#c3b369',
  '#fee838',
];
