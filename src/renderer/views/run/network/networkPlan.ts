import { denoiserLayout, type DenoiserDesign } from '../../../../core/diffusion/graphs.ts';
import { encodingWidth } from '../../../../core/nn/embedding.ts';
import type { PlacedParameter } from '../../../../core/nn/parameters.ts';
import type { ModelSpec } from '../../../../core/nn/spec.ts';

/** A part of the network as the paper's figure 7 draws it. */
export interface NetworkNode {
  /** Its tap's name where it has one: `conditioning`, `stem`, `down1` …, `bottleneck1` …, `up1` …; else `input`, `out`. */
  readonly id: string;
  readonly role: 'input' | 'conditioning' | 'stem' | 'down' | 'bottleneck' | 'up' | 'out';
  /** Of what comes out of it, without the batch: (C, H, W), or (D) for the conditioning vector. */
  readonly shape: readonly number[];
  /** Its representation can be read under its name. */
  readonly tap: boolean;
  readonly attention: boolean;
  /** The conditioning vector goes in. */
  readonly conditioned: boolean;
  /** What it computes, in order. */
  readonly operations: readonly string[];
  readonly parameters: readonly PlacedParameter[];
  readonly parameterCount: number;
}

/** What flows from one part to the next. */
export interface NetworkEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: 'main' | 'skip';
  /** What happens on the way (pooling, upsampling), or what is joined. */
  readonly label: string;
}

export interface NetworkPlan {
  readonly nodes: readonly NetworkNode[];
  readonly edges: readonly NetworkEdge[];
  readonly parameterCount: number;
}

/**
 * The parts of a network with the shapes that core/nn/unet.ts gives them.
 * @throws CliffordError INVALID_INPUT for a model whose fields do not fit each other
 */
export function planNetwork(design: DenoiserDesign): NetworkPlan {
  const layout = denoiserLayout(design);
  const { model, space } = design;
  const residual = model.block === 'residual';
  const levels = model.widths.length;
  /** Side of the image after halving it n times. */
  const side = (n: number): number => space.size / 2 ** n;
  const square = (channels: number, n: number): number[] => [channels, side(n), side(n)];

  const nodes: NetworkNode[] = [];
  const add = (
    id: string,
    role: NetworkNode['role'],
    shape: readonly number[],
    operations: readonly string[],
    conditioned = false,
  ): void => {
    const own = layout.parameters.filter(({ name }) => ownerOf(name) === id);
    const attention = model.attention.after.includes(id);
    nodes.push({
      id,
      role,
      shape,
      tap: role !== 'input' && role !== 'out',
      attention,
      conditioned,
      operations: attention ? [...operations, attentionText(model)] : operations,
      parameters: own,
      parameterCount: own.reduce((n, p) => n + p.size, 0),
    });
  };

  add('conditioning', 'conditioning', [model.embedding.dim], conditioningOperations(design));
  add('input', 'input', square(1, 0), ['noisy image x_t']);
  add('stem', 'stem', square(model.stem, 0), residual ? [convText(model)] : doubleConvText(model));
  model.widths.forEach((width, i) => {
    const n = residual ? i : i + 1;
    add(
      `down${i + 1}`,
      'down',
      square(width, n),
      residual ? residualText(model) : doubleBlockText(model),
      true,
    );
  });
  model.bottleneck.forEach((width, i) => {
    const operations = residual ? residualText(model) : doubleConvText(model);
    add(`bottleneck${i + 1}`, 'bottleneck', square(width, levels), operations, residual);
  });
  model.up.forEach((width, i) => {
    const operations = residual ? residualText(model) : doubleBlockText(model);
    add(`up${i + 1}`, 'up', square(width, levels - 1 - i), operations, true);
  });
  add(
    'out',
    'out',
    square(1, 0),
    residual ? ['group norm', model.activation, convText(model)] : ['1×1 convolution'],
  );

  return { nodes, edges: edgesOf(model, nodes), parameterCount: layout.size };
}

/** The part that a parameter belongs to, by the first piece of its name. */
function ownerOf(name: string): string {
  const first = name.split('.')[0]!;
  return first === 'embedding' ? 'conditioning' : first;
}

function edgesOf(model: ModelSpec, nodes: readonly NetworkNode[]): NetworkEdge[] {
  const shapes = new Map(nodes.map((node) => [node.id, node.shape]));
  const line = nodes.filter(({ role }) => role !== 'conditioning').map(({ id }) => id);
  const pool = model.downsample === 'average' ? 'average pool ½' : 'max pool ½';
  const grow = `${model.upsample} ×2`;
  const main = line.slice(1).map((to, i): NetworkEdge => {
    const from = line[i]!;
    // Up blocks resize what comes from below before joining the skip, so the image grows on the way there.
    const [a, b] = [shapes.get(from)![1]!, shapes.get(to)![1]!];
    return { from, to, kind: 'main', label: b < a ? pool : b > a ? grow : '' };
  });
  const levels = model.widths.length;
  const sources = Array.from({ length: levels }, (_, i) =>
    model.block === 'residual' ? `down${i + 1}` : i === 0 ? 'stem' : `down${i}`,
  );
  const skips = sources.map((from, i): NetworkEdge => {
    return { from, to: `up${levels - i}`, kind: 'skip', label: `joined, ${shapes.get(from)![0]} channels` };
  });
  return [...main, ...skips];
}

function conditioningOperations({ model: { embedding }, space, withNoLabel }: DenoiserDesign): string[] {
  const width = encodingWidth(embedding.label, space);
  return [
    `t: sinusoidal, ${embedding.time.dim}`,
    `x and y: ${embedding.label.kind}, ${width} each${withNoLabel ? ' (or no label)' : ''}`,
    'concatenated',
    ...(embedding.mix === 'mlp'
      ? [`linear to ${embedding.dim}, silu, linear to ${embedding.dim}, silu`]
      : ['silu']),
  ];
}

const convText = ({ padding }: ModelSpec): string =>
  `3×3 convolution${padding === 'circular' ? ', circular' : ''}`;

function attentionText({ attention: { heads, kind } }: ModelSpec): string {
  return `self-attention, ${heads} ${heads === 1 ? 'head' : 'heads'} (${kind})`;
}

function residualText(model: ModelSpec): string[] {
  const half = ['group norm', model.activation, convText(model)];
  return [...half, '+ conditioning', ...half, '+ input'];
}

function doubleConvText(model: ModelSpec): string[] {
  return [convText(model), 'group norm', model.activation, convText(model), 'group norm'];
}

function doubleBlockText(model: ModelSpec): string[] {
  return [...doubleConvText(model), '+ input', model.activation, ...doubleConvText(model), '+ conditioning'];
}
