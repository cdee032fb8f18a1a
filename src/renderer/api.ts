import { z } from 'zod';
import { ErrorRecord, RunDetail, RunSummary } from '../shared/records.ts';

const RunsReply = z.object({ home: z.string(), runs: z.array(RunSummary) });
export type RunsReply = z.infer<typeof RunsReply>;

/** The newest runs of the home folder. @throws Error with a sentence for the reader */
export function fetchRuns(): Promise<RunsReply> {
  return get('/api/runs', RunsReply);
}

export function fetchRun(id: string): Promise<RunDetail> {
  return get(`/api/runs/${encodeURIComponent(id)}`, RunDetail);
}

/** Address of a recorded picture; it names the content, so a cached copy is always right. */
export function pictureUrl(runId: string, sha256: string): string {
  return `/api/runs/${encodeURIComponent(runId)}/pictures/${sha256}`;
}

async function get<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
  let response: Response;
  try {
    response = await fetch(path);
  } catch {
    throw new Error('The workbench does not answer. Is “clifford serve” still running?');
  }
  if (response.status === 403) {
    throw new Error('This link has expired: open the one that “clifford serve” printed last.');
  }
  const document: unknown = await response.json();
  if (!response.ok) {
    const failed = z.object({ error: ErrorRecord }).safeParse(document);
    throw new Error(
      failed.success ? failed.data.error.message : `The workbench answered ${response.status}.`,
    );
  }
  return schema.parse(document);
}
