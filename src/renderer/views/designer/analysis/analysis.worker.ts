import { toErrorData } from '../../../../core/base/errors.ts';
import { analyze, transferables } from './analyze.ts';
import { createInterner } from './intern.ts';
import type { AnalysisReply, AnalysisRequest } from './messages.ts';

const intern = createInterner();

/** Answers each request once, in order; who asks keeps back all but the latest (`client.ts`). */
self.onmessage = ({ data }: MessageEvent<AnalysisRequest>) => {
  const { id, spec, threshold, withClusters } = data;
  let reply: AnalysisReply;
  try {
    reply = { id, analysis: analyze(intern(spec), threshold, withClusters) };
  } catch (error) {
    reply = { id, error: toErrorData(error) };
  }
  self.postMessage(reply, { transfer: 'analysis' in reply ? transferables(reply.analysis) : [] });
};
