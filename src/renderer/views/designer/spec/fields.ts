import { blockNames } from '../../../../core/nn/validate.ts';
import type { RunSpec } from '../../../../shared/run-spec.ts';

/**
 * Every field of a run's specification that a form shows, in the words of the field. Which values are allowed is said
 * by the schemas alone; here stand the words, the units and the choices.
 */
export interface Field {
  /** In the RunSpec, such as `training.optimizer.learningRate`. */
  readonly path: string;
  readonly label: string;
  readonly unit?: string;
  readonly help: string;
  readonly input: FieldInput;
  /** Fields that only mean something with certain others. */
  readonly when?: (spec: RunSpec) => boolean;
}

export type FieldInput =
  | { readonly kind: 'number'; readonly nullable?: string }
  | { readonly kind: 'switch' }
  | { readonly kind: 'choice'; readonly options: readonly Choice[] }
  /** The field is an object told apart by its `kind`: choosing another one puts in that one's defaults. */
  | { readonly kind: 'variant'; readonly options: readonly Choice[] }
  /** Whole numbers, separated by commas. */
  | { readonly kind: 'numbers' }
  | { readonly kind: 'several'; readonly options: (spec: RunSpec) => readonly string[] };

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface FieldGroup {
  readonly title: string;
  readonly fields: readonly Field[];
}

const number = (nullable?: string): FieldInput =>
  nullable === undefined ? { kind: 'number' } : { kind: 'number', nullable };
const choice = (...options: [value: string, label: string][]): FieldInput => ({
  kind: 'choice',
  options: options.map(([value, label]) => ({ value, label })),
});
const variant = (...options: [value: string, label: string][]): FieldInput => ({
  kind: 'variant',
  options: options.map(([value, label]) => ({ value, label })),
});

export const IMAGE_FIELDS: readonly FieldGroup[] = [
  {
    title: 'Images',
    fields: [
      {
        path: 'dataset.size',
        label: 'Image side N',
        unit: 'px',
        help: 'Images are N × N pixels; the frame of the label space spans [0, N). The paper has 32.',
        input: number(),
      },
      {
        path: 'dataset.margin',
        label: 'Margin around the frame',
        unit: 'px',
        help: 'Labels outside the frame, where a feature is not seen. 1D stripes and blanks live there; 6 embeds 32 in 44.',
        input: number(),
      },
      {
        path: 'dataset.spacing.x',
        label: 'Label spacing d, x',
        unit: 'px',
        help: 'Distance of neighbouring labels in x. The paper’s main datasets have 0.1.',
        input: number(),
      },
      {
        path: 'dataset.spacing.y',
        label: 'Label spacing d, y',
        unit: 'px',
        help: 'Distance of neighbouring labels in y.',
        input: number(),
      },
      {
        path: 'dataset.sigma.x',
        label: 'Width σ, x',
        unit: 'px',
        help: 'Standard deviation of the bump (or of the vertical stripe) in x.',
        input: number(),
      },
      {
        path: 'dataset.sigma.y',
        label: 'Width σ, y',
        unit: 'px',
        help: 'Standard deviation of the bump (or of the horizontal stripe) in y.',
        input: number(),
      },
      {
        path: 'dataset.boundary',
        label: 'Boundary',
        help: 'Open: features leave the frame. Periodic: the label space is a torus, for the paper’s Clifford torus.',
        input: choice(['open', 'open'], ['periodic', 'periodic (torus)']),
      },
      {
        path: 'dataset.polarity',
        label: 'Polarity',
        help: 'Bright features on a dark ground, or the other way round.',
        input: choice(['bright', 'bright on dark'], ['dark', 'dark on bright']),
      },
      {
        path: 'dataset.exponent',
        label: 'Gaussian',
        help: 'The profile of a feature at distance Δ from its centre.',
        input: choice(['2sigma2', 'exp(−Δ²/2σ²)'], ['4sigma2', 'exp(−Δ²/4σ²)']),
      },
      {
        path: 'dataset.stripePeak',
        label: 'Peak of one stripe',
        help: 'Before scaling to [−1, 1]; two crossing stripes add, so at most 0.5 with stripes.',
        input: number(),
        when: (spec) => spec.dataset.parts.some((part) => part.kind !== 'bump2d'),
      },
    ],
  },
];

