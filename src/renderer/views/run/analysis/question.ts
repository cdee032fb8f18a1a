import type { AnalysisRecord, AnalysisRequest, RepresentationSpec } from '../../../../shared/analysis.ts';

/** What is asked of the service, and the answers that this window has seen. */

export interface Question {
  readonly runId: string;
  /** Of kept weights; null for the newest. */
  readonly step: number | null;
  readonly representation: RepresentationSpec;
  readonly request: AnalysisRequest;
}

/** Equal for equal questions, whatever the order of their fields. */
export function questionKey({ runId, step, representation, request }: Question): string {
  // An untrained network is the same at every step.
  const at = representation.network === 'untrained' ? 0 : step;
  return JSON.stringify([runId, at, sorted(representation), sorted(request)]);
}

/** Bytes of the numbers that an answer holds, roughly. */
const MOST_BYTES = 96 * 2 ** 20;

export interface Answer {
  readonly record: AnalysisRecord;
  /** What the service said about it. */
  readonly notices: readonly string[];
}

export interface AnswerCache {
  get(key: string): Answer | undefined;
  set(key: string, answer: Answer): void;
}

/** Keeps the answers used last, up to a size: at the paper's scale one answer is ten megabytes. */
export function createAnswerCache(mostBytes = MOST_BYTES): AnswerCache {
  const kept = new Map<string, { answer: Answer; bytes: number }>();
  let bytes = 0;
  return {
    get(key) {
      const found = kept.get(key);
      if (!found) return undefined;
      kept.delete(key);
      kept.set(key, found);
      return found.answer;
    },
    set(key, answer) {
      const size = bytesOf(answer.record);
      bytes += size - (kept.get(key)?.bytes ?? 0);
      kept.delete(key);
      kept.set(key, { answer, bytes: size });
      for (const [oldest, { bytes: freed }] of kept) {
        if (bytes <= mostBytes || oldest === key) break;
        kept.delete(oldest);
        bytes -= freed;
      }
    },
  };
}

/** An upper bound: labels as pairs of numbers, arrays as their base64. */
function bytesOf({ labels, answer: { result } }: AnalysisRecord): number {
  let bytes = 4096 + 80 * labels.length;
  for (const value of Object.values(result)) {
    if (typeof value === 'object' && value !== null && 'base64' in value) bytes += value.base64.length;
    else if (Array.isArray(value)) bytes += 32 * value.length;
  }
  return bytes;
}

function sorted(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
