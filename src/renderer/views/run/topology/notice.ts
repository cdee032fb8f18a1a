import type { RunAnalysis } from '../analysis/useRunAnalysis.ts';

/**
 * What the service said of an answer, as a sentence; empty while it works, since its progress says it then, and for
 * what the tab says anyway: that borders are open.
 */
export function noticeText({ busy, notice }: Pick<RunAnalysis, 'busy' | 'notice'>): string {
  const text = notice.value;
  if (busy.value || text === null || text.includes('open boundaries')) return '';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
