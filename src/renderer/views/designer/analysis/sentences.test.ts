import { describe, expect, it } from 'vitest';
import { DatasetSpec } from '../../../../core/dataset/spec.ts';
import { analyze } from './analyze.ts';
import { factsSentence, percent, percolationSentence } from './sentences.ts';

const of = (fields: object) =>
  analyze(DatasetSpec.parse({ size: 16, parts: [{ kind: 'bump2d' }], ...fields }), 0.005);

describe('sentences', () => {
  it('say whether the training images hang together', () => {
    // σ = 1 links images up to 4.6036 apart (paper.md).
    expect(percolationSentence(of({}).percolation)).toBe('All 256 2D images hang together in one cluster.');
    const cut = of({ heldOut: [{ type: 'band', axis: 'x', range: [4, 8] }] });
    expect(percolationSentence(cut.percolation)).toBe(
      'The 176 2D images fall into 2 clusters; the largest holds 63.6 % of them.',
    );
    const apart = of({ spacing: { x: 5, y: 5 } });
    expect(percolationSentence(apart.percolation)).toBe(
      'None of the 16 2D images overlap: each is a cluster of its own.',
    );
    const stripes = of({ margin: 3, parts: [{ kind: 'stripes1d' }] });
    expect(percolationSentence(stripes.percolation)).toMatch(/nothing to link/);
  });

  it('say what is trained on and what is not', () => {
    const cross = { type: 'cross', x: [4, 7], y: [4, 7] };
    expect(factsSentence(of({ heldOut: [cross] }).facts)).toBe(
      '144 training images, 43.8 % of the frame held out',
    );
    expect(factsSentence(of({ lesion: [{ type: 'lesion', width: 2 }] }).facts)).toMatch(/, 18.8 % lesioned$/);
  });

  it('round nothing away', () => {
    expect([0, 0.0004, 0.5, 0.9999, 1].map(percent)).toEqual(['0 %', '< 0.1 %', '50 %', '> 99.9 %', '100 %']);
  });
});
