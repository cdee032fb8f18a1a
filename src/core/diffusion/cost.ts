import { type Graph, GraphBuilder } from '../graph/graph.ts';
import { graphCost, type GraphCost } from '../nn/cost.ts';
import type { TrainingSpec } from '../nn/training-spec.ts';
import { unet } from '../nn/unet.ts';
import { type DenoiserDesign, denoiserLayout, gradientGraph, lossGraph, updateGraph } from './graphs.ts';

/** What training a network takes, whichever engine does it. */
export interface TrainingCost {
  readonly parameters: number;
  /** Of one shard's gradient: forward, loss and backward. */
  readonly shard: GraphCost;
  /** Of the optimizer's step over all shards' gradients. */
  readonly update: GraphCost;
  /** Floating-point operations of one training step: all shards and the update. */
  readonly stepFlops: number;
}

/**
 * Costs of one training step, from the very graphs that engines run. Takes a tenth of a second at most.
 * @throws CliffordError INVALID_INPUT for a network that cannot be built
 */
export function trainingCost(
  design: DenoiserDesign,
  training: Pick<TrainingSpec, 'batchSize' | 'shards' | 'optimizer'>,
): TrainingCost {
  const { batchSize, shards, optimizer } = training;
  const layout = denoiserLayout(design);
  const shard = graphCost(gradientGraph(design, layout, batchSize / shards, batchSize));
  const update = graphCost(updateGraph(layout.size, shards, optimizer));
  return { parameters: layout.size, shard, update, stepFlops: shards * shard.flops + update.flops };
}

/** Cost of the loss of some images without a gradient, as for validation. */
export function lossCost(design: DenoiserDesign, images: number): GraphCost {
  return graphCost(lossGraph(design, denoiserLayout(design), images, images));
}

/** Cost of one call of the denoiser for some images. (What turns v into ε, a few operations a pixel, is left out.) */
export function denoiserCost(design: DenoiserDesign, images: number): GraphCost {
  return graphCost(callGraph(design, images));
}

/** The network with its weights as inputs: their values do not matter here. */
function callGraph({ model, space, withNoLabel }: DenoiserDesign, images: number): Graph {
  const builder = new GraphBuilder();
  const inputs = {
    x: builder.input('x', [images, 1, space.size, space.size]),
    t: builder.input('t', [images], 'int64'),
    label: builder.input('label', [images, 2]),
  };
  const { output } = unet(
    ({ name, shape }) => builder.input(`parameter:${name}`, shape),
    model,
    inputs,
    space,
    withNoLabel,
  );
  return builder.finish({ output });
}
