import { invalid } from '../base/errors.ts';
import { encodingWidth, type LabelSpace } from './embedding.ts';
import type { ModelSpec } from './spec.ts';

/** Names of all blocks that attention may follow and taps may read, in order. */
export function blockNames(spec: ModelSpec): string[] {
  const numbered = (kind: string, n: number) => Array.from({ length: n }, (_, i) => `${kind}${i + 1}`);
  return [
    ...numbered('down', spec.widths.length),
    ...numbered('bottleneck', spec.bottleneck.length),
    ...numbered('up', spec.up.length),
  ];
}

/** Checks what a model's fields say about each other and about the images; throws one clear sentence. */
export function validateModel(spec: ModelSpec, space: LabelSpace): void {
  const levels = spec.widths.length;
  const stride = 2 ** levels;
  if (space.size % stride !== 0) {
    throw invalid(
      `model.widths has ${levels} levels, each halving the image, so dataset.size must be divisible by ${stride}, got ${space.size}`,
    );
  }
  if (spec.up.length !== levels) {
    throw invalid(
      `model.up expects one width for each of the ${levels} entries of model.widths, got ${spec.up.length}`,
    );
  }
  const names = blockNames(spec);
  for (const name of spec.attention.after) {
    if (!names.includes(name)) {
      throw invalid(`model.attention.after names the block "${name}", expected one of ${names.join(', ')}`);
    }
  }
  for (const [name, channels] of normalized(spec)) {
    if (channels % spec.normGroups !== 0) {
      throw invalid(`model.normGroups (${spec.normGroups}) must divide the ${channels} channels of ${name}`);
    }
  }
  for (const name of spec.attention.after) {
    const channels = widthOf(spec, name);
    if (channels % spec.attention.heads !== 0) {
      throw invalid(
        `model.attention.heads (${spec.attention.heads}) must divide the ${channels} channels of ${name}`,
      );
    }
  }
  if (spec.padding === 'circular' && spec.upsample === 'bilinear') {
    throw invalid(
      'model.upsample is "bilinear", which does not wrap; with circular padding expected "nearest"',
    );
  }
  validateEmbedding(spec, space);
}

function validateEmbedding({ embedding }: ModelSpec, space: LabelSpace): void {
  for (const [field, dim] of [
    ['time.dim', embedding.time.dim],
    ['label.dim', embedding.label.kind === 'sinusoidal' ? embedding.label.dim : 2],
  ] as const) {
    if (dim % 2 !== 0) throw invalid(`model.embedding.${field} must be even (sines and cosines), got ${dim}`);
  }
  const total = embedding.time.dim + 2 * encodingWidth(embedding.label, space);
  if (embedding.mix === 'none' && embedding.dim !== total) {
    throw invalid(
      `model.embedding.dim must equal the encodings of t, x and y together (${total}) when mix is "none", got ${embedding.dim}`,
    );
  }
}

/** Values of one image's widest tensor: attention's scores or a block's channels. Decides how much memory a batch takes. */
export function widestValue(spec: ModelSpec, size: number): number {
  const sides = new Map(blockNames(spec).map((name) => [name, sideOf(spec, name, size)]));
  const scores = spec.attention.after.map((name) => spec.attention.heads * sides.get(name)! ** 4);
  const channels = [...sides].map(([name, side]) => 2 * widthOf(spec, name) * side ** 2);
  return Math.max(spec.stem * size ** 2, ...scores, ...channels);
}

/** Side in pixels of the image that a block works on. */
function sideOf(spec: ModelSpec, name: string, size: number): number {
  const [, kind, n] = /^(down|bottleneck|up)(\d+)$/.exec(name)!;
  const levels = spec.widths.length;
  if (kind === 'bottleneck') return size / 2 ** levels;
  if (kind === 'up') return size / 2 ** (levels - Number(n));
  // Residual blocks come before their pool, double convolutions after it.
  return size / 2 ** (spec.block === 'residual' ? Number(n) - 1 : Number(n));
}

function widthOf(spec: ModelSpec, name: string): number {
  const [, kind, n] = /^(down|bottleneck|up)(\d+)$/.exec(name)!;
  const widths = { down: spec.widths, bottleneck: spec.bottleneck, up: spec.up }[
    kind as 'down' | 'bottleneck' | 'up'
  ];
  return widths[Number(n) - 1]!;
}

/** Every group-normalized layer with its channels. */
function normalized(spec: ModelSpec): [string, number][] {
  const out: [string, number][] = blockNames(spec).map((name) => [name, widthOf(spec, name)]);
  out.push(['the stem', spec.stem]);
  const skips = spec.block === 'residual' ? spec.widths : [spec.stem, ...spec.widths.slice(0, -1)];
  let below = spec.bottleneck.at(-1)!;
  spec.up.forEach((width, i) => {
    const joined = below + skips.at(-1 - i)!;
    out.push([`up${i + 1} joined with its skip`, joined]);
    if (spec.block === 'doubleConv') out.push([`the middle of up${i + 1}`, Math.floor(joined / 2)]);
    below = width;
  });
  return out;
}
