import { describe, expect, it, vi } from 'vitest';
import { createLattice } from '../../../../core/dataset/lattice.ts';
import { rasterizeShapes } from '../../../../core/dataset/region.ts';
import { DatasetSpec } from '../../../../core/dataset/spec.ts';
import { analyze, transferables } from './analyze.ts';
import { createAnalysisClient, type WorkerLike } from './client.ts';
import { createInterner } from './intern.ts';
import type { AnalysisReply, AnalysisRequest } from './messages.ts';

const cross = { type: 'cross', x: [13, 19], y: [13, 19] } as const;
const paper = DatasetSpec.parse({
  size: 32,
  margin: 6,
  spacing: { x: 0.1, y: 0.1 },
  parts: [{ kind: 'sos2d' }, { kind: 'stripes1d' }],
  heldOut: [cross],
});

describe('analyze', () => {
  it('tells parts, sections and coverage of the paper’s cross', () => {
    const { facts, partBits, percolation } = analyze(paper, 0.005);
    // 61 of 320 values in each band (paper.md): (320 − 61)² images stay, and 2·320·120 stripes around them.
    expect(facts.parts.map((p) => p.images)).toEqual([259 ** 2, 2 * 320 * 120]);
    const counts = [0, 0, 0, 0];
    for (const bits of partBits) counts[bits]!++;
    expect(counts).toEqual([440 ** 2 - 259 ** 2 - 2 * 320 * 120, 259 ** 2, 2 * 320 * 120, 0]);
    expect(facts.coverage.x.images2d[135]).toBe(0);
    expect(facts.coverage.x.images1d[135]).toBe(120);
    // Four corners 6.1 apart, beyond 4.6036 σ (paper.md): four clusters of equal size at most.
    expect(percolation.clusters).toBe(4);
  });

  it('shows examples that the part trains on, the same each time', () => {
    const { examples } = analyze(paper, 0.005);
    const lattice = createLattice(paper);
    const held = rasterizeShapes(lattice, paper.heldOut);
    const at = ([x, y]: readonly [number, number]) =>
      Math.round((y + 6) * 10) * 440 + Math.round((x + 6) * 10);
    const inFrame = (v: number) => v >= 0 && v < 32;
    expect(examples.map((e) => e.title)).toEqual([
      'Part 1',
      'Part 2',
      'vertical',
      'horizontal',
      'intersection',
    ]);
    for (const [x, y] of examples[0]!.labels) {
      expect([held[at([x, y])], inFrame(x), inFrame(y)]).toEqual([0, true, true]);
    }
    for (const [x, y] of examples[1]!.labels) expect(inFrame(x)).not.toBe(inFrame(y));
    expect(new Set(examples[0]!.labels.map(String)).size).toBe(6);
    expect(analyze(paper, 0.005).examples).toEqual(examples);
  });

  it('throws the sentence of a region that empties the training set', () => {
    const all = { type: 'rectangle', x: [0, 32], y: [0, 32], mode: 'add' } as const;
    const spec = DatasetSpec.parse({ ...paper, parts: [{ kind: 'bump2d' }], heldOut: [all] });
    expect(() => analyze(spec, 0.005)).toThrow(/training set is empty/);
  });

  it('hands over each buffer once: a worker cannot transfer one twice', () => {
    const buffers = transferables(analyze(paper, 0.005, true));
    expect(new Set(buffers).size).toBe(buffers.length);
    expect(() => structuredClone(buffers, { transfer: buffers })).not.toThrow();
  });
});

it('copies of a spec keep the shapes they share with the last one, and nothing older', () => {
  const intern = createInterner();
  const first = intern(structuredClone(paper));
  const second = intern(structuredClone({ ...paper, lesion: paper.heldOut }));
  expect(second).toEqual({ ...paper, lesion: paper.heldOut });
  expect(second.heldOut[0]).toBe(first.heldOut[0]);
  expect(second.lesion[0]).toBe(first.heldOut[0]);
  intern({ ...paper, heldOut: [] });
  expect(intern(structuredClone(paper)).heldOut[0]).not.toBe(first.heldOut[0]);
});

describe('the client of the worker', () => {
  const drawing = { spec: paper, threshold: 0.005, withClusters: false };
  function fakeWorkers() {
    const workers: (WorkerLike & { sent: AnalysisRequest[]; ended: boolean })[] = [];
    const create = () => {
      const worker = {
        sent: [] as AnalysisRequest[],
        ended: false,
        onmessage: null as WorkerLike['onmessage'],
        onerror: null as WorkerLike['onerror'],
        postMessage: (message: AnalysisRequest) => void worker.sent.push(message),
        terminate: () => void (worker.ended = true),
      };
      workers.push(worker);
      return worker;
    };
    return { workers, create };
  }
  const answer = (worker: WorkerLike, id: number) =>
    worker.onmessage!({
      data: { id, error: { code: 'INVALID_INPUT', message: `of ${id}` } },
    } as MessageEvent<AnalysisReply>);

  it('keeps one request at work and only the newest waiting', () => {
    const { workers, create } = fakeWorkers();
    const replies: [number, boolean][] = [];
    const client = createAnalysisClient(create, (reply, latest) => replies.push([reply.id, latest]));
    for (let i = 0; i < 5; i++) client.request(drawing, true);
    const worker = workers[0]!;
    expect(worker.sent.map((m) => m.id)).toEqual([1]);
    answer(worker, 1);
    expect(worker.sent.map((m) => m.id)).toEqual([1, 5]);
    answer(worker, 5);
    expect(replies).toEqual([
      [1, false],
      [5, true],
    ]);
  });

  it('rests between answers while the drawing changes, but not before the last one', () => {
    vi.useFakeTimers();
    try {
      const { workers, create } = fakeWorkers();
      const client = createAnalysisClient(create, () => {});
      client.request(drawing, false);
      vi.advanceTimersByTime(100);
      answer(workers[0]!, 1);
      client.request(drawing, false);
      vi.advanceTimersByTime(599);
      expect(workers[0]!.sent).toHaveLength(1);
      vi.advanceTimersByTime(1);
      expect(workers[0]!.sent.map((m) => m.id)).toEqual([1, 2]);
      vi.advanceTimersByTime(100);
      answer(workers[0]!, 2);
      client.request(drawing, false);
      client.request(drawing, true);
      expect(workers[0]!.sent.map((m) => m.id)).toEqual([1, 2, 4]);
      client.dispose();
    } finally {
      vi.useRealTimers();
    }
  });

  it('says that a worker broke, and starts another for the next request', () => {
    const { workers, create } = fakeWorkers();
    const replies: AnalysisReply[] = [];
    const client = createAnalysisClient(create, (reply) => replies.push(reply));
    client.request(drawing, true);
    workers[0]!.onerror!({ message: 'no module' } as ErrorEvent);
    expect(replies).toMatchObject([
      { error: { code: 'INTERNAL', message: expect.stringContaining('no module') } },
    ]);
    expect(workers[0]!.ended).toBe(true);
    client.request(drawing, true);
    expect(workers[1]!.sent).toHaveLength(1);
  });
});