export const MODEL_FIELDS: readonly FieldGroup[] = [
  {
    title: 'U-Net',
    fields: [
      {
        path: 'model.stem',
        label: 'Stem channels',
        help: 'Channels after the input convolution.',
        input: number(),
      },
      {
        path: 'model.widths',
        label: 'Channels of the levels',
        help: 'Finest first, separated by commas; every level halves the image once.',
        input: { kind: 'numbers' },
      },
      {
        path: 'model.bottleneck',
        label: 'Channels of the bottleneck',
        help: 'One number for each of its blocks.',
        input: { kind: 'numbers' },
      },
      {
        path: 'model.up',
        label: 'Channels of the up blocks',
        help: 'Coarsest first; as many as there are levels.',
        input: { kind: 'numbers' },
      },
      {
        path: 'model.block',
        label: 'Block',
        help: 'Pre-activation residual blocks, or the paper’s inferred design: convolution, norm, activation twice.',
        input: choice(['residual', 'residual'], ['doubleConv', 'double convolution (paper)']),
      },
      {
        path: 'model.activation',
        label: 'Activation',
        help: 'The non-linearity of every block.',
        input: choice(['silu', 'SiLU'], ['gelu', 'GELU']),
      },
      {
        path: 'model.normGroups',
        label: 'Normalization groups',
        help: 'Groups of the group normalization; 1 normalizes over all channels.',
        input: number(),
      },
      {
        path: 'model.downsample',
        label: 'Downsampling',
        help: 'How a level halves the image.',
        input: choice(['average', 'average pooling'], ['max', 'max pooling']),
      },
      {
        path: 'model.upsample',
        label: 'Upsampling',
        help: 'How an up block doubles the image.',
        input: choice(['nearest', 'nearest neighbour'], ['bilinear', 'bilinear']),
      },
      {
        path: 'model.padding',
        label: 'Convolution padding',
        help: 'Circular padding wraps around like a torus.',
        input: choice(['zero', 'zero'], ['circular', 'circular']),
      },
    ],
  },
  {
    title: 'Attention',
    fields: [
      {
        path: 'model.attention.after',
        label: 'After the blocks',
        help: 'Blocks that self-attention follows.',
        input: { kind: 'several', options: (spec) => blockNames(spec.model) },
      },
      { path: 'model.attention.heads', label: 'Heads', help: 'Of each attention layer.', input: number() },
      {
        path: 'model.attention.kind',
        label: 'Kind',
        help: 'Projection: norm, attention, projection. Transformer: with a feed-forward layer after it.',
        input: choice(['projection', 'projection'], ['transformer', 'transformer']),
      },
    ],
  },
  {
    title: 'Conditioning',
    fields: [
      {
        path: 'model.embedding.dim',
        label: 'Conditioning width',
        help: 'Width of the vector of time and label that each block is given.',
        input: number(),
      },
      {
        path: 'model.embedding.mix',
        label: 'Mixing',
        help: 'A small network over the encodings of time and labels, or the encodings themselves.',
        input: choice(['mlp', 'linear, SiLU, linear'], ['none', 'none']),
      },
      {
        path: 'model.embedding.time.dim',
        label: 'Time encoding',
        help: 'Width of the sinusoidal encoding of the timestep.',
        input: number(),
      },
      {
        path: 'model.embedding.label',
        label: 'Label encoding',
        help: 'How each of x and y becomes a vector.',
        input: variant(
          ['sinusoidal', 'sinusoidal'],
          ['harmonics', 'harmonics (periodic)'],
          ['bump', 'Gaussian bump'],
          ['onehot', 'one-hot'],
        ),
      },
      {
        path: 'model.embedding.label.dim',
        label: 'Label encoding width',
        help: 'Components for each of x and y.',
        input: number(),
        when: ({ model }) => 'dim' in model.embedding.label,
      },
      {
        path: 'model.embedding.label.count',
        label: 'Harmonics',
        help: 'Sines and cosines of 2πkv/N for k = 1 … this.',
        input: number(),
        when: ({ model }) => model.embedding.label.kind === 'harmonics',
      },
      {
        path: 'model.embedding.label.sigma',
        label: 'Width of the label bump',
        unit: 'px',
        help: 'Standard deviation of the bump on the line of units.',
        input: number(),
        when: ({ model }) => model.embedding.label.kind === 'bump',
      },
    ],
  },
];

