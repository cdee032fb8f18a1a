import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../files/hash.ts';
import type { Workbench } from '../workbench/api.ts';
import { openWorkbench } from '../workbench/service.ts';
import {
  errorOf,
  script,
  SCRIPTED_ENGINE,
  temporaryFolder,
  testWorkbench,
} from '../workbench/testing/home.ts';
import { testSpec } from '../workbench/testing/spec.ts';
import type { BundleFile, Manifest } from './format.ts';
import { buildZip, type RawEntry, readZip } from './testing/zip.ts';

/** Bundles come from elsewhere. Each of these must be refused in one sentence and leave nothing behind. */

let folder: string;
let good: Buffer;
let there: Workbench;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clifford-hostile-'));
  const here = openWorkbench({ home: join(folder, 'here'), engineEntry: SCRIPTED_ENGINE });
  const { id } = here.createRun({ spec: testSpec(), name: 'good' });
  script('ok');
  await here.train(id, { engine: 'auto' });
  await here.exportBundle(id, { contents: { checkpoints: 'all', samples: true }, out: join(folder, 'good') });
  here.close();
  good = readFileSync(join(folder, 'good'));
  there = openWorkbench({ home: join(folder, 'there'), engineEntry: SCRIPTED_ENGINE });
});
afterAll(() => {
  there.close();
  rmSync(folder, { recursive: true });
});

type Entries = RawEntry[];

/** The good bundle with changed entries and manifest, packed again. */
function changed(change: (entries: Entries, manifest: Manifest) => void): Buffer {
  const entries: Entries = readZip(good);
  const manifest = JSON.parse(String(entries[0]!.content)) as Manifest;
  change(entries, manifest);
  if (entries[0]!.name === 'manifest.json' && entries[0]!.content !== '') {
    entries[0]!.content = JSON.stringify(manifest);
  }
  return buildZip(entries);
}

/** With another content of one file, which the manifest vouches for. */
const replaced = (path: string, content: (before: string) => string) =>
  changed((entries, manifest) => {
    const entry = entries.find((e) => e.name === path)!;
    entry.content = content(String(entry.content));
    Object.assign(fileOf(manifest, path), {
      bytes: Buffer.byteLength(entry.content),
      sha256: sha256(entry.content),
    });
  });
const fileOf = (manifest: Manifest, path: string): BundleFile => manifest.files.find((f) => f.path === path)!;
const MODEL = 'artifacts/model.onnx';
/** With one more file of a name, listed as it should be. */
const added = (name: string, more: Partial<RawEntry> = {}, listed = name) =>
  changed((entries, manifest) => {
    const content = 'x';
    entries.push({ name, content, ...more });
    manifest.files.push({ ...fileOf(manifest, MODEL), path: listed, bytes: 1, sha256: sha256(content) });
  });

async function refusal(bytes: Uint8Array): Promise<string> {
  const file = join(temporaryFolder(), 'evil.clifford');
  writeFileSync(file, bytes);
  const error = await errorOf(() => there.importBundle(file));
  expect(error.code).toBe('INVALID_INPUT');
  expect(error.message).not.toMatch(/\n/);
  expect(there.listRuns({ includeDeleted: true })).toEqual([]);
  expect(readdirSync(join(there.home, 'runs'))).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(['good', 'here', 'there']);
  return error.message;
}

