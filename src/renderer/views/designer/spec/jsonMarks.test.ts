import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { locate, readSpec } from './jsonMarks.ts';

const preset = JSON.parse(
  readFileSync(new URL('../../../../../resources/presets/quick.json', import.meta.url), 'utf8'),
) as { spec: Record<string, unknown> };
const text = JSON.stringify(preset.spec, null, 2);
const marked = (source: string): [string, string][] => {
  const { marks } = readSpec(source);
  return marks.map(({ from, to, message }) => [source.slice(from, to), message]);
};

describe('readSpec', () => {
  it('reads a specification', () => {
    const { spec, marks } = readSpec(text);
    expect(marks).toEqual([]);
    expect(spec?.training.steps).toBe(2800);
  });

  it('marks a value of the wrong kind where it stands', () => {
    const wrong = text.replace('"batchSize": 64', '"batchSize": "many"');
    expect(marked(wrong)).toEqual([['"many"', expect.stringContaining('training.batchSize')]]);
  });

  it('marks an unknown field at its name, and every problem at once', () => {
    const wrong = text.replace('"steps": 2800', '"step": 2800').replace('"size": 16', '"size": 3');
    const places = marked(wrong).map(([place]) => place);
    expect(places).toContain('"step"');
    expect(places).toContain('3');
    // The missing field has no place of its own: its parent's bracket is marked.
    expect(places).toContain('{');
  });

  it('marks what does not fit together at the field that the sentence names', () => {
    const wrong = text.replace('"batchSize": 64', '"batchSize": 63');
    expect(marked(wrong)).toEqual([['63', expect.stringContaining('expected a multiple')]]);
  });

  it('marks a region that leaves nothing to train on', () => {
    const spec = structuredClone(preset.spec) as { dataset: { heldOut: unknown[] } };
    spec.dataset.heldOut = [{ type: 'rectangle', x: [0, 16], y: [0, 16] }];
    const { marks } = readSpec(JSON.stringify(spec, null, 2));
    expect(marks).toHaveLength(1);
    expect(marks[0]!.message).toContain('the training set is empty');
  });

  it.each([
    ['{"version": 1,}', ','],
    ['{"version" 1}', ''],
    ['', ''],
    ['[1, 2', ''],
    ['{"a": NaN}', ''],
  ])('marks broken JSON within the text: %s', (broken) => {
    const { spec, marks } = readSpec(broken);
    expect(spec).toBeNull();
    expect(marks.length).toBeGreaterThan(0);
    for (const { from, to } of marks) {
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThanOrEqual(Math.max(1, broken.length));
    }
  });
});

describe('locate', () => {
  it('finds values and keys through objects and arrays', () => {
    const source = '{"a": [10, {"b": "x"}], "c": 2}';
    const at = (path: (string | number)[], what?: 'key') => {
      const { from, to } = locate(source, path, what);
      return source.slice(from, to);
    };
    expect(at(['a', 1, 'b'])).toBe('"x"');
    expect(at(['a', 0])).toBe('10');
    expect(at(['c'], 'key')).toBe('"c"');
    expect(at(['a', 5])).toBe('['); // the array that lacks it
  });
});
