import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labelAt } from '../core/dataset/lattice.ts';
import { sha256 } from '../files/hash.ts';
import { readPng } from '../files/testing/png.ts';
import { readNpy } from '../files/npy.ts';
import { Artifact, Evaluation, EvaluationFile } from '../shared/records.ts';
import { designRun } from './design.ts';
import { evaluateModel, writeEvaluation } from './evaluate.ts';
import { tinySpec } from './testing/tiny-spec.ts';
import { untrainedModel } from './testing/untrained-model.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clifford-evaluate-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

// A named cross is a section of its own too, with the labels of vertical, horizontal and intersection.
const spec = tinySpec({
  dataset: { heldOut: [{ type: 'cross', x: [3, 4], y: [3, 4], name: 'the cross' }] },
  evaluation: { labelsPerSection: 100 },
});
const design = designRun(spec);
const PIXELS = 64;

function evaluate(changes: { threads?: number; final?: boolean; signal?: AbortSignal } = {}) {
  const model = untrainedModel(spec);
  return evaluateModel({ design, model, step: 6, weights: 'ema', final: true, threads: 2, ...changes });
}

describe('evaluateModel', () => {
  it('is the same on any number of threads', async () => {
    const [one, two] = [await evaluate({ threads: 1 }), await evaluate({ threads: 2 })];
    expect(two.images).toEqual(one.images);
    expect(two.evaluation.sections).toEqual(one.evaluation.sections);
  });

  it('has an entry for each section, with the images that were asked for', async () => {
    const result = await evaluate();
    const { evaluation, plan } = result;
    expect(Evaluation.parse(evaluation)).toMatchObject({ step: 6, final: true, tolerancePx: 8 / 32 });
    // 8×8 labels, the cross takes 2 columns and 2 rows: 36 left, 12 in each arm, 4 in the middle.
    expect(evaluation.sections.map((s) => [s.section, s.labels, s.images])).toEqual([
      ['overall', 64, 128],
      ['in-distribution', 36, 72],
      ['vertical', 12, 24],
      ['horizontal', 12, 24],
      ['intersection', 4, 8],
      ['the cross', 28, 56],
    ]);
    const images = 64 + 28; // "overall" is the first four sections together and has none of its own
    expect(plan.labels).toHaveLength(2 * images);
    expect(result.images).toHaveLength(2 * images * PIXELS);
    expect(result.readings).toHaveLength(2 * images);
  });

  it('looks at one and the same image wherever a label and sample come up', async () => {
    const { plan, images } = await evaluate();
    const seen = new Map<string, Float32Array>();
    plan.labels.forEach((label, i) => {
      const key = `${label}/${i % plan.samplesPerLabel}`;
      const image = images.subarray(i * PIXELS, (i + 1) * PIXELS);
      expect(image).toEqual(seen.get(key) ?? image);
      seen.set(key, image);
    });
    expect(seen.size).toBe(64 * 2);
    expect(new Set([...seen.values()].map((v) => sha256(v))).size).toBe(64 * 2);
  });

  it('costs less on the way: the numbers of `during`', async () => {
    const { evaluation } = await evaluate({ final: false });
    const { labelsPerSection, samplesPerLabel } = spec.evaluation.during;
    const [overall, ...sections] = evaluation.sections;
    for (const s of sections) {
      expect([s.labels, s.images]).toEqual([labelsPerSection, labelsPerSection * samplesPerLabel]);
    }
    expect(overall!.labels).toBe(4 * labelsPerSection);
  });

  it('stops when asked to', async () => {
    await expect(evaluate({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('writeEvaluation', () => {
  it('writes a picture, the samples and every reading, and tells their sizes and hashes', async () => {
    const result = await evaluate({ final: false });
    // What was not found has no position, which JSON cannot say as NaN.
    const readings = [{ ...result.readings[0]!, x: Number.NaN }, ...result.readings.slice(1)];
    const artifacts = writeEvaluation(design, { ...result, readings }, folder, 'evaluations/step-6');
    expect(artifacts.map((a) => [a.kind, a.file, a.step])).toEqual([
      ['picture', 'evaluations/step-6/samples.png', 6],
      ['samples', 'evaluations/step-6/samples.npy', 6],
      ['evaluation', 'evaluations/step-6/evaluation.json', 6],
    ]);
    for (const artifact of artifacts) {
      const bytes = readFileSync(join(folder, Artifact.parse(artifact).file));
      expect([bytes.length, sha256(bytes)]).toEqual([artifact.bytes, artifact.sha256]);
    }
    const [picture, samples, json] = artifacts.map((a) => join(folder, a.file));
    expect(readPng(picture!).width).toBeGreaterThan(100);
    expect(readNpy(samples!)).toEqual({ shape: [result.plan.labels.length, 1, 8, 8], data: result.images });

    const document = EvaluationFile.parse(JSON.parse(readFileSync(json!, 'utf8')));
    const { seconds: _, ...timeless } = result.evaluation;
    expect(document.evaluation).toEqual(timeless);
    expect(document.sections.map((s) => s.labels)).toEqual(result.plan.sections.map((s) => s.labels.length));
    expect(document.readings).toHaveLength(readings.length);
    expect(document.readings[0]!.x).toBeNull();
    document.readings.forEach((reading, i) => {
      expect(reading.label).toEqual(labelAt(design.dataset.lattice, result.plan.labels[i]!));
    });
  });
});
