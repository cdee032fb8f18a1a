import type { RunSpec } from '../src/shared/run-spec.ts';
import { loadPreset } from '../src/main/presets/presets.ts';

/** A model and a batch that both sides train and sample from. */
export interface BenchCase {
  readonly name: string;
  /** For the report. */
  readonly title: string;
  readonly spec: RunSpec;
  /** What is measured unless `--only` says otherwise. */
  readonly byDefault: readonly Measurement[];
}

export const MEASUREMENTS = ['train', 'sample', 'start-up', 'memory'] as const;
export type Measurement = (typeof MEASUREMENTS)[number];

export function benchCases(): BenchCase[] {
  const quick = loadPreset('quick').spec;
  return [
    {
      name: 'quick',
      title: 'the preset "quick": c = 16, N = 16',
      spec: quick,
      byDefault: MEASUREMENTS,
    },
    {
      name: 'c32',
      title: 'the same twice as wide and as large: c = 32, N = 32',
      spec: doubled(quick),
      byDefault: ['train', 'sample', 'start-up'],
    },
    {
      name: 'paper',
      title: 'the preset "paper": a step takes many seconds',
      spec: loadPreset('paper').spec,
      byDefault: [],
    },
  ];
}

function doubled(spec: RunSpec): RunSpec {
  const { dataset, model } = spec;
  const twice = (v: number) => 2 * v;
  return {
    ...spec,
    dataset: {
      ...dataset,
      size: 2 * dataset.size,
      heldOut: [{ type: 'cross', x: [13, 19], y: [13, 19], mode: 'add' }],
    },
    model: {
      ...model,
      stem: 2 * model.stem,
      widths: model.widths.map(twice),
      bottleneck: model.bottleneck.map(twice),
      up: model.up.map(twice),
      embedding: { ...model.embedding, dim: 2 * model.embedding.dim },
    },
  };
}
