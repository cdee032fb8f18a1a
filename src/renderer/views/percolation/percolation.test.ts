import { describe, expect, it } from 'vitest';
import { clustersOfSites } from '../../../core/metrics/percolation/clusters.ts';
import { keptSites, siteLattice } from '../../../core/metrics/percolation/lattice.ts';
import { LIGHT } from '../../charts/theme.ts';
import { createClustersClient, createCurvesClient, type WorkerLike } from './clients.ts';
import { bumpAt, clusterColor } from './drawLattice.ts';
import { createLatticeClusters, MOST_DISCS } from './lattice-clusters.ts';
import type { ClustersReply, ClustersRequest, CurvesReply, CurvesRequest } from './messages.ts';
import {
  curveLambdas,
  initialSettings,
  percolationCommand,
  roundLambda,
  Settings,
  taskKey,
  tasksOf,
  withOwn,
} from './settings.ts';

class FakeWorker<Request, Reply> implements WorkerLike<Request, Reply> {
  onmessage: ((event: MessageEvent<Reply>) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  readonly asked: Request[] = [];
  ended = false;
  postMessage(message: Request): void {
    this.asked.push(message);
  }
  terminate(): void {
    this.ended = true;
  }
  answer(data: Reply): void {
    this.onmessage?.({ data } as MessageEvent<Reply>);
  }
}

/** Workers in the order in which they were made. */
function workers<Request, Reply>() {
  const made: FakeWorker<Request, Reply>[] = [];
  const create = () => {
    made.push(new FakeWorker<Request, Reply>());
    return made.at(-1)!;
  };
  return { made, create };
}

const lattice = { size: 16, spacing: 0.5, periodic: true };

describe('settings', () => {
  it('fit their own schema, so that they come back after a reload', () => {
    expect(Settings.parse(initialSettings())).toEqual(initialSettings());
  });

  it('ask for each curve once, the lattice’s own first', () => {
    const tasks = tasksOf({ ...initialSettings(), sigma: 0.7, threshold: 0.01 });
    expect(tasks[0]).toEqual({ sigma: 0.7, threshold: 0.01 });
    expect(new Set(tasks.map(taskKey)).size).toBe(tasks.length);
    // σ of five and its own at θ and at another θ, and four further θ of its own, one of which is that other θ.
    expect(tasks).toHaveLength(6 + 6 + 3);
    expect(withOwn([2, 0.1], 0.7)).toEqual([0.1, 0.7, 2]);
    expect(withOwn([2, 0.1], 2)).toEqual([0.1, 2]);
  });

  it('give λ that ascend from a single site to all, as curves want them', () => {
    for (const sites of [16, 1024, 102_400]) {
      const lambdas = curveLambdas(sites);
      expect(lambdas.every((lambda, i) => i === 0 || lambda > lambdas[i - 1]!)).toBe(true);
      expect(Math.round(lambdas[0]! * sites)).toBe(1);
      expect(lambdas.at(-1)).toBe(1);
      expect(lambdas).toContain(0.5);
    }
  });

  it('keep λ between one site and all', () => {
    expect(roundLambda(0.123456, 1024)).toBe(0.123);
    expect(roundLambda(1e-9, 1024)).toBe(1 / 1024);
    expect(roundLambda(1.2, 1024)).toBe(1);
    expect(roundLambda(1e-9, 2 ** 24)).toBe(1e-6); // a field takes no less
  });

  it('are told as a command', () => {
    expect(percolationCommand({ ...initialSettings(), periodic: true }, [0.5, 1], [0.05])).toBe(
      'clifford percolation --size 32 --spacing 0.1 --sigma 0.5 --sigma 1 --threshold 0.05 --seeds 20 --periodic',
    );
  });
});

describe('clusters of the lattice', () => {
  it.each([0.02, 0.2, 0.7])('are those of its sites at λ = %d, around the borders too', (lambda) => {
    const [sigma, threshold] = [0.3, 0.05];
    const found = createLatticeClusters()({ lattice, sigma, threshold, lambda, seed: 3 });
    const sites = Array.from(found.sizes).length;
    const pairs = Array.from(found.sites, (s): [number, number] => [s % 32, Math.floor(s / 32)]);
    const expected = clustersOfSites(pairs, found.cutoff / lattice.spacing, { periodic: 32 });
    expect(found.sites).toHaveLength(keptSites(siteLattice(16, 0.5, true), lambda));
    expect(sites).toBe(expected.components);
    expect([...found.sizes]).toEqual([...expected.sizes]);
    // The same sites together, whatever the numbers of equal clusters.
    const numbers = new Map<number, number>();
    found.rank.forEach((rank, k) => {
      const other = expected.clusterOf[k]!;
      expect(numbers.get(rank) ?? other).toBe(other);
      numbers.set(rank, other);
    });
  });

  it('grow with λ: what is kept at a small one is kept at a larger', () => {
    const clustersOf = createLatticeClusters();
    const at = (lambda: number) =>
      new Set(clustersOf({ lattice, sigma: 1, threshold: 0.005, lambda, seed: 1 }).sites);
    expect(at(0.1).isSubsetOf(at(0.11))).toBe(true);
    expect(at(0.1).size).toBeLessThan(at(0.11).size);
  });

  it('come as areas where bumps are too many to draw each', () => {
    const many = createLatticeClusters()({
      lattice: { size: 16, spacing: 0.1, periodic: false },
      ...{ sigma: 0.1, threshold: 0.005, lambda: 0.5, seed: 0 },
    });
    expect(many.sites.length).toBeGreaterThan(MOST_DISCS);
    expect(many.areas).toHaveLength(160 * 160);
    many.sites.forEach((site, k) => {
      if (many.areas![site] !== many.rank[k]) throw new Error(`site ${site} lies in another cluster's area`);
    });
  });
});

describe('picture of the lattice', () => {
  const clusters = {
    lattice: { size: 4, spacing: 1, periodic: false },
    side: 4,
    sites: Uint32Array.of(0, 5, 15),
    rank: Int32Array.of(0, 0, 1),
    sizes: Int32Array.of(2, 1),
    cutoff: 1.5,
    areas: null,
  };

  it('finds the bump at a place, row 0 at the top', () => {
    // Cells of 10 pixels: site 5 is column 1, row 1.
    expect(bumpAt(clusters, 40, [15, 15])).toBe(1);
    expect(bumpAt(clusters, 40, [36, 33])).toBe(2);
    expect(bumpAt(clusters, 40, [36, 5])).toBeNull();
  });

  it('sets the largest cluster off from all others, and single bumps from clusters', () => {
    const largest = clusterColor(0, 9, LIGHT);
    const others = [1, 2, 3, 7].map((rank) => clusterColor(rank, 3, LIGHT));
    expect(others).not.toContain(largest);
    expect(others).not.toContain(clusterColor(1, 1, LIGHT));
  });
});

describe('worker of curves', () => {
  const request = (seeds: number): CurvesRequest => ({ lattice, tasks: [], lambdas: [1], seeds });

  it('is ended when something else is asked, and what it still sends is not heard', () => {
    const { made, create } = workers<CurvesRequest, CurvesReply>();
    const heard: CurvesReply[] = [];
    const client = createCurvesClient(create, (reply) => heard.push(reply));
    client.start(request(1));
    client.start(request(2));
    expect(made.map(({ ended }) => ended)).toEqual([true, false]);
    made[0]!.answer({ type: 'done' });
    expect(heard).toEqual([]);
    made[1]!.answer({ type: 'done' });
    expect(heard).toEqual([{ type: 'done' }]);
    client.start(request(3));
    expect(made).toHaveLength(2); // done: it is asked again
    client.cancel();
    expect(made[1]!.ended).toBe(true);
    made[1]!.answer({ type: 'done' });
    expect(heard).toHaveLength(1);
  });

  it('tells that it could not be started, and starts anew when asked again', () => {
    const { made, create } = workers<CurvesRequest, CurvesReply>();
    const heard: CurvesReply[] = [];
    const client = createCurvesClient(create, (reply) => heard.push(reply));
    client.start(request(1));
    made[0]!.onerror!({ message: 'no script' } as ErrorEvent);
    expect(heard).toMatchObject([{ type: 'failed', error: { message: /no script/ } }]);
    client.start(request(1));
    expect(made).toHaveLength(2);
  });
});

describe('worker of clusters', () => {
  const ask = (lambda: number) => ({ lattice, sigma: 1, threshold: 0.005, lambda, seed: 0 });

  it('has one question at a time; of those that wait the latest is asked', () => {
    const { made, create } = workers<ClustersRequest, ClustersReply>();
    const heard: [number, boolean][] = [];
    const client = createClustersClient(create, ({ id }, latest) => heard.push([id, latest]));
    for (const lambda of [0.1, 0.2, 0.3]) client.request(ask(lambda));
    expect(made[0]!.asked.map(({ lambda }) => lambda)).toEqual([0.1]);
    const error = { code: 'INTERNAL' as const, message: '' };
    made[0]!.answer({ id: 1, error });
    expect(made[0]!.asked.map(({ lambda }) => lambda)).toEqual([0.1, 0.3]);
    made[0]!.answer({ id: 3, error });
    expect(heard).toEqual([
      [1, false],
      [3, true],
    ]);
    client.dispose();
    expect(made[0]!.ended).toBe(true);
  });
});
