import { describe, expect, it } from 'vitest';
import { formatRatios, formatReport, type Result } from './report.ts';

const train: Result = {
  name: 'train quick',
  unit: 'images/s',
  ours: 812.4,
  peer: 700,
  ratio: 1.1606,
  spread: [1.1, 1.25],
  note: '0.49 M parameters',
};
const memory: Result = {
  name: 'memory quick',
  unit: 'MiB',
  ours: 312,
  peer: null,
  ratio: null,
  spread: null,
  note: '',
};

describe('formatReport', () => {
  it('has a line for each measurement, with both sides and the ratio', () => {
    const text = formatReport([train, memory], null);
    expect(text).toMatch(
      /^train quick +812 images\/s +700 images\/s +1\.16 +1\.10 to 1\.25 +0\.49 M parameters$/m,
    );
    expect(text).toMatch(/^memory quick +312 MiB +– +–$/m);
  });

  it('says in words why there is no peer', () => {
    const alone = { ...train, peer: null, ratio: null, spread: null };
    const text = formatReport([alone], 'PyTorch not measured: no python3 on the PATH');
    expect(text).toMatch(/^train quick +812 images\/s +– +– /m);
    expect(text).toContain('PyTorch not measured: no python3 on the PATH');
  });
});

describe('formatRatios', () => {
  it('is one line with the ratios that there are', () => {
    expect(formatRatios([train, memory])).toBe('{"ratios":[{"name":"train quick","ratio":1.1606}]}');
    expect(formatRatios([memory])).toBe('{"ratios":[]}');
  });
});
