import { FAINT, INK, MUTED } from './palette.ts';
import { figure, path, rect, round, text, wrap, type Figure } from './svg.ts';

export interface PersistencePicture {
  readonly title: string;
  readonly subtitle: string;
  /** For each dimension [birth, death]; null where a class never dies. */
  readonly diagrams: readonly (readonly (readonly [number, number | null])[])[];
  /** Diagrams of landmarks move by at most twice this; the strip along the diagonal says so. 0 draws none. */
  readonly coveringRadius: number;
}

/** Births against deaths of all dimensions on equal axes; classes that never die stand on a line at the top. */
export function persistenceFigure(picture: PersistencePicture): Figure {
  const { title, subtitle, diagrams, coveringRadius } = picture;
  const elements: string[] = [];
  let top = 26;
  for (const line of wrap(title, 16, SIDE + LEGEND, true)) {
    elements.push(text(LEFT, top + 12, line, { size: 16, bold: true }));
    top += 22;
  }
  for (const line of wrap(subtitle, 12, SIDE + LEGEND)) {
    elements.push(text(LEFT, top + 12, line, { color: MUTED }));
    top += 17;
  }
  top += 18;

  const greatest =
    1.04 * Math.max(...diagrams.flat().flatMap(([birth, death]) => [birth, death ?? birth]), 0) || 1;
  const ceiling = top + FOREVER;
  const floor = ceiling + SIDE;
  const x = (v: number) => round(LEFT + (v / greatest) * SIDE);
  const y = (v: number) => round(floor - (v / greatest) * SIDE);

  for (const [tick, label] of ticks(greatest)) {
    elements.push(path(`M${LEFT} ${y(tick)}h${SIDE}`, FAINT), path(`M${x(tick)} ${ceiling}V${floor}`, FAINT));
    elements.push(text(LEFT - 8, y(tick) + 4, label, { size: 11, color: MUTED, anchor: 'end' }));
    elements.push(text(x(tick), floor + 18, label, { size: 11, color: MUTED, anchor: 'middle' }));
  }
  if (coveringRadius > 0) {
    // A bar shorter than this may be due to the landmarks alone: each of its ends may move by 2r.
    const most = Math.min(greatest, 4 * coveringRadius);
    const corner = `L${x(greatest - most)} ${y(greatest)}L${x(greatest)} ${y(greatest)}Z`;
    elements.push(
      `<path class="uncertain" d="M${x(0)} ${y(0)}L${x(0)} ${y(most)}${corner}" fill="${FAINT}" fill-opacity="0.6"/>`,
    );
  }
  elements.push(path(`M${x(0)} ${y(0)}L${x(greatest)} ${y(greatest)}`, MUTED));
  elements.push(path(`M${LEFT} ${ceiling}h${SIDE}`, FAINT));
  elements.push(rect(LEFT, top, SIDE, FOREVER + SIDE, { stroke: MUTED }));
  elements.push(text(LEFT - 8, top + FOREVER / 2 + 5, '∞', { size: 13, color: MUTED, anchor: 'end' }));
  elements.push(text(LEFT + SIDE / 2, floor + 38, 'birth (diameter)', { anchor: 'middle' }));
  elements.push(text(22, ceiling + SIDE / 2, 'death (diameter)', { anchor: 'middle', rotate: -90 }));

  diagrams.forEach((bars, dimension) => {
    const mark = MARKS[dimension % MARKS.length]!;
    for (const [birth, death] of bars) {
      elements.push(mark(x(birth), death === null ? top + FOREVER / 2 : y(death), `h${dimension}`));
    }
    const row = top + 14 + 22 * dimension;
    elements.push(mark(LEFT + SIDE + 24, row - 4, 'key'));
    elements.push(text(LEFT + SIDE + 38, row, `H${dimension}: ${bars.length}`, { color: INK }));
  });
  if (coveringRadius > 0) {
    const row = top + 14 + 22 * diagrams.length;
    elements.push(rect(LEFT + SIDE + 17, row - 10, 14, 12, { fill: FAINT }));
    wrap('within the error of the landmarks: no longer than 4 covering radii', 12, LEGEND - 46).forEach(
      (line, i) => elements.push(text(LEFT + SIDE + 38, row + 16 * i, line, { color: INK })),
    );
  }
  return figure(LEFT + SIDE + LEGEND, floor + 56, elements, title);
}

const LEFT = 76;
/** Of the square of births and deaths. */
const SIDE = 400;
const LEGEND = 190;
/** Height of the strip above it for classes that never die. */
const FOREVER = 26;

/** One of each colour and shape, so that neither alone must tell them apart: Okabe and Ito's. */
const MARKS: readonly ((x: number, y: number, kind: string) => string)[] = [
  (x, y, kind) => `<circle class="${kind}" cx="${x}" cy="${y}" r="4" fill="#0072b2" fill-opacity="0.75"/>`,
  (x, y, kind) => `<path class="${kind}" d="M${x} ${y - 5}l5 9h-10z" fill="#d55e00" fill-opacity="0.75"/>`,
  (x, y, kind) => `<path class="${kind}" d="M${x - 4} ${y - 4}h8v8h-8z" fill="#009e73" fill-opacity="0.75"/>`,
];

/** About five round numbers from 0, as text with no more digits than they need. */
function ticks(greatest: number): [number, string][] {
  const rough = greatest / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999)!;
  const count = Math.floor(greatest / step + 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => [i * step, String(Number((i * step).toPrecision(6)))]);
}
