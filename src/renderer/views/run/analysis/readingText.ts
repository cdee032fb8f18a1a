import type { ReadingMode, RepresentationSpec } from '../../../../shared/analysis.ts';

/** Words about what is read. */

export const MODES: { readonly [M in ReadingMode]: { label: string; help: string } } = {
  clean: {
    label: 'Clean',
    help: 'x_t = √ᾱ_t x₀ + √(1 − ᾱ_t) ε of each label’s own image, each with its own noise: image and label both act.',
  },
  'fixed-noise': {
    label: 'Fixed ε',
    help: 'x_t = ε, the same noise for every label and no image: only the label acts.',
  },
  trajectory: {
    label: 'Trajectory',
    help: 'x_t on the way of generation from noise to the image, with the sampler of the run’s evaluations. Takes longest.',
  },
};

export type Control = 'trained' | 'untrained' | 'conditioning';

export const CONTROLS: readonly { value: Control; label: string; help: string }[] = [
  { value: 'trained', label: 'Trained', help: 'The network as it was at the step shown.' },
  {
    value: 'untrained',
    label: 'Untrained',
    help: 'Control: the same network at its initialization. What is seen here was not learned.',
  },
  {
    value: 'conditioning',
    label: 'Conditioning',
    help: 'Control: the vector of label and timestep that goes into the network, without the network.',
  },
];

export const CONDITIONING = 'conditioning';

export function controlOf({ tap, network }: RepresentationSpec): Control {
  return network === 'untrained' ? 'untrained' : tap === CONDITIONING ? 'conditioning' : 'trained';
}

/**
 * The same reading under a control.
 * @param tap of the network, read when the control leaves the conditioning
 */
export function withControl(spec: RepresentationSpec, control: Control, tap: string): RepresentationSpec {
  return {
    ...spec,
    network: control === 'untrained' ? 'untrained' : 'trained',
    tap: control === 'conditioning' ? CONDITIONING : spec.tap === CONDITIONING ? tap : spec.tap,
  };
}

/** `256 × 4 × 4`; channels first. */
export function shapeText(shape: readonly number[]): string {
  return shape.join(' × ');
}

/** Such as `down3, clean, t = 50, 16 × 16 labels`; goes into names of exported files, too. */
export function readingText(spec: RepresentationSpec): string {
  const control = controlOf(spec);
  const labels = spec.perAxis === null ? 'every label' : `${spec.perAxis} × ${spec.perAxis} labels`;
  if (control === 'conditioning') return `conditioning vector alone, t = ${spec.timestep}, ${labels}`;
  const network = control === 'untrained' ? ' (untrained)' : '';
  return `${spec.tap}${network}, ${MODES[spec.mode].label.toLowerCase()}, t = ${spec.timestep}, ${labels}`;
}
