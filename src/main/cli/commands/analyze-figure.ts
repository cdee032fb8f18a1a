import path from 'node:path';
import type { Figure } from '../../../files/figure.ts';
import { persistenceFigure } from '../../../files/figure/persistence-diagram.ts';
import type { Measured } from './analyze-measure.ts';

/** Persistence diagrams of a file of points. */
export function topologyFigure(measured: Measured['topology'], source: string): Figure {
  const { diagrams, coveringRadius, points, landmarks, dimension } = measured;
  const sampled =
    landmarks < points ? `, ${landmarks} landmarks, covering radius ${coveringRadius.toPrecision(4)}` : '';
  return persistenceFigure({
    title: `Persistence of ${source === '-' ? 'points' : path.basename(source)}`,
    subtitle: `${points} points of ${dimension} coordinates${sampled}`,
    diagrams,
    coveringRadius,
  });
}
