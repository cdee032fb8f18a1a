import type { RunRow } from '../../../../shared/contract/runs.ts';
import type { Evaluation, SectionAccuracy } from '../../../../shared/records.ts';
import { RunSpec } from '../../../../shared/run-spec.ts';
import tiny from '../../../../../resources/presets/tiny.json' with { type: 'json' };
import { styleOf } from '../../../state/runColors.ts';
import type { ComparedRun } from '../model/run.ts';

/** A specification that is the tiny preset but for what is changed. */
export function specWith(change: (spec: RunSpec) => void = () => {}): RunSpec {
  const spec = RunSpec.parse(tiny.spec);
  change(spec);
  return spec;
}

export function comparedRun(
  id: string,
  {
    spec = specWith(),
    name = id,
    row = {},
    ...rest
  }: Partial<Omit<ComparedRun, 'row'>> & { row?: Partial<RunRow> } = {},
): ComparedRun {
  return {
    id,
    name,
    seed: spec.seed,
    style: styleOf(0),
    spec,
    evaluations: [],
    metricKeys: ['loss'],
    environment: {},
    ...rest,
    row: {
      ...{ id, name, state: 'finished', reason: null, preset: 'tiny', specHash: id, seed: spec.seed },
      ...{
        step: 40,
        steps: 40,
        engine: 'onnxruntime-cpu',
        createdAt: '2025-01-01T00:00:00Z',
        startedAt: null,
      },
      ...{ endedAt: null, tags: [], note: '', deletedAt: null, accuracy: {}, starred: false, parent: null },
      ...{ region: null, best: {}, latest: {}, progress: null, queuePosition: null, seconds: 10 },
      ...row,
    },
  };
}

/** An evaluation whose sections have these `both` accuracies; x and y are 0.1 above, intervals ± 0.05. */
export function evaluation(step: number, both: Readonly<Record<string, number>>, final = false): Evaluation {
  return {
    ...{ step, final, tolerancePx: 0.25, readout: 'matchedFilter', weights: 'ema', seconds: 1, skipped: [] },
    sections: Object.entries(both).map(([section, mean]) => sectionAccuracy(section, mean)),
  };
}

function sectionAccuracy(section: string, mean: number): SectionAccuracy {
  const estimate = (value: number) => ({ mean: value, low: value - 0.05, high: value + 0.05 });
  return {
    ...{ section, labels: 4, images: 8, unreadableLabels: 0, none: 0, several: 0 },
    x: estimate(mean + 0.1),
    y: estimate(mean + 0.1),
    both: estimate(mean),
    copyBaseline: { x: 0.2, y: 0.2, both: 0.05 },
    chance: { x: 0.1, y: 0.1, both: 0.01 },
    medianErrorPx: { x: null, y: null },
  };
}
