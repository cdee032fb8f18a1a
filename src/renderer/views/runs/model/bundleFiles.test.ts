import { expect, it } from 'vitest';
import { importSentence, sortFiles } from './bundleFiles.ts';

it('takes bundles by their ending and names what it refuses', () => {
  const files = ['a.clifford', 'notes.txt', 'B.CLIFFORD', 'x.png'].map((name) => ({ name }));
  const { bundles, refusal } = sortFiles(files);
  expect(bundles.map((file) => file.name)).toEqual(['a.clifford', 'B.CLIFFORD']);
  expect(refusal).toBe('Got notes.txt and 1 more, expected run bundles (*.clifford).');
  expect(sortFiles(files.slice(0, 1)).refusal).toBeNull();
});

it('tells a new run from one that was there, and both from a failure', () => {
  const said = (answer: Parameters<typeof importSentence>[1]): string =>
    importSentence('f.clifford', answer).type;
  expect(said({ runId: 'r', name: 'n', existed: false })).toBe('success');
  expect(said({ runId: 'r', name: 'n', existed: true })).toBe('info');
  expect(said({ error: { code: 'INVALID_INPUT', message: 'no bundle' } })).toBe('error');
});
