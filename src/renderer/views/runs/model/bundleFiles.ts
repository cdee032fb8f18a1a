import type { ImportAnswer } from '../../../../shared/contract/bundles.ts';

export const BUNDLE_EXTENSION = '.clifford';

/** Which of the files that were dropped are bundles, and a sentence on those that are not. */
export function sortFiles<F extends { readonly name: string }>(
  files: readonly F[],
): { bundles: F[]; refusal: string | null } {
  const isBundle = ({ name }: F): boolean => name.toLowerCase().endsWith(BUNDLE_EXTENSION);
  const bundles = files.filter(isBundle);
  const others = files.filter((file) => !isBundle(file)).map((file) => file.name);
  if (others.length === 0) return { bundles, refusal: null };
  const [first] = others;
  const more = others.length > 1 ? ` and ${others.length - 1} more` : '';
  return { bundles, refusal: `Got ${first}${more}, expected run bundles (*${BUNDLE_EXTENSION}).` };
}

export function importSentence(
  fileName: string,
  answer: ImportAnswer,
): { type: 'success' | 'info' | 'error'; message: string } {
  if ('error' in answer) return { type: 'error', message: `${fileName}: ${answer.error.message}` };
  if (answer.existed)
    return { type: 'info', message: `${answer.name} is in this home already; nothing was changed.` };
  return { type: 'success', message: `${answer.name} was imported.` };
}
