/** Colours made in OKLab (Ottosson, 2020), where equal steps look equal. */

/** Lightness, and the axis from blue (−) to yellow-orange (+), which people with red–green deficiency see. */
const HUE = (72 * Math.PI) / 180;

/**
 * For a periodic quantity: a circle in the plane of lightness and blue–yellow. Both ends are the same colour, and no
 * place on it looks like another, also in grey together with its neighbours.
 */
export const CYCLIC: readonly string[] = Array.from({ length: 33 }, (_, i) => {
  const angle = (2 * Math.PI * i) / 32;
  return okLabHex(0.62 + 0.2 * Math.cos(angle), 0.12 * Math.sin(angle));
});

/** From −1 (blue) over 0 (near white) to 1 (orange). */
export const DIVERGING: readonly string[] = Array.from({ length: 21 }, (_, i) => {
  const at = (i - 10) / 10;
  const strength = Math.abs(at);
  return okLabHex(0.97 - 0.45 * strength, 0.115 * at);
});

/** The colour at a place of a palette, between its entries; places beyond the ends are the ends. */
export function paletteColor(palette: readonly string[], place: number): string {
  const at = Math.min(1, Math.max(0, place)) * (palette.length - 1);
  const low = Math.min(palette.length - 2, Math.floor(at));
  const part = at - low;
  const [a, b] = [rgbOf(palette[low]!), rgbOf(palette[low + 1]!)];
  return hexOf(a.map((v, i) => Math.round(v + (b[i]! - v) * part)));
}

/** (3) of 0…255. */
export function rgbOf(hex: string): number[] {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function hexOf(rgb: readonly number[]): string {
  return `#${rgb.map((v) => v.toString(16).padStart(2, '0')).join('')}`;
}

/** @param chroma along the blue–yellow axis, signed */
function okLabHex(lightness: number, chroma: number): string {
  const [a, b] = [chroma * Math.cos(HUE), chroma * Math.sin(HUE)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return hexOf(
    linear.map((v) => {
      const clipped = Math.min(1, Math.max(0, v));
      const gamma = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
      return Math.round(255 * gamma);
    }),
  );
}
