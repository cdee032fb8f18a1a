import { CliffordError } from '../src/core/base/errors.ts';
import type { RunSpec } from '../src/shared/run-spec.ts';
import type { SamplingSetup } from './ours.ts';
import { settle } from './pairs.ts';
import { type PeerMode, type PeerSetup, startTorchPeer, type TorchPeer } from './peer.ts';

/** One way of running PyTorch. */
export interface Way {
  readonly mode: PeerMode;
  readonly policy: Policy;
}

/**
 * How OpenMP's threads wait for each other. Spinning, the default, is fastest on an idle machine; with anything
 * else running it can be several times slower than sleeping.
 */
type Policy = 'default' | 'passive';

const MODE_NAMES: Readonly<Record<PeerMode, string>> = {
  eager: 'eager',
  channels_last: 'channels-last',
  compile: 'torch.compile',
  compile_channels_last: 'torch.compile, channels-last',
};
const ENVIRONMENT: Readonly<Record<Policy, Record<string, string>>> = {
  default: {},
  passive: { OMP_WAIT_POLICY: 'PASSIVE' },
};

/** Images a second of one way. */
interface Trial {
  readonly way: Way;
  readonly train: number;
  readonly sample: number;
}

function fastest(tried: readonly Trial[], by: 'train' | 'sample'): Trial {
  const [first] = tried.toSorted((a, b) => b[by] - a[by]);
  if (!first) throw new CliffordError('UNAVAILABLE', 'PyTorch peer: every mode failed, see above');
  return first;
}

export interface PeerTask {
  readonly spec: RunSpec;
  readonly threads: number;
  readonly sampling: SamplingSetup;
}

/** PyTorch at its best: a process for each policy, idle while the other or our side works. */
export class BestPeer {
  private readonly peers: Readonly<Record<Policy, TorchPeer>>;
  /** What each process is set up for. */
  private readonly current = new Map<Policy, { mode: PeerMode; spec: RunSpec }>();
  private readonly log: (line: string) => void;

  constructor(python: string, log: (line: string) => void) {
    this.log = log;
    this.peers = {
      default: startTorchPeer(python),
      passive: startTorchPeer(python, { env: ENVIRONMENT.passive }),
    };
  }

  info(): ReturnType<TorchPeer['info']> {
    return this.peers.default.info();
  }

  /** Tries every way for a short time; one that fails (no compiler, …) is told and left out. */
  async choose(task: PeerTask, seconds: number): Promise<{ train: Way; sample: Way }> {
    const tried: Trial[] = [];
    for (const mode of Object.keys(MODE_NAMES) as PeerMode[]) {
      for (const policy of Object.keys(this.peers) as Policy[]) {
        tried.push(...(await this.attempt(task, { mode, policy }, seconds)));
      }
    }
    return { train: fastest(tried, 'train').way, sample: fastest(tried, 'sample').way };
  }

  private async attempt(task: PeerTask, way: Way, seconds: number): Promise<Trial[]> {
    try {
      await this.setUp(task, way);
      await settle();
      const train = await this.train(way, seconds);
      const sample = await this.sample(task, way, seconds);
      this.log(`${showWay(way)}: train ${train.toFixed(1)}, sample ${sample.toFixed(1)} images/s`);
      return [{ way, train, sample }];
    } catch (error) {
      this.current.delete(way.policy);
      this.log(`${showWay(way)}: ${(error as Error).message}`);
      return [];
    }
  }

  /** Builds the model unless it is there already; compiling is not measured. */
  async setUp({ spec, threads }: PeerTask, { mode, policy }: Way): Promise<number> {
    const now = this.current.get(policy);
    if (now?.mode === mode && now.spec === spec) return 0;
    const { seconds } = await this.peers[policy].setup({ ...peerSetup(spec, threads), mode, warmup: 3 });
    this.current.set(policy, { mode, spec });
    return seconds;
  }

  /** Images a second. */
  async train({ policy }: Way, seconds: number): Promise<number> {
    return (await this.peers[policy].train(seconds)).imagesPerSecond;
  }

  async sample({ sampling }: PeerTask, { policy }: Way, seconds: number): Promise<number> {
    let [images, elapsed] = [0, 0];
    while (elapsed < seconds) {
      elapsed += (await this.peers[policy].sample(sampling)).seconds;
      images += sampling.batch;
    }
    return images / elapsed;
  }

  dispose(): void {
    for (const peer of Object.values(this.peers)) peer.dispose();
  }
}

/** Seconds from starting Python until the model is built and the first step can begin, without compiling. */
export async function peerStartUp(python: string, spec: RunSpec, threads: number): Promise<number> {
  const began = performance.now();
  const peer = startTorchPeer(python);
  try {
    await peer.setup({ ...peerSetup(spec, threads), mode: 'eager', warmup: 0 });
    return (performance.now() - began) / 1000;
  } finally {
    peer.dispose();
  }
}

export function showWay({ mode, policy }: Way): string {
  return MODE_NAMES[mode] + (policy === 'passive' ? ', passive waiting' : '');
}

export function peerSetup(spec: RunSpec, threads: number): Omit<PeerSetup, 'mode'> {
  const { dataset, model, diffusion, training } = spec;
  const { size, margin, boundary } = dataset;
  return {
    spec: model,
    space: { size, margin, periodic: boundary === 'periodic' },
    diffusion,
    batch: training.batchSize,
    threads,
    clipNorm: training.optimizer.clipNorm,
    emaDecay: training.ema.decay,
    seed: spec.seed,
  };
}
