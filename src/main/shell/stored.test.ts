import { expect, it } from 'vitest';
import { z } from 'zod';
import type { StoredDocument } from '../../shared/contract/system.ts';
import { stored } from './stored.ts';

it('keeps a value, and neither a damaged document nor a full disk takes the window with it', () => {
  const kept = new Map<string, StoredDocument>();
  const warnings: string[] = [];
  let full = false;
  const workbench = {
    document: (key: string) => kept.get(key) ?? null,
    saveDocument(document: StoredDocument) {
      if (full) throw new Error('the disk is full');
      kept.set(document.key, document);
      return document;
    },
  };
  const value = stored(workbench, 'shell/x', z.array(z.int()), [1], (sentence) => warnings.push(sentence));
  expect(value.get()).toEqual([1]);
  value.set([2, 3]);
  expect(value.get()).toEqual([2, 3]);
  full = true;
  value.set([4]);
  expect(value.get()).toEqual([2, 3]);
  kept.set('shell/x', { key: 'shell/x', value: { not: 'a list' }, savedAt: 0 });
  expect(value.get()).toEqual([1]);
  expect(warnings).toEqual([
    'document shell/x could not be kept: the disk is full',
    'document shell/x of the home cannot be read and is started anew',
  ]);
});
