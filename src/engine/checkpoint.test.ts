import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Rng } from '../core/base/rng.ts';
import { readSafetensors, writeSafetensors } from '../files/safetensors.ts';
import { STATE_VECTORS, type TrainingState } from './backend.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { designRun } from './design.ts';
import { tinySpec } from './testing/tiny-spec.ts';

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'clifford-checkpoint-')), 'c.safetensors');
});
afterEach(() => rmSync(join(path, '..'), { recursive: true, force: true }));

const spec = tinySpec();
const { layout } = designRun(spec);
const facts = { step: 7, evaluatedStep: 6, best: { step: 6, accuracy: 0.25, file: 'milestones/b' } };

const environment = { node: 'v24' };

function drawState(): TrainingState {
  const vectors = STATE_VECTORS.map((name, i) => {
    const v = new Float32Array(layout.size);
    new Rng(1, 'noise', i).fillNormal(v);
    return [name, v];
  });
  return Object.fromEntries(vectors) as unknown as TrainingState;
}

describe('checkpoints', () => {
  it('give back the state bit for bit, with what the loop must remember', () => {
    const state = drawState();
    writeCheckpoint(path, state, facts, spec, layout, 'resume', environment);
    expect(readCheckpoint(path, spec, layout)).toEqual({ ...facts, state });
  });

  it('as milestones hold the weights alone', () => {
    const state = drawState();
    const { bytes } = writeCheckpoint(
      path,
      state,
      { ...facts, best: null },
      spec,
      layout,
      'milestone',
      environment,
    );
    const zero = new Float32Array(layout.size);
    expect(readCheckpoint(path, spec, layout)).toEqual({
      ...facts,
      best: null,
      state: { ...state, moment1: zero, moment2: zero },
    });
    expect(bytes).toBeLessThan(3 * 4 * layout.size);
  });

  it('say in their metadata where each parameter lies, for readers in other languages', () => {
    const state = drawState();
    writeCheckpoint(path, state, facts, spec, layout, 'resume', environment);
    const { metadata, tensors } = readSafetensors(path);
    const places = JSON.parse(metadata['layout']!) as { name: string; shape: number[]; offset: number }[];
    const last = places.at(-1)!;
    expect(last.name).toBe('out.bias');
    expect(last.offset + 1).toBe(tensors.get('parameters')!.data.length);
    expect(JSON.parse(metadata['spec']!)).toEqual(spec);
  });

  it('of another program or run are refused, naming the file', () => {
    writeSafetensors(path, { parameters: { shape: [2], data: new Float32Array(2) } });
    expect(() => readCheckpoint(path, spec, layout)).toThrow(
      `${path}: expected a checkpoint of format clifford-checkpoint-1, got none`,
    );
    writeCheckpoint(path, drawState(), facts, spec, layout, 'resume', environment);
    expect(() => readCheckpoint(path, tinySpec({ seed: 2 }), layout)).toThrow(
      `${path} is a checkpoint of another run`,
    );
  });

  it.each([
    ['{"step":3}', 'no evaluatedStep'],
    ['{"step":9000,"evaluatedStep":0,"best":null}', 'a step beyond the last'],
    ['{', 'no JSON'],
  ])('with facts %s (%s) are refused before a loop could start from them', (text) => {
    writeCheckpoint(path, drawState(), facts, spec, layout, 'resume', environment);
    const { metadata, tensors } = readSafetensors(path);
    writeSafetensors(path, Object.fromEntries(tensors), { ...metadata, facts: text });
    expect(() => readCheckpoint(path, spec, layout)).toThrow(
      `expected the facts of a checkpoint of up to 12 steps, got ${text}`,
    );
  });

  it('whose vectors have another length are refused', () => {
    const file = () => readSafetensors(path);
    writeCheckpoint(path, drawState(), facts, spec, layout, 'resume', environment);
    const { metadata } = file();
    const short = { shape: [3], data: new Float32Array(3) };
    writeSafetensors(path, Object.fromEntries(STATE_VECTORS.map((k) => [k, short])), metadata);
    expect(() => readCheckpoint(path, spec, layout)).toThrow(/tensor "parameters" has shape \(3\)/);
  });
});
