import { describe, expect, it } from 'vitest';
import { labelsOf, rowsAt, rowsOfSection, sampledSections, verdictOf, type Label } from './samples.ts';

const reading = (label: Label, more: object = {}) => ({
  ...{
    label: [...label] as [number, number],
    x: label[0],
    y: label[1],
    countX: 1 as const,
    countY: 1 as const,
  },
  ...{ responseX: 1, responseY: 1 },
  ...more,
});

/** An evaluation that drew these labels by section, two images each. */
function evaluated(sections: Record<string, Label[]>) {
  return {
    sections: Object.entries(sections).map(([section, labels]) => ({ section, labels: labels.length })),
    samplesPerLabel: 2,
    readings: Object.values(sections)
      .flat()
      .flatMap((label) => [reading(label), reading(label)]),
  };
}

const first = evaluated({
  p: [
    [1, 1],
    [2, 2],
    [3, 3],
  ],
  q: [
    [7, 7],
    [8, 8],
  ],
});
const second = evaluated({
  p: [
    [3, 3],
    [1, 1],
    [4, 4],
  ],
  q: [[8, 8]],
});
const runs = [labelsOf(first), labelsOf(second)];

describe('labelsOf', () => {
  it('finds where the images of each label begin', () => {
    expect(labelsOf(first).map(({ section, first: at }) => `${section}${at}`)).toEqual([
      'p0',
      'p2',
      'p4',
      'q6',
      'q8',
    ]);
    expect(labelsOf(first)[3]!.label).toEqual([7, 7]);
  });

  it('refuses an evaluation whose sections promise more images than there are', () => {
    expect(() => labelsOf({ ...first, readings: first.readings.slice(0, 6) })).toThrow(
      /section q ends at image 6/,
    );
  });
});

describe('rowsOfSection', () => {
  it('takes the labels that most runs have, exactly, first', () => {
    const rows = rowsOfSection(runs, 'p', 2);
    expect(rows.map(({ label }) => label)).toEqual([
      [1, 1],
      [3, 3],
    ]);
    expect(rows.flatMap(({ cells }) => cells.map((cell) => cell!.distance))).toEqual([0, 0, 0, 0]);
    expect(rows[0]!.cells.map((cell) => cell!.first)).toEqual([0, 2]);
  });

  it('takes all sections in turn for overall', () => {
    const rows = rowsOfSection([labelsOf(first)], 'overall', 4);
    expect(rows.map(({ cells }) => cells[0]!.section)).toEqual(['p', 'q', 'p', 'q']);
  });

  it('says how far the nearest label is where a run was not evaluated at that label', () => {
    const rows = rowsAt(runs, [[4, 5]]);
    expect(rows[0]!.cells.map((cell) => cell!.label)).toEqual([
      [3, 3],
      [4, 4],
    ]);
    expect(rows[0]!.cells[1]!.distance).toBe(1);
  });

  it('leaves a hole for a run without an evaluation', () => {
    expect(rowsOfSection([runs[0]!, null], 'p', 1)[0]!.cells[1]).toBeNull();
    expect(rowsOfSection([null], 'p', 3)).toEqual([]);
  });
});

it('sampledSections merges the orders of report', () => {
  expect(sampledSections([first, null, evaluated({ p: [], r: [], q: [] })])).toEqual(['p', 'r', 'q']);
});

describe('verdictOf', () => {
  it('counts an image as right strictly within the tolerance', () => {
    expect(verdictOf(reading([4, 4], { x: 4.24 }), 0.25, null).right).toBe(true);
    expect(verdictOf(reading([4, 4], { x: 4.25 }), 0.25, null).right).toBe(false);
  });

  it('goes round a torus', () => {
    const read = reading([0, 4], { x: 7.9 });
    expect(verdictOf(read, 0.25, 8).right).toBe(true);
    expect(verdictOf(read, 0.25, null).right).toBe(false);
  });

  it('writes a hair below zero as zero', () => {
    expect(verdictOf(reading([0, 4], { x: -0.02 }), 0.25, null).text).toBe('x 0.0, y 4.0');
  });

  it('says when there was nothing to read, or more than one thing', () => {
    expect(verdictOf(reading([4, 4], { x: null, countX: 0 }), 0.25, null)).toEqual({
      right: false,
      text: 'no x, y 4.0',
    });
    expect(verdictOf(reading([4, 4], { countY: 2 }), 0.25, null)).toEqual({
      right: false,
      text: 'x 4.0, y 4.0 (several)',
    });
  });
});
