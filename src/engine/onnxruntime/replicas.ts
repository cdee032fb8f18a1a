import { Worker } from 'node:worker_threads';
import { CliffordError } from '../../core/base/errors.ts';
import { siblingEntry } from '../entry.ts';
import { endThread } from './threads.ts';
import type { ReplicaReply, ReplicaRequest, ReplicaSetup } from './replica-messages.ts';

interface Pending {
  resolve(value: number | null): void;
  reject(error: Error): void;
}

type Unnumbered = ReplicaRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

/** The replica threads of one training session. */
export class Replicas {
  private readonly workers: Worker[];
  private readonly pending = new Map<number, Pending>();
  private next = 0;
  private broken: Error | null = null;
  private readonly onReady: () => void;
  private readonly onBroken: (error: Error) => void;

  private readonly ready: Promise<void>;

  private constructor(workers: Worker[]) {
    this.workers = workers;
    const started = Promise.withResolvers<void>();
    this.ready = started.promise;
    let waiting = workers.length;
    // Not settled again once all are ready: rejecting a settled promise does nothing.
    this.onReady = () => void (--waiting === 0 && started.resolve());
    this.onBroken = started.reject;
    for (const worker of workers) {
      worker.on('message', (reply: ReplicaReply) => this.receive(reply));
      worker.on('error', (error) => this.fail(error));
      worker.on('exit', (code) => this.fail(new Error(`a replica thread ended with code ${code}`)));
    }
  }

  /** Starts the threads and waits until each has built its session. */
  static async start(threads: number, setup: ReplicaSetup): Promise<Replicas> {
    const entry = siblingEntry('replica-worker', import.meta.url);
    const workers = Array.from({ length: threads }, () => new Worker(entry, { workerData: setup }));
    const replicas = new Replicas(workers);
    try {
      await replicas.ready;
      return replicas;
    } catch (error) {
      await replicas.dispose();
      throw error;
    }
  }

  /** Computes all shards' gradients and losses of a step into the shared vectors. */
  async gradients(step: number, current: 0 | 1, shards: number): Promise<void> {
    const n = this.workers.length;
    await Promise.all(
      this.workers.map((w, i) => {
        const mine = Array.from({ length: shards }, (_, s) => s).filter((s) => s % n === i);
        return this.ask(w, { type: 'gradients', step, current, shards: mine });
      }),
    );
  }

  async validation(current: 0 | 1, weights: 'raw' | 'ema'): Promise<number> {
    const value = await this.ask(this.workers[0]!, { type: 'validation', current, weights });
    return value!;
  }

  async dispose(): Promise<void> {
    this.broken ??= new CliffordError('CANCELLED', 'the training session was closed');
    await Promise.all(this.workers.map(endThread));
  }

  private ask(worker: Worker, request: Unnumbered): Promise<number | null> {
    if (this.broken) return Promise.reject(this.broken);
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      worker.postMessage({ ...request, id });
    });
  }

  private receive(reply: ReplicaReply): void {
    if (reply.type === 'ready') {
      this.onReady();
      return;
    }
    if (reply.type === 'failed') {
      this.fail(new CliffordError(reply.error.code, reply.error.message));
      return;
    }
    const waiting = this.pending.get(reply.id);
    this.pending.delete(reply.id);
    if (reply.type === 'done') waiting?.resolve(reply.value);
    else waiting?.reject(new CliffordError(reply.error.code, reply.error.message));
  }

  private fail(error: Error): void {
    this.broken ??= error;
    this.onBroken(this.broken);
    for (const p of this.pending.values()) p.reject(this.broken);
    this.pending.clear();
  }
}
