import { z } from 'zod';
import { findProblems, type SpecProblems } from './paths.ts';

/** Checks drafts off the main thread: enumerating a large label space would stop a brush for hundreds of ms. */
export interface ProblemsRequest {
  readonly id: number;
  /** The draft as JSON, since what a form holds may be proxies, which cannot be posted. */
  readonly draft: string;
}

export interface ProblemsReply {
  readonly id: number;
  readonly problems: SpecProblems;
}

// The page's policy forbids code from strings here too.
z.config({ jitless: true });

self.onmessage = ({ data }: MessageEvent<ProblemsRequest>) => {
  const reply: ProblemsReply = { id: data.id, problems: findProblems(JSON.parse(data.draft)) };
  self.postMessage(reply);
};
