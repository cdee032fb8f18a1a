import { statSync } from 'node:fs';
import path from 'node:path';
import { implement } from '@orpc/server';
import { bundlesContract } from '../../shared/contract/bundles.ts';
import { mapErrors } from './errors.ts';
import { jobStream } from './job-stream.ts';
import type { RpcContext } from './router.ts';
import { makeScratch } from './scratch.ts';

const os = implement(bundlesContract);

type Progress =
  { type: 'progress'; fraction: number } | { type: 'done'; address: string; fileName: string; bytes: number };

export function exportHandler({ workbench, host }: RpcContext) {
  return os.export.handler(({ input, signal }) => mapErrors(run(input.id, input.contents, signal)));

  async function* run(
    id: string,
    contents: Parameters<typeof workbench.exportBundle>[1]['contents'],
    signal: AbortSignal | undefined,
  ) {
    const { folder, discard } = makeScratch('bundle');
    let offered = false;
    try {
      const fileName = `${fileNameOf(workbench.rowOf(id).name)}.clifford`;
      const file = path.join(folder, fileName);
      yield* jobStream<Progress, void>(
        (tell) =>
          workbench.exportBundle(id, {
            contents,
            out: file,
            onProgress: (fraction) => tell({ type: 'progress', fraction }),
            ...(signal ? { signal } : {}),
          }),
        () => {
          const address = host.downloads.offer({ file, name: fileName }, discard);
          offered = true;
          return { type: 'done', address, fileName, bytes: statSync(file).size };
        },
      );
    } finally {
      if (!offered) discard();
    }
  }
}

/** Four bytes each, they leave room for the ending within the 255 bytes that file systems allow. */
const MOST_LETTERS = 60;

/** A run's name as the name of a file, on every system. */
export function fileNameOf(name: string): string {
  const letters = name.replaceAll(/[^\p{L}\p{N}._ -]/gu, '-').replace(/^\.+/, '');
  // By characters: half of a surrogate pair cannot be written in an address.
  const safe = [...letters].slice(0, MOST_LETTERS).join('').trim();
  return safe === '' ? 'run' : safe;
}
