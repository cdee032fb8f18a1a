import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '../../files/hash.ts';
import { readNpy, writeNpy } from '../../files/npy.ts';
import { SampleResult } from '../../shared/contract/sampling.ts';
import { SampleFile } from '../../shared/engine-protocol.ts';
import type { Workbench } from './api.ts';
import { readSample } from './sample-files.ts';
import { openWorkbench } from './service.ts';
import { errorOf, temporaryFolder } from './testing/home.ts';
import { testSpec } from './testing/spec.ts';

/** With the engine process that users get, on a network of a few hundred parameters. */

const SPEC = testSpec({ steps: 8, checkpointEvery: 4, seed: 5 });
const LABELS: [number, number][] = [
  [3, 4],
  [6.1, 2],
];
const REQUEST = { labels: LABELS, count: 2, seed: 1, sampler: SPEC.evaluation.sampler };

// One run for all tests: each process of the engine takes a second to start.
const home = mkdtempSync(join(tmpdir(), 'clifford-sample-files-'));
let workbench: Workbench;
let id: string;
beforeAll(async () => {
  workbench = openWorkbench({ home });
  ({ id } = workbench.createRun({ spec: SPEC }));
  await workbench.train(id, { engine: 'auto', threads: 1 });
}, 60_000);
afterAll(() => {
  workbench.close();
  rmSync(home, { recursive: true, force: true });
});

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

test('samples, readings and the way from noise come back as the engine wrote them, in bytes', async () => {
  const out = join(temporaryFolder(), 'plain');
  const { files, step } = await workbench.sample(id, { ...REQUEST, out });
  expect(step).toBe(8);
  expect(files).toContain(join(out, 'readings.json'));
  const plain = readSample(out);
  expect(SampleResult.parse(plain)).toEqual(plain);
  expect(plain).toMatchObject({ step: 8, size: 8, labels: LABELS, count: 2, trajectory: null });
  const samples = readNpy(join(out, 'samples.npy')).data as Float32Array;
  const pixels = bytes(plain.pixels);
  expect(pixels).toHaveLength(4 * 64);
  // The sampler clips to [-1, 1], so a byte is within half a step of its value.
  pixels.forEach((v, i) => expect(Math.abs(v / 127.5 - 1 - samples[i]!)).toBeLessThanOrEqual(0.5001 / 127.5));

  const way = join(out, '..', 'trajectory');
  await workbench.sample(id, { ...REQUEST, out: way, trajectory: true });
  const { trajectory, ...rest } = readSample(way);
  expect(rest).toEqual((({ trajectory: _, ...other }) => other)(plain));
  expect(trajectory!.timesteps).toEqual([9, 5, 0]);
  const [frames, predictions] = [bytes(trajectory!.frames), bytes(trajectory!.predictions)];
  expect([frames.length, predictions.length]).toEqual([4 * 256, 3 * 256]);
  // The last prediction is the image; frames have half the resolution in twice the range.
  expect(predictions.slice(2 * 256)).toEqual(pixels);
  frames.slice(3 * 256).forEach((v, i) => {
    expect(Math.abs(v / 63.75 - 2 - samples[i]!)).toBeLessThanOrEqual(0.5001 / 63.75);
  });
  // Noise of unit variance: 4.6 % beyond ±2, which is clipped, not wrapped.
  const noise = readNpy(join(way, 'trajectory.npy')).data as Float32Array;
  for (const [i, v] of frames.slice(0, 256).entries()) {
    if (Math.abs(noise[i]!) >= 2) expect(v).toBe(noise[i]! > 0 ? 255 : 0);
  }
  expect(noise.slice(0, 256).some((v) => Math.abs(v) > 2)).toBe(true);
});

test('a kept step lends its model: built once, used again, and the run’s own stays what it is', async () => {
  const { folder, artifacts } = workbench.showRun(id);
  expect(artifacts.filter((a) => a.kind === 'model').map((a) => a.file)).toEqual(['model.onnx']);
  const sampleAt = async (step?: number) => {
    const out = temporaryFolder();
    const at = await workbench.sample(id, { ...REQUEST, out, ...(step === undefined ? {} : { step }) });
    const { pixels, step: told } = readSample(out);
    expect(at.step).toBe(told);
    return { pixels, step: told };
  };
  const own = await sampleAt();
  const early = await sampleAt(4);
  expect([own.step, early.step]).toEqual([8, 4]);
  expect(early.pixels).not.toBe(own.pixels);
  const built = join(folder, 'model-step-00000004.onnx');
  const { mtimeMs } = statSync(built);
  expect(await sampleAt(4)).toEqual(early);
  expect(statSync(built).mtimeMs).toBe(mtimeMs);
  const recorded = workbench.showRun(id).artifacts.find((a) => a.file === 'model-step-00000004.onnx');
  expect(recorded).toMatchObject({ kind: 'model', step: 4, sha256: sha256(readFileSync(built)) });
  // A damaged copy is built anew from the checkpoint.
  writeFileSync(built, 'damaged');
  expect(await sampleAt(4)).toEqual(early);
  expect(sha256(readFileSync(built))).toBe(recorded!.sha256);
  // The step of the run's own model needs no copy; without a step it is still the last one.
  expect(await sampleAt(8)).toEqual(own);
  expect(existsSync(join(folder, 'model-step-00000008.onnx'))).toBe(false);
  expect(await sampleAt()).toEqual(own);
  expect(await errorOf(() => sampleAt(7))).toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('keeps no checkpoint of step 7; it has those of steps 0, '),
  });
});

test('files that are missing, damaged or of another request are told', async () => {
  const out = temporaryFolder();
  expect(await errorOf(() => readSample(out))).toMatchObject({ code: 'NOT_FOUND' });
  await workbench.sample(id, { ...REQUEST, out, trajectory: true });
  const json = join(out, 'readings.json');
  const content = SampleFile.parse(JSON.parse(readFileSync(json, 'utf8')));
  writeNpy(join(out, 'predictions.npy'), { shape: [1, 4, 8, 8], data: new Float32Array(256) });
  expect(await errorOf(() => readSample(out))).toMatchObject({
    code: 'STORAGE',
    message: expect.stringContaining('shape (1, 4, 8, 8), expected (3, 4, 8, 8) of float32'),
  });
  rmSync(join(out, 'trajectory.npy'));
  expect(await errorOf(() => readSample(out))).toMatchObject({ code: 'NOT_FOUND' });
  // A later request without a trajectory does not look at what an earlier one left.
  await workbench.sample(id, { ...REQUEST, out });
  expect(readSample(out).trajectory).toBeNull();
  writeFileSync(json, JSON.stringify({ ...content, timesteps: null, readings: [] }));
  expect(await errorOf(() => readSample(out))).toMatchObject({
    code: 'STORAGE',
    message: expect.stringContaining('holds 0 readings, expected one for each of 4 images'),
  });
  writeFileSync(json, '{"step": 1');
  expect(await errorOf(() => readSample(out))).toMatchObject({ code: 'STORAGE' });
});
