import { toErrorData } from '../../../core/base/errors.ts';
import { createLatticeClusters } from './lattice-clusters.ts';
import type { ClustersReply, ClustersRequest } from './messages.ts';

const clustersOf = createLatticeClusters();

/** Answers each request once, in order; who asks keeps back all but the latest. */
self.onmessage = ({ data }: MessageEvent<ClustersRequest>) => {
  let reply: ClustersReply;
  try {
    reply = { id: data.id, clusters: clustersOf(data) };
  } catch (error) {
    reply = { id: data.id, error: toErrorData(error) };
  }
  self.postMessage(reply);
};
