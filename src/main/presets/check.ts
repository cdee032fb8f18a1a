import { invalid } from '../../core/base/errors.ts';
import { buildDataset } from '../../core/dataset/dataset.ts';
import { validateModel } from '../../core/nn/validate.ts';
import type { RunSpec } from '../../shared/run-spec.ts';

/**
 * What the schema cannot see: whether the parts of a specification fit each other. Done before a run is
 * recorded, so that a mistake leaves nothing behind.
 *
 * @throws CliffordError INVALID_INPUT
 */
export function checkRunSpec(spec: RunSpec): void {
  const { dataset, model, training, diffusion, evaluation } = spec;
  buildDataset(dataset);
  validateModel(model, {
    size: dataset.size,
    margin: dataset.margin,
    periodic: dataset.boundary === 'periodic',
  });
  if (training.batchSize % training.shards !== 0) {
    throw invalid(
      `training.batchSize: got ${training.batchSize}, expected a multiple of training.shards (${training.shards})`,
    );
  }
  if (evaluation.sampler.steps > diffusion.timesteps) {
    throw invalid(
      `evaluation.sampler.steps: got ${evaluation.sampler.steps}, ` +
        `expected at most diffusion.timesteps (${diffusion.timesteps})`,
    );
  }
  if (evaluation.sampler.guidance !== 1 && training.labelDrop === 0) {
    throw invalid(
      `evaluation.sampler.guidance: got ${evaluation.sampler.guidance}, expected 1 (off), ` +
        'since training.labelDrop is 0 and the model never learns to do without a label',
    );
  }
}
