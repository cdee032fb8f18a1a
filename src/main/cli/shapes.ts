import { invalid } from '../../core/base/errors.ts';
import { ShapeSpec } from '../../core/dataset/spec.ts';
import { parseJson, shorten } from '../presets/json.ts';
import { parseWith } from '../presets/zod-sentence.ts';

/**
 * The shapes of a layer as an option gives them, in order: each as JSON, or as its type followed by its fields
 * (`cross,x=13:19,y=13:19`, `interior,width=8`, `band,axis=x,range=13:19,mode=cut`). The word `none` alone is a layer
 * without shapes.
 * @param flag what to call it in messages, such as `--hold-out`
 * @throws CliffordError INVALID_INPUT
 */
export function parseLayer(texts: readonly string[], flag: string): ShapeSpec[] {
  if (texts.length === 1 && texts[0]!.trim() === 'none') return [];
  return texts.map((text) => parseShape(text.trim(), flag));
}

function parseShape(text: string, flag: string): ShapeSpec {
  const source = `${flag} ${shorten(text)}`;
  if (text.startsWith('{')) return parseWith(ShapeSpec, parseJson(text, source), source);
  const [type = '', ...fields] = text.split(',');
  const shape: [string, unknown][] = fields.map((field) => {
    const equals = field.indexOf('=');
    const [name, value] = [field.slice(0, Math.max(0, equals)).trim(), field.slice(equals + 1).trim()];
    if (name === '' || value === '') {
      throw invalid(
        `${source}: got ${JSON.stringify(field)}, expected field=value as in ${EXAMPLE}, or JSON in braces`,
      );
    }
    return [name, parseValue(value)];
  });
  const names = shape.map(([name]) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw invalid(`${source}: got the field "${twice}" twice, expected it once`);
  return parseWith(ShapeSpec, Object.fromEntries([['type', type.trim()], ...shape]), source);
}

const EXAMPLE = 'cross,x=13:19,y=13:19';

/** A number, two or more joined by ":" (an interval, a point), or a word. What it should be is the schema's to say. */
function parseValue(text: string): unknown {
  const parts = text.split(':');
  const numbers = parts.map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (numbers.some(Number.isNaN)) return text;
  return numbers.length === 1 ? numbers[0] : numbers;
}

export const SHAPE_HELP = `A SHAPE is its type followed by its fields, or the same as JSON:
  band,axis=x,range=13:19      cross,x=13:19,y=13:19        rectangle,x=2:5,y=0:3
  interior,width=8             exterior,width=8,corner=top-left
  lesion,width=4,axis=x        rim,width=2                  ellipse,center=16:16,radii=5:3
  '{"type":"polygon","points":[[2,2],[9,3],[4,8]]}'
Each may have name=…, and mode=cut to take its labels out of the layer again.`;
