import { type Dataset, type DatasetPart, MEMBER } from '../../core/dataset/dataset.ts';
import type { DatasetFacts } from '../../core/dataset/describe.ts';
import { labelAt } from '../../core/dataset/lattice.ts';
import { createRenderer } from '../../core/dataset/render.ts';
import {
  type Figure,
  labelMapFigure,
  type MapRegion,
  type RegionRole,
  renderSheet,
  type SheetItem,
} from '../../files/figure.ts';
import { formatTable } from './table.ts';

/** Example images shown for each part and each section. */
const EXAMPLES = 12;

const SECTION_ROLES: Readonly<Record<string, RegionRole>> = {
  vertical: 'vertical',
  horizontal: 'horizontal',
  intersection: 'intersection',
  lesion: 'lesion',
  uncovered: 'unselected',
};

/** What each label of the label space is to the dataset, as a picture. */
export function labelMap(dataset: Dataset, facts: DatasetFacts, name: string): Figure {
  const { lattice, membership, sections, sectionCodes } = dataset;
  const regions: MapRegion[] = [];
  const codeOf = (label: string, role: RegionRole): number => {
    const known = regions.find((region) => region.name === label);
    if (known !== undefined) return known.code;
    regions.push({ code: regions.length + 1, name: label, role });
    return regions.length;
  };
  // Asked for in the legend's order, training data first.
  const train = codeOf('training: 2D images', 'train');
  const stripeX = codeOf('training: 1D stripes, x in the frame', 'stripeX');
  const stripeY = codeOf('training: 1D stripes, y in the frame', 'stripeY');
  const blank = codeOf('training: blank images', 'blank');
  const sectionCode = sections.map((section) => {
    if (section.kind === 'overlay' || section.name === 'in-distribution') return 0;
    return codeOf(`held out: ${section.name}`, SECTION_ROLES[section.name] ?? 'heldOut');
  });
  const lesion = codeOf('lesion', 'lesion');
  const unselected = codeOf('left out by subsampling', 'unselected');

  const codes = new Uint8Array(lattice.count);
  for (let i = 0; i < codes.length; i++) {
    const member = membership[i]!;
    const inX = (member & MEMBER.frameX) !== 0;
    const inY = (member & MEMBER.frameY) !== 0;
    if ((member & MEMBER.training) !== 0)
      codes[i] = inX && inY ? train : inX ? stripeX : inY ? stripeY : blank;
    else if ((member & MEMBER.lesion) !== 0) codes[i] = lesion;
    else if ((member & MEMBER.candidate) !== 0) codes[i] = unselected;
    else if (sectionCodes[i]! > 0) codes[i] = sectionCode[sectionCodes[i]! - 1]!;
  }
  const axis = ({ first, spacing, count }: { first: number; spacing: number; count: number }) => ({
    first: first * spacing,
    spacing,
    count,
  });
  return labelMapFigure({
    title: `Label space of ${name}`,
    subtitle:
      `${facts.trainingImages.toLocaleString('en')} training images; ` +
      `${percent(facts.heldOutFraction)} of the 2D images held out`,
    lattice: { x: axis(lattice.x), y: axis(lattice.y) },
    codes,
    regions,
    size: lattice.size,
  });
}

/** Example images: what each part trains on, and the ground truth of each held-out section. */
export function exampleSheet(dataset: Dataset, name: string): Figure {
  const groups = [
    ...dataset.parts.map((part) => ({
      name: `training: ${PART_WORDS[part.kind]}`,
      count: part.labels.length,
      items: examples(dataset, part.labels, part.kind),
    })),
    ...dataset.sections
      .filter((section) => section.kind === 'partition' && section.name !== 'in-distribution')
      .map((section) => ({
        name: `held out: ${section.name}`,
        count: section.labels.length,
        items: examples(dataset, section.labels, dataset.testKind),
      })),
  ];
  return renderSheet({
    title: `Images of ${name}`,
    subtitle: 'Evenly chosen labels of each part, and the ground truth of each held-out section.',
    size: dataset.spec.size,
    columns: EXAMPLES,
    sections: groups.map((group) => ({
      name: group.name,
      accuracyText: `${group.count.toLocaleString('en')} ${group.count === 1 ? 'label' : 'labels'}`,
      items: group.items,
    })),
  });
}

const PART_WORDS: Readonly<Record<DatasetPart['kind'], string>> = {
  bump2d: '2D bumps',
  sos2d: '2D sums of stripes',
  stripes1d: '1D stripes',
  blank0d: 'blank images',
};

function examples(dataset: Dataset, labels: Uint32Array, kind: DatasetPart['kind']): SheetItem[] {
  const render = createRenderer(dataset.spec);
  const n = dataset.spec.size;
  const count = Math.min(EXAMPLES, labels.length);
  // Multiples of the golden ratio modulo 1 spread evenly without falling into step with the lattice's rows.
  const at = (i: number) => Math.floor(((i * 0.6180339887498949) % 1) * labels.length);
  const even = (i: number) => Math.floor(((i + 0.5) * labels.length) / count);
  const places = Array.from({ length: count }, (_, i) => (labels.length > 4 * count ? at(i) : even(i)));
  places.sort((a, b) => a - b);
  return places.map((place) => {
    const [x, y] = labelAt(dataset.lattice, labels[place]!);
    const truth = new Float32Array(n * n);
    render(kind, x, y, truth, 0);
    return { x, y, truth, samples: [] };
  });
}

/** Counts as plain JSON data. */
export function countsDocument(facts: DatasetFacts) {
  const coverage = ({ values, images2d, images1d, unseen }: DatasetFacts['coverage']['x']) => ({
    values: [...values],
    images2d: [...images2d],
    images1d: [...images1d],
    unseen,
  });
  return { ...facts, coverage: { x: coverage(facts.coverage.x), y: coverage(facts.coverage.y) } };
}

export function countsText(facts: DatasetFacts): string {
  const parts = [
    ['part', 'candidates', 'kept (λ)', 'training images', 'share of batches'],
    ...facts.parts.map((part) => [
      PART_WORDS[part.kind],
      String(part.candidates),
      String(part.lambda),
      String(part.images),
      percent(part.share),
    ]),
  ];
  const sections = [
    ['section', 'labels', 'of the frame'],
    ...facts.sections.map((section) => [section.name, String(section.labels), percent(section.fraction)]),
  ];
  const unseen = `values that no training image shows: ${facts.coverage.x.unseen} of x, ${facts.coverage.y.unseen} of y`;
  return (
    `${facts.trainingImages} training images; ${facts.frameLabels} labels in the frame, ${facts.labels} in the ` +
    `label space; ${unseen}\n\n${formatTable(parts, [1, 2, 3, 4])}\n\n${formatTable(sections, [1, 2])}`
  );
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}
