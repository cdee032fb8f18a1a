import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256File } from '../../files/hash.ts';
import type { RunDetail } from '../../shared/records.ts';
import type { Workbench } from './api.ts';
import { openWorkbench } from './service.ts';
import { startChild } from './testing/child.ts';
import { cleanUp, errorOf, temporaryFolder } from './testing/home.ts';
import { testSpec } from './testing/spec.ts';

/** The service with the engine process that users get, on a network of a few hundred parameters. */

function open(home: string): Workbench {
  const workbench = openWorkbench({ home });
  cleanUp(() => workbench.close());
  return workbench;
}

const SPEC = testSpec({ steps: 400, checkpointEvery: 20, seed: 5 });
/** What must not depend on how often the run was interrupted. Throughput does. */
function result({ metrics, evaluations, weights, artifacts }: RunDetail): unknown {
  const { imagesPerSecond: _, ...curves } = metrics;
  const model = artifacts.find((a) => a.kind === 'model')?.sha256;
  return { curves, weights, model, accuracy: evaluations.map((e) => [e.step, e.final, e.sections]) };
}

test('a run killed -9 at random moments and resumed ends in the same weights, curves and model as in one go', async () => {
  const workbench = open(temporaryFolder());
  const whole = workbench.createRun({ spec: SPEC });
  expect(await workbench.train(whole.id, { engine: 'auto' })).toMatchObject({ state: 'finished' });

  const home = temporaryFolder();
  const { id } = open(home).createRun({ spec: SPEC });
  for (let kills = 0; kills < 3; kills++) {
    const trainer = startChild(`
      import { openWorkbench } from './service.ts';
      const workbench = openWorkbench({ home: ${JSON.stringify(home)} });
      const onEvent = (e) => { if (e.type === 'checkpoint' && e.step > 0) console.log('checkpoint'); };
      await workbench.train(${JSON.stringify(id)}, { engine: 'auto', onEvent });
    `);
    await trainer.printed('checkpoint');
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
    await trainer.kill();
  }
  const again = open(home);
  expect(again.resolveRun(id).state).toBe('interrupted');
  expect(await again.train(id, { engine: 'auto' })).toMatchObject({ state: 'finished' });
  expect(result(again.showRun(id))).toEqual(result(workbench.showRun(whole.id)));
});

test('the jobs besides training: export, sample, evaluate, and their errors', async () => {
  const workbench = open(temporaryFolder());
  const { id } = workbench.createRun({ spec: testSpec({ steps: 4 }) });
  await workbench.train(id, { engine: 'auto', threads: 1 });
  const out = temporaryFolder();
  const model = await workbench.export(id, { out: join(out, 'model.onnx') });
  expect(sha256File(model.file)).toBe(model.sha256);
  const built = await workbench.export(id, { out: join(out, 'taps.onnx'), tap: 'bottleneck1' });
  expect(sha256File(built.file)).toBe(built.sha256);
  const request = { labels: [[3, 4]] as [number, number][], count: 2, seed: 0, out: join(out, 'samples') };
  const { sampler } = SPEC.evaluation;
  const { files } = await workbench.sample(id, { ...request, sampler });
  expect(files.every((file) => existsSync(file))).toBe(true);
  expect(files.some((file) => file.endsWith('.npy'))).toBe(true);
  expect(await workbench.evaluate(id, {})).toMatchObject({ step: 4, final: true });
  // More sampling steps than the schedule has: the engine's own error arrives as it is.
  const tooMany = { ...sampler, steps: 999 };
  expect(await errorOf(() => workbench.sample(id, { ...request, sampler: tooMany }))).toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining('999'),
  });
});