describe('a bundle is refused', () => {
  it.each<[string, () => Uint8Array, RegExp]>([
    ['that is empty', () => Buffer.alloc(0), /does not begin like a zip file/],
    ['that is something else', () => Buffer.from('PNG and so on'), /does not begin like a zip file/],
    ['that is another zip file', () => buildZip([{ name: 'a.txt', content: 'a' }]), /has no manifest\.json/],
    [
      'whose manifest is of something else',
      () => buildZip([{ name: 'manifest.json', content: '{"version": 1}' }]),
      /expected the format "clifford-bundle"/,
    ],
    [
      'whose manifest is no JSON',
      () => buildZip([{ name: 'manifest.json', content: '{' }]),
      /manifest\.json, line 1/,
    ],
    [
      'whose manifest is not UTF-8',
      () => buildZip([{ name: 'manifest.json', content: Buffer.from([0xff, 0xfe]) }]),
      /not text in UTF-8/,
    ],
    [
      'of a newer format',
      () => changed((_, m) => Object.assign(m, { version: 2, run: 'something new' })),
      /version 2, expected at most 1: it was written by a newer Clifford/,
    ],
    [
      'without a specification',
      () =>
        changed((e, m) => {
          e.splice(
            e.findIndex((x) => x.name === 'spec.json'),
            1,
          );
          m.files = m.files.filter((f) => f.path !== 'spec.json');
        }),
      /has no spec\.json/,
    ],
    [
      'that lacks a listed file',
      () => changed((e) => void e.pop()),
      /"artifacts\/model\.onnx" of its manifest is missing/,
    ],
    [
      'with a file that is not listed',
      () => changed((e) => void e.push({ name: 'artifacts/more', content: 'x' })),
      /"artifacts\/more" is not in its manifest/,
    ],
    [
      'that lists a file twice',
      () => changed((_, m) => void m.files.push(m.files.at(-1)!)),
      /lists "artifacts\/model\.onnx" twice/,
    ],
    ['that has a file twice', () => added(MODEL), /Ambiguous archive|is there twice/],
    [
      'that has a file twice but for case',
      () => added('artifacts/MODEL.onnx'),
      /"artifacts\/MODEL\.onnx" is there twice/,
    ],
    ['with an artifact outside of its folder', () => added('model2.onnx'), /wrong place for a model/],
    [
      'with a document of its own',
      () =>
        changed((e, m) => {
          e.push({ name: 'more.json', content: 'x' });
          m.files.push({ ...fileOf(m, 'spec.json'), path: 'more.json', bytes: 1, sha256: sha256('x') });
        }),
      /wrong place for a document/,
    ],
    ['with a folder', () => added('artifacts/dir/'), /is a folder|Unsafe/],
    ['with a symbolic link', () => added('artifacts/link', { mode: 0o120777 }), /is a link or a device/],
    ['with a device', () => added('artifacts/null', { mode: 0o020666 }), /is a link or a device/],
    ['that is encrypted', () => added('artifacts/x', { flags: 1 }), /is encrypted/],
    ['packed by another method', () => added('artifacts/x', { method: 14 }), /packed by method 14/],
    [
      'whose local header names another file',
      () => added('artifacts/x', { localName: 'artifacts/y' }),
      /truncated or damaged/,
    ],
    ['with bytes before it', () => Buffer.concat([good.subarray(0, 40), good]), /truncated or damaged/],
    ['with bytes behind it', () => Buffer.concat([good, Buffer.from('more')]), /truncated or damaged/],
  ])('%s', async (_, make, message) => {
    expect(await refusal(make())).toMatch(message);
  });

  it.each([
    'artifacts/../../../evil',
    '../evil',
    '/etc/evil',
    'artifacts//evil',
    'artifacts/./evil',
    'artifacts\\..\\..\\evil',
    'C:/evil',
    'artifacts/a\u0000b',
    'artifacts/ü',
    'artifacts/a b',
    'artifacts/a:b',
    'artifacts/nul.onnx',
    'artifacts/a.',
    `artifacts/${'x'.repeat(121)}`,
  ])('with the name %j', async (name) => {
    expect(await refusal(added(name))).toMatch(/cannot be unpacked|Unsafe filename|truncated or damaged/);
  });

  it('that is cut off anywhere', async () => {
    // The middle of the first entry, of an artifact, of the directory, and the last byte.
    const directory = good.indexOf('PK\u0001\u0002', 0, 'latin1');
    for (const length of [4, 20, directory - 5, directory + 30, good.length - 30, good.length - 1]) {
      expect(await refusal(good.subarray(0, length))).toMatch(/truncated or damaged/);
    }
  });

  it('with a single bit flipped in any file', async () => {
    for (const { name, content } of readZip(good)) {
      // In the packed bytes, so that it is not the test that decides who notices.
      const entries: Entries = readZip(good).map((e) => ({ ...e, method: 0 }));
      const bytes = buildZip(entries);
      const at = bytes.indexOf(content);
      bytes[at + (content.length >> 1)]! ^= 1;
      expect(await refusal(bytes), name).toMatch(/damaged/);
    }
  });

  it('whose file is not what its manifest says, though the archive itself is whole', async () => {
    const other = changed((entries) => {
      entries.find((e) => e.name === MODEL)!.content = 'model of step 21';
    });
    expect(await refusal(other)).toMatch(/model\.onnx is damaged: it has sha256 [0-9a-f]{64}, expected/);
    const longer = changed((entries) => {
      entries.find((e) => e.name === MODEL)!.content = 'model of step 2000';
    });
    expect(await refusal(longer)).toMatch(/has 18 bytes, expected 16 as its manifest says/);
  });

  it('that unpacks to more than it declares, at the first byte too many', async () => {
    // 40 MB behind a declared size of 16 bytes: a reader that trusts the size would fill memory or disk.
    const bomb = changed((entries) => {
      const model = entries.find((e) => e.name === MODEL)!;
      Object.assign(model, { content: Buffer.alloc(40_000_000), method: 8, size: 16 });
    });
    expect(bomb.length).toBeLessThan(300_000);
    expect(await refusal(bomb)).toMatch(/more than the 16 bytes|Invalid uncompressed size/);
  });

  it('that would unpack to many times its size', async () => {
    const content = Buffer.alloc(80_000_000);
    const bomb = changed((entries, manifest) => {
      Object.assign(
        entries.find((e) => e.name === MODEL)!,
        { content, method: 8 },
      );
      Object.assign(fileOf(manifest, MODEL), { bytes: content.length, sha256: sha256(content) });
    });
    expect(await refusal(bomb)).toMatch(/would unpack to 80.2 MB, expected at most 100 times its size/);
  });

  it.each<[string, () => Uint8Array, RegExp]>([
    [
      'does not parse',
      () => replaced('spec.json', (s) => s.replace('"steps"', '"stesp"')),
      /spec\.json: unknown field "stesp" in training.*did you mean "steps"/,
    ],
    [
      'is of another version',
      () => replaced('spec.json', (s) => s.replace('"version": 1', '"version": 2')),
      /spec\.json: version: got 2/,
    ],
    [
      'does not fit together',
      () => replaced('spec.json', (s) => s.replace('"batchSize": 2', '"batchSize": 3')),
      /multiple of training\.shards/,
    ],
    [
      'is not that of its hash',
      () => replaced('spec.json', (s) => s.replace('"seed": 0', '"seed": 1')),
      /hash of the specification/,
    ],
  ])('whose specification %s', async (_, make, message) => {
    expect(await refusal(make())).toMatch(message);
  });

  it.each<[string, () => Uint8Array, RegExp]>([
    ['a folder as its id', () => changed((_, m) => (m.run.id = '../../evil')), /run\.id/],
    [
      'an id in capitals, the same folder on some systems',
      () => changed((_, m) => (m.run.id = 'ABC')),
      /run\.id/,
    ],
    [
      'a name of control characters',
      () => changed((_, m) => (m.run.name = 'a\u001b[31m')),
      /control characters/,
    ],
    ['the name "latest"', () => changed((_, m) => (m.run.name = 'latest')), /stands for the newest run/],
    [
      'a tag of a thousand characters',
      () => changed((_, m) => (m.run.tags = ['x'.repeat(1000)])),
      /1 to 120 characters/,
    ],
    [
      'another seed than its specification',
      () => changed((_, m) => (m.run.seed = 9)),
      /the seed of the manifest is 9, expected 0/,
    ],
    [
      'itself as its parent',
      () => changed((_, m) => (m.run.parent = { id: m.run.id, name: null })),
      /descends from itself/,
    ],
    ['a step beyond its end', () => changed((_, m) => (m.run.step = 21)), /step 21 of 20/],
    [
      'weights that its newest checkpoint does not have',
      () => changed((_, m) => Object.assign(m.run, { state: 'stopped', weights: 'a'.repeat(64) })),
      /hash of the newest checkpoint/,
    ],
    [
      'a checkpoint without a hash of its weights',
      () => changed((_, m) => (m.files.find((f) => f.kind === 'checkpoint')!.weights = null)),
      /lacks the step and the hash/,
    ],
    ['torn metrics', () => replaced('metrics.csv', (s) => s.slice(0, -5)), /metrics\.csv, record/],
    [
      'an evaluation without sections',
      () => replaced('evaluations.json', (s) => s.replace('"sections"', '"parts"')),
      /evaluations\.json/,
    ],
    [
      'an event of an unknown state',
      () => replaced('events.json', (s) => s.replace('"running"', '"dreaming"')),
      /events\.json.*dreaming/,
    ],
    [
      'an environment of numbers',
      () => replaced('environment.json', () => '{"cores": 2}'),
      /environment\.json: cores/,
    ],
  ])('whose run has %s', async (_, make, message) => {
    expect(await refusal(make())).toMatch(message);
  });
});

describe('a bundle is taken', () => {
  async function taken(bytes: Uint8Array): Promise<void> {
    const file = join(temporaryFolder(), 'good.clifford');
    writeFileSync(file, bytes);
    const workbench = testWorkbench();
    const { runId } = await workbench.importBundle(file);
    expect(workbench.showRun(runId)).toMatchObject({ name: 'good', state: 'finished', weightsStep: 20 });
  }

  it('as it is, packed again by another program, and with fields that only later versions know', async () => {
    await taken(good);
    await taken(buildZip(readZip(good)));
    await taken(buildZip(readZip(good).map((e) => ({ ...e, method: 0 }))));
    await taken(changed((_, m) => Object.assign(m.run, { mood: 'sunny' })));
  });

  it('in Zip64, as bundles beyond 4 GB are', async () => {
    const zip = new ZipWriter(new Uint8ArrayWriter(), { zip64: true, useWebWorkers: false });
    for (const { name, content } of readZip(good))
      await zip.add(name, new Uint8ArrayReader(content), { level: 0 });
    await taken(await zip.close());
  });
});
