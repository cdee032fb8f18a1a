import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineEvent } from '../../shared/engine-protocol.ts';
import { accuracyTable, comparisonTable } from './accuracy.ts';
import { wholeNumber } from './context.ts';
import { labelGrid, parseValues } from './labels.ts';
import { createProgress, progressText } from './progress.ts';
import { formatBytes, formatDuration, formatTable } from './table.ts';
import { evaluationAt, fakeTerminal } from './testing/fakes.ts';

describe('parseValues', () => {
  it.each([
    ['8', [8]],
    ['-3.5', [-3.5]],
    ['0:4', [0, 1, 2, 3]],
    ['0:1:0.1', [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]], // 0.30000000000000004 would be accumulation
    ['4:0:-2', [4, 2]],
    ['0:2,7,10:11:0.5', [0, 1, 7, 10, 10.5]],
  ])('%s is %j', (text, values) => expect(parseValues(text, '--x')).toEqual(values));

  it.each(['', 'a', '1,', '0:4:0', '4:0', '0:1:2:3', '0:1e9:1', 'NaN', 'Infinity', '0x10'])(
    'refuses %j',
    (text) => {
      expect(() => parseValues(text, '--x')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    },
  );

  it('leaves the end out and keeps the step, as numpy.arange does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom(0.1, 0.25, 0.5, 1, 3),
        (start, count, step) => {
          const values = parseValues(
            `${start}:${Number((start + count * step).toPrecision(12))}:${step}`,
            '--x',
          );
          expect(values).toHaveLength(count);
          values.forEach((value, i) => expect(value).toBeCloseTo(start + i * step, 9));
        },
      ),
    );
  });
});

it('labelGrid pairs every x with every y, x outermost', () => {
  expect(labelGrid([1, 2], [3, 4], 1)).toEqual([
    [1, 3],
    [1, 4],
    [2, 3],
    [2, 4],
  ]);
});

it('labelGrid refuses more images than can be sampled before it builds any pair', () => {
  const half = parseValues('0:8:0.001', '--x');
  expect(half).toHaveLength(8000);
  // 64 million pairs are gigabytes.
  expect(() => labelGrid(half, half, 100_000)).toThrow(
    'sample: got 64000000 labels × 100000 samples, expected 1 to 1000000 images',
  );
  expect(() => labelGrid([1, 2], [3], 500_001)).toThrow(/got 2 labels × 500001 samples/);
  expect(labelGrid([1, 2], [3], 500_000)).toHaveLength(2);
});

it('parseValues takes as many values as can be sampled, and names the limit beyond', () => {
  expect(parseValues('0:1000000', '--x')).toHaveLength(1_000_000);
  expect(() => parseValues('0:1000001', '--x')).toThrow(/which has 1000001 values, expected at most 1000000/);
  expect(() => parseValues('0:600000,0:600000', '--x')).toThrow(
    /got 1200000 values, expected at most 1000000/,
  );
});

