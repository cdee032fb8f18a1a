import { analysisContract } from './analysis.ts';
import { bundlesContract } from './bundles.ts';
import { designContract } from './design.ts';
import { queueContract } from './queue.ts';
import { runsContract } from './runs.ts';
import { samplingContract } from './sampling.ts';
import { systemContract } from './system.ts';

/**
 * The one contract between a window (Electron's or a browser's) and the workbench service. Adding a request touches
 * its schema here and its handler in src/main/rpc, nothing else. Bytes (pictures, arrays, bundles) go by address:
 * `filesAddress` below, `GET` in both hosts.
 */
export const contract = {
  runs: runsContract,
  queue: queueContract,
  sampling: samplingContract,
  analysis: analysisContract,
  design: designContract,
  bundles: bundlesContract,
  system: systemContract,
};
export type Contract = typeof contract;

/** Where a recorded file of a run is served; named by its hash, so it never goes stale. */
export const fileAddress = (runId: string, sha256: string): string => `/files/${runId}/${sha256}`;

/** Path of the WebSocket that carries the contract in a browser. */
export const SOCKET_PATH = '/contract';

export { PORT_CHANNEL } from '../port-channel.ts';
