import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call } from '@orpc/server';
import { expect, test } from 'vitest';
import type { Workbench } from '../workbench/api.ts';
import { temporaryFolder } from '../workbench/testing/home.ts';
import type { RpcContext } from './router.ts';
import { systemHandlers } from './system.ts';

test('representations of all runs are counted together, and deleted only when that is asked for', async () => {
  const home = temporaryFolder();
  writeFileSync(join(home, 'clifford.db'), '');
  let asked: Parameters<Workbench['pruneRepresentations']>[] = [];
  const workbench = {
    home,
    pruneRepresentations: (...args: Parameters<Workbench['pruneRepresentations']>) => {
      asked.push(args);
      return [
        { runId: 'a', name: 'a', files: 2, bytes: 100 },
        { runId: 'b', name: 'b', files: 1, bytes: 11 },
      ];
    },
  };
  const router = systemHandlers({ workbench, host: { electron: null } } as unknown as RpcContext);
  expect(await call(router.info, undefined)).toMatchObject({ representationBytes: 111 });
  expect(asked).toEqual([[null, { dryRun: true }]]);
  asked = [];
  expect(await call(router.pruneRepresentations, undefined)).toEqual({ files: 3, bytes: 111 });
  expect(asked).toEqual([[null]]);
});
