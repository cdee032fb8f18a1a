import type { ChartTheme } from './theme.ts';

/**
 * viridis (van der Walt, Smith, 2015) at eleven even places: brightness rises evenly, so that it is read in grey and
 * by people with any colour-vision deficiency.
 */
export const VIRIDIS = [
  '#440154',
  '#482475',
  '#414487',
  '#355f8d',
  '#2a788e',
  '#21918c',
  '#22a884',
  '#44bf70',
  '#7ad151',
  '#bddf26',
  '#fde725',
] as const;

/** The built-in sections keep their colour in every run (Okabe, Ito). */
const SECTION_COLORS: Readonly<Record<string, string>> = {
  'in-distribution': '#0072b2',
  vertical: '#d55e00',
  horizontal: '#009e73',
  intersection: '#cc79a7',
  uncovered: '#8a6d00',
  lesion: '#c23b22',
};
const OTHER_COLORS = ['#56b4e9', '#882255', '#b8860b', '#44aa99', '#6b6b6b'] as const;

/**
 * How the curves of sections look: colour, and marker and dash besides, for those who do not see colours.
 * @param sections all sections of the chart, in order
 */
export function sectionStyle(section: string, sections: readonly string[], theme: ChartTheme) {
  const markers = ['circle', 'triangle', 'rect', 'diamond'] as const;
  const place = Math.max(0, sections.indexOf(section));
  const others = sections.filter((s) => s !== 'overall' && !(s in SECTION_COLORS));
  const color =
    section === 'overall'
      ? theme.ink
      : (SECTION_COLORS[section] ?? OTHER_COLORS[others.indexOf(section) % OTHER_COLORS.length]!);
  const dash = section === 'overall' ? ('dashed' as const) : ('solid' as const);
  return { color, dash, marker: markers[place % markers.length]! };
}
