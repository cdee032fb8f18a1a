import type { NetworkEdge, NetworkNode, NetworkPlan } from './networkPlan.ts';

/** A part's place in the drawing, in SVG units. */
export interface PlacedNode {
  readonly node: NetworkNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The feature map as a block: channels across, image side upwards. */
  readonly slab: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export interface PlacedEdge {
  readonly kind: 'main' | 'skip' | 'condition';
  /** Corners, from start to arrow. */
  readonly points: readonly (readonly [number, number])[];
  readonly label: string;
  readonly labelAt: readonly [number, number];
  readonly anchor: 'start' | 'middle';
}

export interface NetworkLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  /** Upper left corner of the explanation of signs. */
  readonly legend: { readonly x: number; readonly y: number };
}

const BOX = { width: 236, height: 64 };
const SLAB = 46;
const ROW = 104;
const BUS = 26;
const EDGE = 20;
/** Each level of the U stands this much further in. */
const INDENT = 22;
const GAP = 36;

/** Places a network as a U: the way down on the left, the way up on the right, each up block beside its skip. */
export function layoutNetwork(plan: NetworkPlan): NetworkLayout {
  const of = (...roles: NetworkNode['role'][]) => plan.nodes.filter(({ role }) => roles.includes(role));
  const left = of('input', 'stem', 'down');
  const bottom = of('bottleneck');
  const right = of('up', 'out');
  const rows = new Map(left.map(({ id }, row) => [id, row]));
  for (const { id } of right) {
    const skip = plan.edges.find(({ kind, to }) => kind === 'skip' && to === id);
    if (skip) rows.set(id, rows.get(skip.from)!);
  }
  rows.set('out', rows.get(right.at(-2)!.id)! - 1);
  const bottomRow = left.length;
  bottom.forEach(({ id }) => rows.set(id, bottomRow));

  const leftEdge = EDGE + BOX.width + GAP + BUS;
  const bottomWidth = bottom.length * BOX.width + (bottom.length - 1) * GAP;
  const inner = Math.max(bottomWidth + 2 * INDENT, 2 * BOX.width + 2 * INDENT * left.length + 200);
  const rightEdge = leftEdge + inner;
  const top = EDGE;
  const rowY = (row: number): number => top + row * ROW;
  const place = (node: NetworkNode, x: number, y: number): PlacedNode => {
    return { node, x, y, ...BOX, slab: slabOf(node, plan, x, y) };
  };
  const nodes = [
    ...of('conditioning').map((node) => place(node, EDGE, rowY(1))),
    ...left.map((node, i) => place(node, leftEdge + INDENT * i, rowY(i))),
    ...bottom.map((node, i) =>
      place(node, leftEdge + (inner - bottomWidth) / 2 + i * (BOX.width + GAP), rowY(bottomRow)),
    ),
    ...right.map((node) => {
      const row = rows.get(node.id)!;
      return place(node, rightEdge - BOX.width - INDENT * row, rowY(row));
    }),
  ];
  const at = new Map(nodes.map((placed) => [placed.node.id, placed]));
  return {
    width: rightEdge + BUS + EDGE,
    height: rowY(bottomRow) + BOX.height + BUS + EDGE,
    nodes,
    legend: { x: EDGE, y: rowY(2) },
    edges: [
      ...plan.edges.map((edge) => route(edge, at.get(edge.from)!, at.get(edge.to)!)),
      ...conditioningEdges(nodes, leftEdge, rightEdge, rowY(bottomRow)),
    ],
  };
}

/** Height by image side, width by the logarithm of the channels, both against the largest of the network. */
function slabOf({ shape }: NetworkNode, { nodes }: NetworkPlan, x: number, y: number): PlacedNode['slab'] {
  const maps = nodes.filter((n) => n.shape.length === 3);
  const [channels, side] = shape.length === 3 ? [shape[0]!, shape[1]!] : [shape[0]!, 1];
  const sides = Math.max(...maps.map((n) => n.shape[1]!));
  const widest = Math.max(...maps.map((n) => n.shape[0]!));
  const height = shape.length === 3 ? Math.max(6, (SLAB * side) / sides) : 6;
  const width = Math.max(4, Math.min(1, Math.log2(channels + 1) / Math.log2(widest + 1)) * (SLAB - 10));
  return { x: x + 10 + (SLAB - 10 - width) / 2, y: y + (BOX.height - height) / 2, width, height };
}

function route({ kind, label }: NetworkEdge, a: PlacedNode, b: PlacedNode): PlacedEdge {
  const middle = (n: PlacedNode): number => n.x + n.width / 2;
  if (kind === 'skip' || a.y === b.y) {
    const y = a.y + a.height / 2;
    const points = [
      [a.x + a.width, y],
      [b.x, y],
    ] as const;
    return { kind, points, label, labelAt: [(a.x + a.width + b.x) / 2, y - 6], anchor: 'middle' };
  }
  const down = b.y > a.y;
  const [from, to] = down ? [a.y + a.height, b.y] : [a.y, b.y + b.height];
  const half = (from + to) / 2;
  const points = [
    [middle(a), from],
    [middle(a), half],
    [middle(b), half],
    [middle(b), to],
  ] as const;
  const straight = Math.abs(middle(a) - middle(b)) < 1;
  return {
    kind,
    points: straight ? [points[0], points[3]] : points,
    label,
    labelAt: [Math.max(middle(a), middle(b)) + 8, half + 4],
    anchor: 'start',
  };
}

/** One line around the outside of the U, with an arrow into each part that takes the conditioning vector. */
function conditioningEdges(
  nodes: readonly PlacedNode[],
  leftEdge: number,
  rightEdge: number,
  bottomY: number,
): PlacedEdge[] {
  const source = nodes.find(({ node }) => node.role === 'conditioning')!;
  const taking = nodes.filter(({ node }) => node.conditioned);
  const [busLeft, busRight] = [leftEdge - BUS, rightEdge + BUS];
  const busBottom = bottomY + BOX.height + BUS;
  const startY = source.y + source.height / 2;
  const middleOf = (n: PlacedNode): number => n.y + n.height / 2;
  const plain = (points: PlacedEdge['points']): PlacedEdge => {
    return { kind: 'condition', points, label: '', labelAt: points[0]!, anchor: 'start' };
  };
  return taking.map((n) => {
    const way: (readonly [number, number])[] = [
      [source.x + source.width, startY],
      [busLeft, startY],
    ];
    if (n.node.role === 'down') return plain([...way, [busLeft, middleOf(n)], [n.x, middleOf(n)]]);
    way.push([busLeft, busBottom]);
    if (n.node.role === 'bottleneck') {
      const x = n.x + n.width / 2;
      return plain([...way, [x, busBottom], [x, n.y + n.height]]);
    }
    return plain([...way, [busRight, busBottom], [busRight, middleOf(n)], [n.x + n.width, middleOf(n)]]);
  });
}
