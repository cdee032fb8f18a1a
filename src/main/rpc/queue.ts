import { implement } from '@orpc/server';
import { queueContract } from '../../shared/contract/queue.ts';
import type { RpcContext } from './router.ts';

const os = implement(queueContract);

export function queueHandlers({ workbench }: RpcContext) {
  return os.router({
    get: os.get.handler(() => workbench.queue()),
    set: os.set.handler(({ input: { paused, concurrency } }) =>
      workbench.setQueue({
        ...(paused === undefined ? {} : { paused }),
        ...(concurrency === undefined ? {} : { concurrency }),
      }),
    ),
    move: os.move.handler(({ input }) => workbench.moveInQueue(input.id, input.to)),
    leave: os.leave.handler(({ input }) => workbench.leaveQueue(input.id)),
  });
}
