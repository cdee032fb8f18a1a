import { ENGINE_GOODBYE, type EngineEvent } from '../shared/engine-protocol.ts';

/** The process that asked for the job. */
export interface Parent {
  emit(event: EngineEvent): void;
  /** Sends the last event and ends this process once it has arrived. */
  leave(event: EngineEvent): void;
}

/** The part of Electron's `process.parentPort` that is used here; the engine imports no electron. */
interface ParentPort {
  on(event: 'message', listener: (message: { data: unknown }) => void): unknown;
  postMessage(message: unknown): void;
}

/** Connects to the parent by whatever this process was started with: Electron's port, or Node's IPC. */
export function connectParent(onMessage: (message: unknown) => void): Parent {
  const { parentPort } = process as { parentPort?: ParentPort };
  return parentPort ? connectByPort(parentPort, onMessage) : connectByIpc(onMessage);
}

/** A utility process ends with Electron's main process, so there is no loss of the parent to watch for. */
function connectByPort(port: ParentPort, onMessage: (message: unknown) => void): Parent {
  port.on('message', ({ data }) => {
    // A port does not tell when a message has arrived, and an exit may overtake it: the parent says so itself.
    if (data === ENGINE_GOODBYE) process.exit(0);
    else onMessage(data);
  });
  const emit = (event: EngineEvent): void => port.postMessage(event);
  return { emit, leave: emit };
}

function connectByIpc(onMessage: (message: unknown) => void): Parent {
  let leaving = false;
  process.on('message', onMessage);
  process.on('disconnect', () => {
    if (leaving) process.exit(0);
    // The parent is gone. An orderly exit would tear threads down inside onnxruntime, which only ends in a louder way.
    process.kill(process.pid, 'SIGKILL');
  });
  return {
    emit: (event) => void process.send?.(event),
    leave(event) {
      leaving = true;
      process.send?.(event, () => process.disconnect?.());
    },
  };
}
