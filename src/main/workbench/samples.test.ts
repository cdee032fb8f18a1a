import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { ensureFolder, writeFileAtomic } from '../../files/atomic.ts';
import { writeNpy, type NpyArray } from '../../files/npy.ts';
import { EvaluationSamples } from '../../shared/contract/runs.ts';
import type { Workbench } from './api.ts';
import { recordArtifact } from './store/ledger.ts';
import { getRun } from './store/runs.ts';
import { errorOf, temporaryFolder, testWorkbench } from './testing/home.ts';
import { evaluationWith, otherStore } from './testing/records.ts';
import { testSpec } from './testing/spec.ts';

let home: string;
let workbench: Workbench;
let id: string;
beforeEach(() => {
  home = temporaryFolder();
  workbench = testWorkbench(home);
  id = workbench.createRun({ spec: testSpec() }).id;
});

/** Files as an evaluation leaves them, recorded. */
function leave(dir: string, step: number, final: boolean, samples: NpyArray): void {
  const folder = join(workbench.showRun(id).folder, dir);
  ensureFolder(folder);
  const { seconds: _, ...evaluation } = evaluationWith(step, { overall: 1 }, final);
  const reading = { label: [1, 2], x: 1, y: null, countX: 1, countY: 0, responseX: 1, responseY: 0 };
  const content = {
    evaluation,
    sections: [{ section: 'overall', labels: 1 }],
    samplesPerLabel: samples.shape[0],
    readings: Array.from({ length: samples.shape[0]! }, () => reading),
  };
  const written = writeFileAtomic(join(folder, 'evaluation.json'), JSON.stringify(content));
  const array = writeNpy(join(folder, 'samples.npy'), samples);
  const store = otherStore(home);
  store.write((db) => {
    const { pk } = getRun(db, id)!;
    recordArtifact(db, pk, { kind: 'samples', file: `${dir}/samples.npy`, step, ...array }, '', null);
    recordArtifact(
      db,
      pk,
      { kind: 'evaluation', file: `${dir}/evaluation.json`, step, ...written },
      '',
      null,
    );
  });
  store.dispose();
}

const images = (...values: number[]): NpyArray => ({
  shape: [values.length, 1, 1, 1],
  data: Float32Array.from(values),
});
const pixels = (step: number, final = false): number[] => [
  ...Buffer.from(workbench.evaluationSamples(id, step, final).pixels, 'base64'),
];

test('the images of an evaluation come as bytes: -1 is 0, 1 is 255, and what lies outside is clipped', () => {
  leave('evaluations/step-00000005', 5, false, images(-1, -0.5, 0, 1, 1.5, -3));
  const found = workbench.evaluationSamples(id, 5, false);
  expect(EvaluationSamples.parse(found)).toEqual(found);
  expect(found).toMatchObject({ size: 1, samplesPerLabel: 6, evaluation: { step: 5 } });
  expect(found.readings[0]).toMatchObject({ label: [1, 2], y: null });
  // 127.5·(v + 1): 63.75 and 127.5 rounded.
  expect(pixels(5)).toEqual([0, 64, 128, 255, 255, 0]);
});

test('step and kind say which evaluation; of several the newest is taken', async () => {
  leave('evaluations/step-00000005', 5, false, images(0));
  leave('evaluations/step-00000020', 20, true, images(1));
  leave('evaluations/20260101T000000Z', 20, true, images(-1, -1));
  expect(pixels(20, true)).toEqual([0, 0]);
  for (const [step, final] of [
    [6, false],
    [5, true],
    [20, false],
  ] as const) {
    const message = `has no ${final ? 'full ' : ''}evaluation with samples at step ${step}`;
    expect(await errorOf(() => pixels(step, final))).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(message),
    });
  }
});

test('files that are not as they were recorded are refused', async () => {
  leave('evaluations/a', 5, false, images(0, 1));
  const file = join(workbench.showRun(id).folder, 'evaluations/a/samples.npy');
  const bytes = readFileSync(file);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(file, bytes);
  expect(await errorOf(() => pixels(5))).toMatchObject({
    code: 'STORAGE',
    message: expect.stringMatching(/samples\.npy of run .* has sha256/),
  });
  leave('evaluations/b', 7, false, { shape: [2, 1], data: new Float32Array(2) });
  expect(await errorOf(() => pixels(7))).toMatchObject({
    code: 'STORAGE',
    message: expect.stringMatching(/shape \(2, 1\), expected \(2, 1, N, N\) of float32/),
  });
});
