import { describe, expect, it } from 'vitest';
import type { DoctorView } from '../../../../shared/contract/system.ts';
import { orderChecks, problemReport, verdict } from './report.ts';

const check = (name: string, status: DoctorView['checks'][number]['status']) => ({
  name,
  status,
  detail: `${name}!`,
});
const info = {
  version: '1.2.3',
  home: '/somewhere/private',
  platform: 'linux x64',
  node: '24.0.0',
  electron: null,
  pid: 1,
  cores: 8,
  memoryBytes: 16 * 2 ** 30,
  homeBytes: 2 ** 30,
  databaseBytes: 2 ** 20,
  representationBytes: 2 ** 10,
  freeBytes: null,
};

it('puts what does not work first and keeps the order of the rest', () => {
  const names = orderChecks([
    check('a', 'ok'),
    check('b', 'warning'),
    check('c', 'ok'),
    check('d', 'broken'),
  ]).map((c) => c.name);
  expect(names).toEqual(['d', 'b', 'a', 'c']);
});

describe('the verdict', () => {
  it('does not call a warning a failure, nor hide one', () => {
    expect(verdict({ works: true, checks: [check('a', 'ok')] })).toBe('Training works on this machine.');
    expect(verdict({ works: true, checks: [check('a', 'warning')] })).toContain('1 thing is worth a look');
    expect(verdict({ works: false, checks: [check('a', 'broken'), check('b', 'broken')] })).toContain(
      'does not work on this machine: 2 checks failed',
    );
  });
});

it('reports versions and checks, but not where the home is', () => {
  const text = problemReport(info, {
    works: false,
    checks: [{ ...check('onnxruntime', 'broken'), fix: 'npm ci' }],
  });
  expect(text).toContain('Clifford 1.2.3, in a browser');
  expect(text).toContain('broken  onnxruntime: onnxruntime! (npm ci)');
  expect(text).toContain('free unknown');
  expect(text).not.toContain('private');
});
