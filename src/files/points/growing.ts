import { CliffordError } from '../../core/base/errors.ts';

/** Numbers that are gathered one after another, without knowing how many will come. */
export interface Growing {
  readonly length: number;
  push(value: number): void;
  /** Hands over the numbers, in memory of exactly their size. */
  take(): Float64Array<ArrayBuffer>;
}

/**
 * @param room bytes that may be taken, or null where that is not known
 * @throws CliffordError INVALID_INPUT from `push` when the room is used up
 */
export function growing(room: number | null, source: string): Growing {
  let data = new Float64Array(2 ** 13);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length === data.length) {
        const bytes = Math.ceil(1.5 * data.length) * 8;
        needRoom(bytes, room, source, `${length} numbers so far`);
        data = new Float64Array(data.buffer.transfer(bytes));
      }
      data[length++] = value;
    },
    take: () => new Float64Array(data.buffer.transfer(8 * length)),
  };
}

/**
 * @param what the numbers that take so much
 * @throws CliffordError INVALID_INPUT where `bytes` is more than `room`
 */
export function needRoom(bytes: number, room: number | null, source: string, what: string): void {
  if (room === null || bytes <= room) return;
  throw new CliffordError(
    'INVALID_INPUT',
    `${source}: got more numbers than memory holds (${what}: ${gigabytes(bytes)} GB), expected at most ` +
      `${gigabytes(room)} GB; take fewer points, or fewer coordinates of each`,
  );
}

const gigabytes = (bytes: number) => (bytes / 1e9).toPrecision(3);