export const TRAINING_FIELDS: readonly FieldGroup[] = [
  {
    title: 'Training',
    fields: [
      { path: 'training.steps', label: 'Optimizer steps', help: 'Length of the training.', input: number() },
      { path: 'training.batchSize', label: 'Batch size', unit: 'images', help: 'Per step.', input: number() },
      {
        path: 'training.shards',
        label: 'Shards of a batch',
        help: 'Equal shares whose gradients are summed in order; the result depends on this number, not on the cores.',
        input: number(),
      },
      {
        path: 'seed',
        label: 'Seed',
        help: 'Of weights, batches, noise and sampling. Forks keep it, so that runs can be paired.',
        input: number(),
      },
    ],
  },
  {
    title: 'AdamW',
    fields: [
      {
        path: 'training.optimizer.learningRate',
        label: 'Peak learning rate',
        help: 'After the warm-up.',
        input: number(),
      },
      {
        path: 'training.rate.kind',
        label: 'Learning rate schedule',
        help: 'What the rate does after the warm-up.',
        input: choice(['cosine', 'cosine decay'], ['onecycle', 'one cycle'], ['constant', 'constant']),
      },
      {
        path: 'training.rate.warmupSteps',
        label: 'Warm-up',
        unit: 'steps',
        help: 'Over which the rate rises from 0.',
        input: number(),
      },
      {
        path: 'training.rate.final',
        label: 'Last rate / peak',
        help: 'As a fraction of the peak.',
        input: number(),
        when: ({ training }) => training.rate.kind !== 'constant',
      },
      { path: 'training.optimizer.beta1', label: 'β₁', help: 'Decay of the first moment.', input: number() },
      { path: 'training.optimizer.beta2', label: 'β₂', help: 'Decay of the second moment.', input: number() },
      { path: 'training.optimizer.epsilon', label: 'ε', help: 'Added to the denominator.', input: number() },
      {
        path: 'training.optimizer.weightDecay',
        label: 'Weight decay',
        help: 'Decoupled from the gradient.',
        input: number(),
      },
      {
        path: 'training.optimizer.clipNorm',
        label: 'Gradient clipping',
        help: 'Global gradient norm is clipped to this; empty switches it off.',
        input: number('off'),
      },
    ],
  },
  {
    title: 'Moving average of the weights',
    fields: [
      {
        path: 'training.ema.decay',
        label: 'Decay',
        help: 'Of the average that is evaluated and exported; 0 uses the weights themselves.',
        input: number(),
      },
      {
        path: 'training.ema.startStep',
        label: 'Starts at step',
        help: 'Before it, raw weights are evaluated.',
        input: number(),
      },
      {
        path: 'training.ema.warmup',
        label: 'Warm-up of the decay',
        help: 'min(decay, (1 + k)/(10 + k)) at step k of the average.',
        input: { kind: 'switch' },
      },
    ],
  },
  {
    title: 'Diffusion',
    fields: [
      {
        path: 'diffusion.timesteps',
        label: 'Diffusion steps T',
        help: 'Of the forward process. The paper trains with 1000.',
        input: number(),
      },
      {
        path: 'diffusion.schedule',
        label: 'Noise schedule',
        help: 'Linear β (DDPM) or cosine ᾱ (improved DDPM).',
        input: variant(['linear', 'linear'], ['cosine', 'cosine']),
      },
      {
        path: 'diffusion.schedule.betaStart',
        label: 'β at the start',
        help: 'Variance added by the first step.',
        input: number(),
        when: ({ diffusion }) => diffusion.schedule.kind === 'linear',
      },
      {
        path: 'diffusion.schedule.betaEnd',
        label: 'β at the end',
        help: 'Variance added by the last step.',
        input: number(),
        when: ({ diffusion }) => diffusion.schedule.kind === 'linear',
      },
      {
        path: 'diffusion.prediction',
        label: 'The network predicts',
        help: 'The noise ε, or v = √ᾱ ε − √(1−ᾱ) x₀.',
        input: choice(['epsilon', 'noise ε'], ['v', 'v']),
      },
      {
        path: 'training.labelDrop',
        label: 'Label drop',
        help: 'Fraction of labels replaced by “no label”, for classifier-free guidance; 0 switches it off.',
        input: number(),
      },
    ],
  },
  {
    title: 'Checkpoints and validation',
    fields: [
      {
        path: 'training.checkpoint.everySteps',
        label: 'Checkpoint every',
        unit: 'steps',
        help: 'To resume from; the newest two are kept.',
        input: number(),
      },
      {
        path: 'training.checkpoint.milestones',
        label: 'Milestones',
        help: 'Logarithmically spaced states kept for analysis, besides step 0, the best and the last.',
        input: number(),
      },
      {
        path: 'training.validation.count',
        label: 'Validation labels',
        help: 'Fixed labels outside all regions that never train; 0 switches it off.',
        input: number(),
      },
      {
        path: 'training.validation.everySteps',
        label: 'Validate every',
        unit: 'steps',
        help: 'How often the validation loss is computed.',
        input: number(),
        when: ({ training }) => training.validation.count > 0,
      },
    ],
  },
];

