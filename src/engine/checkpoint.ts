import { z } from 'zod';
import { invalid } from '../core/base/errors.ts';
import type { ParameterLayout } from '../core/nn/parameters.ts';
import type { WrittenFile } from '../files/atomic.ts';
import { specHash } from '../files/hash.ts';
import { expectTensor, readSafetensors, writeSafetensors } from '../files/safetensors.ts';
import { STATE_VECTORS, type TrainingState } from './backend.ts';
import type { RunSpec } from '../shared/run-spec.ts';

/**
 * Checkpoints as safetensors: flat vectors (P) float32 with the parameters' names, shapes and places in the
 * metadata. Resume checkpoints hold the whole state, milestones only the weights (raw and averaged).
 */
const FORMAT = 'clifford-checkpoint-1';

/** What the training loop must remember besides the vectors. */
export const CheckpointFacts = z.strictObject({
  /** Optimizer steps done. */
  step: z.int().min(0),
  /** The last step that was evaluated, or −1. */
  evaluatedStep: z.int().min(-1),
  /** The best evaluated step by in-distribution accuracy and its file; null before the first. */
  best: z.strictObject({ step: z.int().min(0), accuracy: z.number(), file: z.string() }).nullable(),
});
export type CheckpointFacts = z.infer<typeof CheckpointFacts>;

export interface Checkpoint extends CheckpointFacts {
  readonly state: TrainingState;
}

export function writeCheckpoint(
  path: string,
  state: TrainingState,
  facts: CheckpointFacts,
  spec: RunSpec,
  layout: ParameterLayout,
  kind: 'resume' | 'milestone',
  environment: Readonly<Record<string, string>>,
): WrittenFile {
  const names = kind === 'resume' ? STATE_VECTORS : (['parameters', 'average'] as const);
  const tensors = Object.fromEntries(names.map((k) => [k, { shape: [layout.size], data: state[k] }]));
  return writeSafetensors(path, tensors, {
    format: FORMAT,
    kind,
    facts: JSON.stringify(facts),
    environment: JSON.stringify(environment),
    specHash: specHash(spec),
    spec: JSON.stringify(spec),
    layout: JSON.stringify(layout.parameters.map(({ name, shape, offset }) => ({ name, shape, offset }))),
  });
}

/**
 * Reads a checkpoint of this very run. Moments are zeros for a milestone.
 * @throws CliffordError INVALID_INPUT when the file is damaged, foreign, or of another spec
 */
export function readCheckpoint(path: string, spec: RunSpec, layout: ParameterLayout): Checkpoint {
  const file = readSafetensors(path);
  const { metadata } = file;
  if (metadata.format !== FORMAT || !metadata.facts) {
    throw invalid(`${path}: expected a checkpoint of format ${FORMAT}, got ${metadata.format ?? 'none'}`);
  }
  const hash = specHash(spec);
  if (metadata.specHash !== hash) {
    throw invalid(
      `${path} is a checkpoint of another run: its spec hash is ${metadata.specHash}, expected ${hash}`,
    );
  }
  const vector = (name: string) => expectTensor(file, name, 'F32', [layout.size]);
  const whole = metadata.kind === 'resume';
  const facts = CheckpointFacts.safeParse(parsedOrNull(metadata.facts));
  if (!facts.success || facts.data.step > spec.training.steps) {
    throw invalid(
      `${path}: expected the facts of a checkpoint of up to ${spec.training.steps} steps, got ${metadata.facts}`,
    );
  }
  return {
    ...facts.data,
    state: {
      parameters: vector('parameters'),
      average: vector('average'),
      moment1: whole ? vector('moment1') : new Float32Array(layout.size),
      moment2: whole ? vector('moment2') : new Float32Array(layout.size),
    },
  };
}

function parsedOrNull(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
