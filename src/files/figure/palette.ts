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

/** Red, green, blue in 0 … 255 of `#rrggbb`. */
export function parseColor(color: string): [number, number, number] {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
