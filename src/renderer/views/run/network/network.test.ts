import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  denoiserGraph,
  denoiserLayout,
  tapNames,
  type DenoiserDesign,
} from '../../../../core/diffusion/graphs.ts';
import { blockNames } from '../../../../core/nn/validate.ts';
import { designDenoiser } from '../../../../shared/check-run.ts';
import { RunSpec } from '../../../../shared/run-spec.ts';
import { layoutNetwork } from './networkLayout.ts';
import { planNetwork } from './networkPlan.ts';

const presets = new URL('../../../../../resources/presets/', import.meta.url);
const designOf = (name: string): DenoiserDesign => {
  const { spec } = JSON.parse(readFileSync(new URL(`${name}.json`, presets), 'utf8')) as { spec: unknown };
  return designDenoiser(RunSpec.parse(spec));
};

/** The same network with other choices: several bottleneck blocks, encodings without a mix, another block. */
const variants = (): [string, DenoiserDesign][] => {
  const [quick, paper] = [designOf('quick'), designOf('paper')];
  return [
    ['quick', quick],
    ['paper', paper],
    [
      'quick with encodings as they are and four bottleneck blocks',
      {
        ...quick,
        withNoLabel: true,
        model: {
          ...quick.model,
          bottleneck: [64, 32, 32, 64],
          attention: { ...quick.model.attention, after: ['bottleneck4'] },
          embedding: { ...quick.model.embedding, mix: 'none', dim: 98, label: { kind: 'onehot' } },
        },
      },
    ],
  ];
};

describe.each(variants())('the diagram of %s', (_, design) => {
  const plan = planNetwork(design);

  it('shows the shapes of the real graph at every tap', () => {
    const layout = denoiserLayout(design);
    const taps = tapNames(design);
    const { outputs } = denoiserGraph(design, layout, new Float32Array(layout.size), 1, taps);
    const real = Object.fromEntries(taps.map((name) => [name, outputs.get(name)!.shape.slice(1)]));
    const drawn = Object.fromEntries(plan.nodes.filter((n) => n.tap).map((n) => [n.id, [...n.shape]]));
    expect(drawn).toEqual(real);
    expect(plan.nodes.find((n) => n.id === 'out')!.shape).toEqual(outputs.get('eps')!.shape.slice(1));
  });

  it('gives each parameter to exactly one part', () => {
    const layout = denoiserLayout(design);
    const drawn = plan.nodes.flatMap((n) => n.parameters.map((p) => p.name));
    expect(drawn.sort()).toEqual(layout.parameters.map((p) => p.name).sort());
    expect(plan.nodes.reduce((n, { parameterCount }) => n + parameterCount, 0)).toBe(plan.parameterCount);
  });

  it('names blocks as attention and taps name them', () => {
    const blocks = plan.nodes.filter((n) => ['down', 'bottleneck', 'up'].includes(n.role)).map((n) => n.id);
    expect(blocks).toEqual(blockNames(design.model));
  });

  it('marks attention and conditioning where the parameters say so', () => {
    for (const node of plan.nodes) {
      const has = (part: string) => node.parameters.some((p) => p.name.startsWith(`${node.id}.${part}`));
      expect([node.id, node.attention]).toEqual([node.id, has('attention')]);
      expect([node.id, node.conditioned]).toEqual([node.id, has('embedding')]);
    }
  });

  it('joins skips of the size that the up block works at, with the channels that its first weights expect', () => {
    for (const { from, to } of plan.edges.filter((e) => e.kind === 'skip')) {
      const [a, b] = [from, to].map((id) => plan.nodes.find((n) => n.id === id)!) as [Node, Node];
      expect(a.shape.slice(1)).toEqual(b.shape.slice(1));
      const before = plan.edges.find((e) => e.kind === 'main' && e.to === to)!.from;
      const channels = plan.nodes.find((n) => n.id === before)!.shape[0]! + a.shape[0]!;
      const first = b.parameters.find((p) => p.name.includes('conv1.weight'))!;
      expect(first.shape[1]).toBe(channels);
    }
  });

  it('is placed without boxes over each other, inside the drawing', () => {
    const { nodes, width, height } = layoutNetwork(plan);
    expect(nodes).toHaveLength(plan.nodes.length);
    nodes.forEach((a, i) => {
      expect(a.x).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width).toBeLessThanOrEqual(width);
      expect(a.y + a.height).toBeLessThanOrEqual(height);
      for (const b of nodes.slice(i + 1)) {
        const apart =
          a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect([a.node.id, b.node.id, apart]).toEqual([a.node.id, b.node.id, true]);
      }
    });
  });

  it('draws the lines outside of the boxes that they do not belong to', () => {
    const { nodes, edges } = layoutNetwork(plan);
    for (const { points } of edges) {
      for (let i = 1; i < points.length; i++) {
        const [[x0, y0], [x1, y1]] = [points[i - 1]!, points[i]!];
        for (const n of nodes) {
          const through =
            Math.max(x0, x1) > n.x + 1 &&
            Math.min(x0, x1) < n.x + n.width - 1 &&
            Math.max(y0, y1) > n.y + 1 &&
            Math.min(y0, y1) < n.y + n.height - 1;
          expect([n.node.id, points, through]).toEqual([n.node.id, points, false]);
        }
      }
    }
  });
});

type Node = ReturnType<typeof planNetwork>['nodes'][number];
