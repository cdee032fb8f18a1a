import { createORPCClient, DynamicLink, ORPCError, type ClientLink } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { shallowReactive } from 'vue';
import { PORT_CHANNEL, SOCKET_PATH, type Contract } from '../../shared/contract/index.ts';

/**
 * The one way to the workbench service. Which host carries it (a port from Electron's preload, a WebSocket of
 * `clifford serve`) is known in this file only.
 */

type Link = ClientLink<Record<never, never>>;

export interface ConnectionState {
  /** `lost`: was open and is being reopened; `refused`: the server answers but does not let us in. */
  status: 'connecting' | 'open' | 'lost' | 'refused';
  /** Grows with each connection: streams that ended begin again when it does. */
  generation: number;
}

export const connection = shallowReactive<ConnectionState>({ status: 'connecting', generation: 0 });

let current: Promise<Link>;
let resolveCurrent: (link: Link) => void;
function await_(): void {
  current = new Promise((resolve) => (resolveCurrent = resolve));
}
await_();

/** Calls wait for the connection; what was under way when it was lost is rejected (see `isLost`). */
export const service: ContractRouterClient<Contract> = createORPCClient(new DynamicLink(() => current));

/** True for the error of a call that the connection was lost under. */
export function isLost(error: unknown): boolean {
  return !(error instanceof ORPCError) && connection.status !== 'open';
}

export function connect(): void {
  if (location.protocol === 'clifford:') connectByPort();
  else connectBySocket();
}

function open(link: Link): void {
  connection.generation += 1;
  connection.status = 'open';
  resolveCurrent(link);
}

function connectByPort(): void {
  window.addEventListener('message', (event) => {
    const [port] = event.ports;
    if (event.source !== window || event.data !== PORT_CHANNEL || !port) return;
    port.start();
    open(new PortLink({ port }));
  });
}

const RETRY_MS = [250, 500, 1000, 2000, 4000];

function connectBySocket(failures = 0): void {
  const url = new URL(SOCKET_PATH, location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url);
  let opened = false;
  socket.addEventListener('open', () => {
    opened = true;
    open(new SocketLink({ websocket: socket }));
  });
  socket.addEventListener('close', () => {
    if (opened) await_();
    const failed = opened ? 0 : failures + 1;
    // Once refused it stays so until it is let in, or nobody answers any more.
    if (connection.status !== 'refused')
      connection.status = connection.generation > 0 ? 'lost' : 'connecting';
    void explainRefusal();
    setTimeout(() => connectBySocket(failed), RETRY_MS[Math.min(failed, RETRY_MS.length - 1)]);
  });
}

/** A server that was started anew has a new secret: this page's cookie will never do again. */
async function explainRefusal(): Promise<void> {
  try {
    const { status } = await fetch('/', { method: 'GET', cache: 'no-store' });
    if (status === 403 && connection.status !== 'open') connection.status = 'refused';
  } catch {
    if (connection.status === 'refused')
      connection.status = connection.generation > 0 ? 'lost' : 'connecting';
  }
}
