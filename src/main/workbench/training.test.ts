import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { endProcess } from './process-identity.ts';
import { errorOf, script, temporaryFolder, testWorkbench } from './testing/home.ts';
import { testSpec } from './testing/spec.ts';

vi.mock('./process-identity.ts', async (original) => ({
  ...(await original<object>()),
  endProcess: vi.fn(),
}));

test('a run that is deleted while its old engine is being ended does not start', async () => {
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  const { id } = workbench.createRun({ spec: testSpec() });
  script('sigkill');
  await workbench.train(id, { engine: 'auto' });
  const client = new Database(join(home, 'clifford.db'));
  client.prepare(`UPDATE runs SET engine_pid = 1, engine_identity = 'an engine that takes its time'`).run();
  client.close();
  const before = workbench.showRun(id);
  const other = testWorkbench(home);
  vi.mocked(endProcess).mockImplementationOnce(async () => {
    other.remove(id);
    return true;
  });
  script('ok');
  expect(await errorOf(() => workbench.train(id, { engine: 'auto' }))).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('was deleted'),
  });
  expect(endProcess).toHaveBeenCalledTimes(1);
  // Nothing was taken back, and it is as it was when it is restored.
  workbench.restore(id);
  expect(workbench.showRun(id)).toEqual(before);
});
