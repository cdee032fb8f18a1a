import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deepMerge, resolveDataset, resolveSpec } from './spec-input.ts';
import { loadPreset } from './presets.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'clifford-specs-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(content: unknown): string {
  const name = path.join(folder, `spec-${Math.random().toString(36).slice(2)}.json`);
  const asIs = typeof content === 'string' || Buffer.isBuffer(content);
  writeFileSync(name, asIs ? content : JSON.stringify(content));
  return name;
}

/** The message without the file's folder. */
function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message.replace(/^.*spec-\w+\.json/, 'spec.json');
  }
  throw new Error('expected an error');
}

describe('resolveSpec', () => {
  it('takes a preset by name', () => {
    expect(resolveSpec('quick')).toEqual({ spec: loadPreset('quick').spec, preset: 'quick' });
  });

  it('reads back what "preset show" prints, in both of its forms', () => {
    const preset = loadPreset('quick-stripes');
    expect(resolveSpec(file(preset.spec)).spec).toEqual(preset.spec);
    expect(resolveSpec(file(preset)).spec).toEqual(preset.spec);
  });

  it('merges changes into a preset field by field and replaces lists', () => {
    const parts = [{ kind: 'sos2d' }];
    const { spec, preset } = resolveSpec(
      file({ preset: 'quick', set: { training: { steps: 7 }, dataset: { parts } } }),
    );
    const base = loadPreset('quick').spec;
    expect(preset).toBe('quick');
    expect(spec.training).toEqual({ ...base.training, steps: 7 });
    expect(spec.dataset.parts.map((part) => part.kind)).toEqual(['sos2d']);
    expect(spec.dataset.heldOut).toEqual(base.dataset.heldOut);
  });

  it('applies assignments last, as JSON or as a word', () => {
    const { spec } = resolveSpec('quick', [
      'training.steps=9',
      'dataset.parts[0].lambda=0.5',
      'evaluation.readout=centreOfMass',
      'dataset.sigma={"x":2}',
    ]);
    expect(spec.training.steps).toBe(9);
    expect(spec.dataset.parts[0]!.lambda).toBe(0.5);
    expect(spec.evaluation.readout).toBe('centreOfMass');
    expect(spec.dataset.sigma).toEqual({ x: 2, y: 1 });
  });

  it.each<[string, unknown, string]>([
    [
      'a negative sigma',
      { dataset: { sigma: { x: -1 } } },
      'spec.json: dataset.sigma.x: got -1, expected a number greater than 0',
    ],
    [
      'sigma 0',
      { dataset: { sigma: { y: 0 } } },
      'spec.json: dataset.sigma.y: got 0, expected a number greater than 0',
    ],
    [
      'a misspelt field',
      { training: { stesp: 3 } },
      'spec.json: unknown field "stesp" in training, did you mean "steps"?',
    ],
    [
      'a field of another union member',
      { dataset: { heldOut: [{ type: 'cross', x: [1, 2], y: [1, 2], yy: 1 }] } },
      'spec.json: unknown field "yy" in dataset.heldOut[0], did you mean "y"?',
    ],
    [
      'a misspelt kind',
      { dataset: { parts: [{ kind: 'bumb2d' }] } },
      'spec.json: dataset.parts[0].kind: got "bumb2d", expected "bump2d", "sos2d", "stripes1d" or "blank0d" (did you mean "bump2d"?)',
    ],
    [
      'a misspelt shape',
      { dataset: { heldOut: [{ type: 'elipse' }] } },
      'spec.json: dataset.heldOut[0].type: got "elipse", expected "band", "rectangle", "cross", "interior", "exterior", "lesion", "rim", "ellipse", "polygon" or "brush" (did you mean "ellipse"?)',
    ],
    [
      'text for a number',
      { training: { steps: '100' } },
      'spec.json: training.steps: got "100", expected a number',
    ],
    [
      'a fraction for a whole number',
      { training: { steps: 1.5 } },
      'spec.json: training.steps: got 1.5, expected a whole number',
    ],
    [
      'a number too small',
      { training: { steps: 0 } },
      'spec.json: training.steps: got 0, expected at least 1',
    ],
    [
      'a list too short',
      { dataset: { parts: [] } },
      'spec.json: dataset.parts: got [], expected at least 1 element',
    ],
    [
      'a million shapes',
      { dataset: { heldOut: Array.from({ length: 1001 }, () => ({ type: 'rim', width: 1 })) } },
      'spec.json: dataset.heldOut: got 1001, expected at most 1000 elements',
    ],
    [
      'a list of regions of a part that is too long',
      {
        dataset: {
          parts: [
            { kind: 'bump2d', within: Array.from({ length: 1001 }, () => ({ type: 'rim', width: 1 })) },
          ],
        },
      },
      'spec.json: dataset.parts[0].within: got 1001, expected at most 1000 elements',
    ],
    [
      'a seed beyond exact numbers',
      { seed: 2 ** 53 },
      'spec.json: seed: got 9007199254740992, expected at most 9007199254740991',
    ],
    [
      'a field named as one that every object has',
      JSON.parse('{"dataset": {"__proto__": {"size": 8}}}'),
      'spec.json: unknown field "__proto__" in dataset, expected one of size, margin, spacing, sigma, boundary, ' +
        'polarity, exponent, stripePeak, parts, heldOut, lesion',
    ],
    [
      'several problems',
      { training: { steps: 0, batchSize: 'x' } },
      'spec.json: training.steps: got 0, expected at least 1 (and 1 more problem)',
    ],
  ])('says in one sentence what is wrong: %s', (_, set, message) => {
    expect(messageOf(() => resolveSpec(file({ preset: 'quick', set })))).toBe(message);
  });

  it.each<[string, () => unknown, string, RegExp]>([
    ['an unknown preset', () => resolveSpec('quik'), 'NOT_FOUND', /did you mean "quick"/],
    [
      'an unknown base preset',
      () => resolveSpec(file({ preset: 'nope' })),
      'NOT_FOUND',
      /expected one of .*quick/,
    ],
    ['a missing file', () => resolveSpec('missing.json'), 'NOT_FOUND', /no such file/],
    ['a folder', () => resolveSpec(`${tmpdir()}/`), 'INVALID_INPUT', /got a folder/],
    ['a list', () => resolveSpec(file([1])), 'INVALID_INPUT', /expected an object/],
    [
      'a bad assignment',
      () => resolveSpec('quick', ['training.steps']),
      'INVALID_INPUT',
      /expected path=value/,
    ],
    ...(
      [
        ['datset.size=8', /^quick: unknown field "datset", did you mean "dataset"\?$/],
        ['dataset.sgima.x=8', /^quick: unknown field "sgima" in dataset, did you mean "sigma"\?$/],
        ['constructor.x=8', /^quick: unknown field "constructor", expected one of /],
        ['dataset.sigma.x=', /^--set dataset\.sigma\.x: got nothing after "=", expected a value$/],
        ['dataset.parts.5.lambda=1', /^--set dataset\.parts\[5\]: got index 5, expected 0 to 0$/],
        [
          'dataset.parts.0.kind.0=1',
          /^--set dataset\.parts\[0\]\.kind\[0\]: dataset\.parts\[0\]\.kind is "bump2d", expected a list/,
        ],
        [
          'dataset.lesion[0].width=1',
          /^--set dataset\.lesion\[0\]: (got index 0, expected an element \(the list is empty\)|dataset\.lesion is unset, expected a list \[…\])$/,
        ],
      ] as const
    ).map(([assignment, message]): [string, () => unknown, string, RegExp] => [
      `the assignment ${assignment}`,
      () => resolveSpec('quick', [assignment]),
      'INVALID_INPUT',
      message,
    ]),
    ['an assignment of NaN', () => resolveSpec('quick', ['training.steps=NaN']), 'INVALID_INPUT', /NaN/],
    [
      'an index too large',
      () => resolveSpec('quick', ['dataset.parts[3].lambda=1']),
      'INVALID_INPUT',
      /got index 3/,
    ],
    [
      'a field below a number',
      () => resolveSpec('quick', ['seed.x=1']),
      'INVALID_INPUT',
      /expected an object/,
    ],
  ])('refuses %s', (_, action, code, message) => {
    expect(action).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});

describe('a specification file', () => {
  it('is refused by its size before it is read', () => {
    const large = file('');
    truncateSync(large, 8 * 2 ** 20 + 1); // sparse
    expect(messageOf(() => resolveSpec(large))).toBe('spec.json: got 8388609 bytes, expected at most 8 MiB');
  });

  it('may hold strings of megabytes, which the sentence shortens', () => {
    const name = 'a'.repeat(4_000_000);
    expect(messageOf(() => resolveSpec(file({ preset: name })))).toMatch(
      /^no preset is named "a{38}…a{19}",/,
    );
    expect(messageOf(() => resolveSpec(file({ preset: 'quick', set: { [name]: 1 } })))).toMatch(
      /^spec.json: unknown field "a{38}…a{19}", expected one of/,
    );
  });

  it.each([
    ['Latin-1', Buffer.from('{"preset": "stra\u00dfe"}', 'latin1'), 'got bytes that are not UTF-8'],
    ['UTF-16', Buffer.from('\ufeff{"preset": "quick"}', 'utf16le'), 'got UTF-16'],
  ])('in %s is told as such', (_, bytes, got) => {
    expect(messageOf(() => resolveSpec(file(bytes)))).toBe(`spec.json: ${got}, expected JSON in UTF-8`);
  });

  it.runIf(process.platform !== 'win32')('that is a pipe or a device is refused and not waited for', () => {
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(() => resolveSpec(pipe)).toThrow(`${pipe}: got a named pipe, expected a JSON file`);
    expect(() => resolveSpec('/dev/zero')).toThrow('/dev/zero: got a device, expected a JSON file');
  });
});

describe('resolveDataset', () => {
  it('takes a dataset alone and the dataset of a run', () => {
    const { dataset } = loadPreset('quick-stripes').spec;
    expect(resolveDataset(file(dataset))).toEqual(dataset);
    expect(resolveDataset('quick-stripes')).toEqual(dataset);
    expect(resolveDataset(file(dataset), ['margin=6']).margin).toBe(6);
  });
});

describe('deepMerge', () => {
  it('lets another kind bring its own fields instead of inheriting foreign ones', () => {
    const cosine = { kind: 'cosine', s: 0.008, maxBeta: 0.999 };
    expect(deepMerge(cosine, { kind: 'linear' })).toEqual({ kind: 'linear' });
    expect(deepMerge(cosine, { kind: 'cosine', s: 1 })).toEqual({ ...cosine, s: 1 });
  });
});
