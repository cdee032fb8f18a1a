import { invalid } from '../../core/base/errors.ts';
import type { MetricPoint } from '../../shared/records.ts';

/**
 * Metric points as CSV (RFC 4180 with line feeds): `step,key,value`, key by key, steps ascending. Values are written
 * with as many digits as it takes to read back the same double, in JavaScript as in Python.
 */
export function encodeMetrics(
  metrics: Readonly<Record<string, readonly (readonly [number, number])[]>>,
): string {
  const lines = [HEADER];
  for (const [key, points] of Object.entries(metrics)) {
    const field = csvField(key);
    for (const [step, value] of points) lines.push(`${step},${field},${Object.is(value, -0) ? '-0' : value}`);
  }
  return `${lines.join('\n')}\n`;
}

/** @throws CliffordError INVALID_INPUT naming the line */
export function parseMetrics(text: string, source: string): MetricPoint[] {
  const points: MetricPoint[] = [];
  let line = 0;
  for (const fields of records(text, source)) {
    line++;
    if (line === 1) {
      if (fields.join(',') !== HEADER) throw invalid(`${source}: got ${show(fields)}, expected ${HEADER}`);
      continue;
    }
    const [step, key, value] = fields;
    const point = { step: Number(step), key: key ?? '', value: Number(value) };
    const whole = fields.length === 3 && /^\d+$/.test(step!) && Number.isSafeInteger(point.step);
    if (!whole || point.key === '' || value!.trim() === '' || !Number.isFinite(point.value)) {
      throw invalid(
        `${source}, record ${line}: got ${show(fields)}, expected a step, a key and a finite number`,
      );
    }
    points.push(point);
  }
  if (line === 0) throw invalid(`${source}: got an empty file, expected ${HEADER}`);
  return points;
}

const HEADER = 'step,key,value';

/** A field of RFC 4180, quoted where it must be. */
export function csvField(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

function show(fields: readonly string[]): string {
  return JSON.stringify(fields.join(',').slice(0, 80));
}

/** The records of a CSV text; quoted fields may hold commas, quotes and line ends. */
function* records(text: string, source: string): Generator<string[]> {
  // One pattern for one field and what follows it; sticky, so that whatever it does not match is an error.
  const field = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  let fields: string[] = [];
  let at = 0;
  while (at < text.length) {
    field.lastIndex = at;
    const found = field.exec(text);
    if (found === null) throw invalid(`${source}: got a quote that does not end at character ${at}`);
    at = field.lastIndex;
    fields.push(found[1]?.replaceAll('""', '"') ?? found[2]!);
    if (found[3] === ',') {
      if (at === text.length) fields.push('');
      else continue;
    }
    yield fields;
    fields = [];
  }
}