export const EVALUATION_FIELDS: readonly FieldGroup[] = [
  {
    title: 'At the end',
    fields: [
      {
        path: 'evaluation.labelsPerSection',
        label: 'Labels of each section',
        help: 'At most this many, drawn once with the evaluation seed.',
        input: number(),
      },
      {
        path: 'evaluation.samplesPerLabel',
        label: 'Images for each label',
        help: 'Generated and read off.',
        input: number(),
      },
    ],
  },
  {
    title: 'During training',
    fields: [
      {
        path: 'evaluation.points',
        label: 'Evaluations on the way',
        help: 'Between step 0 and the end, evenly spaced; step 0 and the end always.',
        input: number(),
      },
      {
        path: 'evaluation.during.labelsPerSection',
        label: 'Labels of each section',
        help: 'For the cheaper evaluations on the way.',
        input: number(),
      },
      {
        path: 'evaluation.during.samplesPerLabel',
        label: 'Images for each label',
        help: 'For the cheaper evaluations on the way.',
        input: number(),
      },
    ],
  },
  {
    title: 'Sampler',
    fields: [
      {
        path: 'evaluation.sampler.kind',
        label: 'Sampler',
        help: 'DDIM, or the ancestral sampling of DDPM.',
        input: choice(['ddim', 'DDIM'], ['ddpm', 'DDPM']),
      },
      {
        path: 'evaluation.sampler.steps',
        label: 'Denoising steps',
        help: 'Calls of the network for each image.',
        input: number(),
      },
      {
        path: 'evaluation.sampler.eta',
        label: 'η',
        help: 'Noise of DDIM: 0 is deterministic.',
        input: number(),
        when: ({ evaluation }) => evaluation.sampler.kind === 'ddim',
      },
      {
        path: 'evaluation.sampler.variance',
        label: 'Variance',
        help: 'Noise of DDPM: β, or the posterior variance β̃.',
        input: choice(['beta', 'β'], ['posterior', 'posterior β̃']),
        when: ({ evaluation }) => evaluation.sampler.kind === 'ddpm',
      },
      {
        path: 'evaluation.sampler.spacing',
        label: 'Timesteps visited',
        help: 'From T−1 to 0 at equal distances, or the multiples of ⌊T/steps⌋.',
        input: choice(['linspace', 'evenly, both ends'], ['leading', 'leading']),
      },
      {
        path: 'evaluation.sampler.clip',
        label: 'Clip x₀',
        help: 'To [−1, 1] at each step.',
        input: { kind: 'switch' },
      },
      {
        path: 'evaluation.sampler.guidance',
        label: 'Guidance weight',
        help: '1 is off; others need a label drop.',
        input: number(),
      },
    ],
  },
  {
    title: 'Read-out',
    fields: [
      {
        path: 'evaluation.readout',
        label: 'Positions are read by',
        help: 'Matched filter is robust against residue in the background.',
        input: choice(
          ['matchedFilter', 'matched filter'],
          ['centreOfMass', 'centre of mass'],
          ['marginalArgmax', 'largest marginal'],
        ),
      },
      {
        path: 'evaluation.tolerancePx',
        label: 'Tolerance',
        unit: 'px',
        help: 'An error strictly below it counts as right; empty is N/32.',
        input: number('N/32'),
      },
      { path: 'evaluation.seed', label: 'Evaluation seed', help: 'Draws the labels.', input: number() },
    ],
  },
];

export const ALL_FIELDS: readonly Field[] = [
  IMAGE_FIELDS,
  MODEL_FIELDS,
  TRAINING_FIELDS,
  EVALUATION_FIELDS,
].flatMap((groups) => groups.flatMap((group) => group.fields));