it.each([
  ['-1', 'of at least 0'],
  ['x', 'of at least 0'],
  ['9007199254740992', 'from 0 to 9007199254740991'], // 2^53: the next number would be read as this one
  ['99999999999999999999', 'from 0 to 9007199254740991'],
])('wholeNumber refuses %s and names the limit', (text, limits) => {
  expect(() => wholeNumber('--seed', 0)(text)).toThrow(
    `--seed: got "${text}", expected a whole number ${limits}`,
  );
  expect(wholeNumber('--seed', 0)('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
});

describe('tables', () => {
  it('aligns columns by what a reader sees, without trailing spaces', () => {
    expect(
      formatTable(
        [
          ['a', 'λ', '1'],
          ['bbb', 'xy', '22'],
        ],
        [2],
      ),
    ).toBe('a    λ    1\nbbb  xy  22');
  });

  it.each([
    [5, '0:05'],
    [65, '1:05'],
    [3723, '1:02:03'],
    [59.7, '1:00'],
  ])('%d seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [4_200_000, '4.2 MB'],
    [999_960, '1.0 MB'], // not "1000 kB"
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('accuracyTable', () => {
  it('gives x, y and both of each section with interval, copy baseline, chance and error', () => {
    const lines = accuracyTable(evaluationAt(2000, true)).split('\n');
    const rows = lines.slice(lines.findIndex((line) => line.startsWith('section')));
    expect(rows).toEqual([
      'section                        accuracy (95 % interval)  copying  chance   median error',
      'overall                  x     0.61  (0.51 to 0.71)         0.00    0.06        0.25 px',
      '  32 labels, 128 images  y     0.66  (0.56 to 0.76)         1.00    0.06  none readable',
      '  no bump 3, several 1   both  0.52  (0.42 to 0.62)         0.00    0.00',
      'in-distribution          x     0.97  (0.87 to 1.00)         0.00    0.06        0.25 px',
      '  32 labels, 128 images  y     0.98  (0.88 to 1.00)         1.00    0.06  none readable',
      '  no bump 3, several 1   both  0.95  (0.85 to 1.00)         0.00    0.00',
      'vertical                 x     0.05  (0.00 to 0.15)         0.00    0.06        0.25 px',
      '  32 labels, 128 images  y     0.91  (0.81 to 1.00)         1.00    0.06  none readable',
      '  no bump 3, several 1   both  0.04  (0.00 to 0.14)         0.00    0.00',
    ]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  it('says which sections could not be measured, and why', () => {
    const skipped = [
      { section: 'vertical', unreadableLabels: 13 },
      { section: 'spot', unreadableLabels: 1 },
    ];
    const last = accuracyTable({ ...evaluationAt(1), skipped })
      .split('\n')
      .slice(-2);
    const why = 'own image (σ too small between pixels), so it is not measured';
    expect(last).toEqual([
      `vertical: none of its 13 labels can be read off its ${why}`,
      `spot: its only label cannot be read off its ${why}`,
    ]);
  });
});

it('comparisonTable keeps the rows of sections that only one run has', () => {
  const left = evaluationAt(1);
  const right = { ...left, sections: left.sections.slice(0, 2) };
  const table = comparisonTable([
    { title: 'left', evaluation: left },
    { title: 'right', evaluation: right },
  ]);
  expect(table).toMatch(/vertical +x +0.05 {2}\(0.00 to 0.15\) +0.00 +–/);
});

describe('progress', () => {
  const event = (step: number): EngineEvent & { type: 'progress' } => ({
    type: 'progress',
    phase: 'training',
    step,
    steps: 2000,
    loss: 0.03123,
    imagesPerSecond: 412.3,
    secondsLeft: 83,
    fraction: step / 2000,
  });

  it('says step, loss, images/s and time left', () => {
    expect(progressText(event(900), false)).toBe(
      'training 45 %  step 900/2000  loss 0.03123  412 images/s  1:23 left',
    );
  });

  it('rewrites one line on a terminal and clears it before what stays', () => {
    const terminal = fakeTerminal(true);
    let time = 0;
    const progress = createProgress(terminal, () => (time += 1000));
    progress.event(event(1));
    progress.event(event(2));
    progress.event({ type: 'evaluation', evaluation: evaluationAt(2) });
    const lines = terminal.stderr.split('\n');
    expect(lines).toHaveLength(2); // one line break: the accuracy's
    expect(lines[0]).toContain('\r\u001b[2Kstep 2: accuracy');
  });

  it('writes plain lines every few seconds elsewhere', () => {
    const terminal = fakeTerminal(false);
    let time = 0;
    const progress = createProgress(terminal, () => time);
    for (let step = 1; step <= 100; step++) {
      time += 100; // ten seconds in all
      progress.event(event(step));
    }
    const lines = terminal.stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(terminal.stderr).not.toContain('\u001b');
  });
});
