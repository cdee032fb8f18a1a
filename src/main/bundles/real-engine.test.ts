import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../../files/hash.ts';
import type { RunDetail } from '../../shared/records.ts';
import type { Workbench } from '../workbench/api.ts';
import { openWorkbench } from '../workbench/service.ts';
import { cleanUp, errorOf, temporaryFolder } from '../workbench/testing/home.ts';
import { testSpec } from '../workbench/testing/spec.ts';
import type { Manifest } from './format.ts';
import { buildZip, readZip } from './testing/zip.ts';

/** Bundles of runs that the real engine trained: what they promise is that the run goes on elsewhere as it would have here. */

function open(): Workbench {
  const workbench = openWorkbench({ home: temporaryFolder() });
  cleanUp(() => workbench.close());
  return workbench;
}

const SPEC = testSpec({ steps: 60, checkpointEvery: 20, seed: 5 });
const newFile = () => join(temporaryFolder(), 'run.clifford');

/** What must not depend on where it was trained. Throughput does. */
function result({ metrics, evaluations, weights, artifacts }: RunDetail): unknown {
  const { imagesPerSecond: _, ...curves } = metrics;
  const model = artifacts.find((a) => a.file === 'model.onnx')?.sha256;
  return { curves, weights, model, accuracy: evaluations.map((e) => [e.step, e.final, e.sections]) };
}

test('a run that was stopped goes on in another home, and ends bit for bit where it would have ended', async () => {
  const [here, there] = [open(), open()];
  const whole = here.createRun({ spec: SPEC });
  await here.train(whole.id, { engine: 'auto', threads: 1 });

  const { id } = here.createRun({ spec: SPEC });
  const stop = new AbortController();
  await here.train(id, {
    engine: 'auto',
    threads: 1,
    signal: stop.signal,
    onEvent: (e) => e.type === 'checkpoint' && e.step === 20 && stop.abort(),
  });
  const before = here.showRun(id);
  expect(before.state).toBe('stopped');
  const out = newFile();
  await here.exportBundle(id, { contents: { checkpoints: 'last', samples: false }, out });

  expect(await there.importBundle(out)).toMatchObject({ runId: id, existed: false });
  // Before it is trained further: sampled from and forked, like any run of this home.
  const samples = join(temporaryFolder(), 'samples');
  const request = {
    labels: [[3, 4]] as [number, number][],
    count: 1,
    seed: 0,
    sampler: SPEC.evaluation.sampler,
  };
  const { files, step } = await there.sample(id, { ...request, out: samples });
  expect(step).toBe(before.weightsStep);
  expect(files.every((file) => existsSync(file))).toBe(true);
  const fork = there.createRun({
    spec: { ...SPEC, dataset: { ...SPEC.dataset, parts: [{ ...SPEC.dataset.parts[0]!, lambda: 0.5 }] } },
    parent: id,
  });
  expect(there.rowOf(fork.id).parent).toEqual({ id, name: before.name });

  expect(await there.train(id, { engine: 'auto', threads: 1 })).toMatchObject({ state: 'finished' });
  expect(result(there.showRun(id))).toEqual(result(here.showRun(whole.id)));

  const { artifacts } = there.showRun(id);
  await there.exportBundle(id, { contents: { checkpoints: 'all', samples: true }, out });
  const entries = readZip(readFileSync(out));
  expect(entries.filter((e) => e.name.startsWith('artifacts/'))).toHaveLength(artifacts.length);
  const again = open();
  await again.importBundle(out);
  const { folder: _, ...detail } = again.showRun(id);
  expect(detail).toEqual((({ folder: __, ...rest }) => rest)(there.showRun(id)));
  expect(await again.evaluate(id, {})).toMatchObject({ step: 60, final: true });
});

test('a checkpoint of another run, or with other weights than its record says, is refused', async () => {
  const [here, there] = [open(), open()];
  const bundle = async (seed: number): Promise<{ out: string; file: string; content: Buffer }> => {
    const { id } = here.createRun({ spec: testSpec({ steps: 3, seed }) });
    await here.train(id, { engine: 'auto', threads: 1 });
    const out = newFile();
    await here.exportBundle(id, { contents: { checkpoints: 'last', samples: false }, out });
    const entry = readZip(readFileSync(out)).find((e) => e.name.includes('checkpoints/'))!;
    return { out, file: entry.name, content: entry.content };
  };
  const [one, other] = [await bundle(1), await bundle(2)];
  const forge = (content: Buffer, change: (listed: Manifest['files'][number]) => void): string => {
    const entries = readZip(readFileSync(one.out));
    const manifest = JSON.parse(entries[0]!.content.toString()) as Manifest;
    entries.find((e) => e.name === one.file)!.content = content;
    const listed = manifest.files.find((f) => f.path === one.file)!;
    Object.assign(listed, { bytes: content.length, sha256: sha256(content) });
    change(listed);
    entries[0]!.content = Buffer.from(JSON.stringify(manifest));
    const out = newFile();
    writeFileSync(out, buildZip(entries));
    return out;
  };
  const lying = forge(one.content, (listed) => (listed.weights = 'f'.repeat(64)));
  expect(await errorOf(() => there.importBundle(lying))).toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(/checkpoints\/\S+ holds weights with sha256 [0-9a-f]{64}, expected f{64}/),
  });
  const foreign = forge(other.content, () => {});
  expect(await errorOf(() => there.importBundle(foreign))).toMatchObject({
    message: expect.stringMatching(/is a checkpoint of another run/),
  });
  const torn = forge(one.content.subarray(0, 100), () => {});
  expect(await errorOf(() => there.importBundle(torn))).toMatchObject({
    message: expect.stringMatching(/is no checkpoint/),
  });
  expect(there.listRuns()).toEqual([]);
});
