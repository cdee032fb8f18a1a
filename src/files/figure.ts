/** Pictures of runs and datasets, as SVG and PNG. */
export {
  renderSheet,
  renderComparison,
  type Sheet,
  type SheetItem,
  type SheetPanel,
  type SheetSection,
} from './figure/sheet.ts';
export {
  evaluationPanel,
  evaluationSections,
  evaluationSubtitle,
  type EvaluatedImages,
} from './figure/evaluation-sheet.ts';
export { labelMapFigure, type LabelLattice, type LabelMap, type MapRegion } from './figure/label-map.ts';
export { REGION_COLORS, type RegionRole } from './figure/palette.ts';
export type { Figure } from './figure/svg.ts';
