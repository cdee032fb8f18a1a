import type { Reading } from '../core/metrics/readout.ts';
import type { ReadingRecord } from '../shared/records.ts';

/** A reading as files keep it: JSON has no NaN, so a position that was not found is null. */
export function readingRecord(reading: Reading): ReadingRecord {
  const position = (v: number) => (Number.isFinite(v) ? v : null);
  return { ...reading, x: position(reading.x), y: position(reading.y) };
}
