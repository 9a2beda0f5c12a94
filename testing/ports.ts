import { connect, createServer } from 'node:net';

/** Below those that systems take for outgoing connections: such a port is still free when a server is started on it again. */
const RANGE = { from: 20_000, ports: 12_000 };
/** Test processes that run at the same time begin at different places, and seldom come to those of others. */
const PLACES = 60;
let next = (process.pid % PLACES) * (RANGE.ports / PLACES);

/**
 * A port of 127.0.0.1 that nobody listens on now, and that this process did not give before. Somebody else may take it
 * before you do: where a server can listen on port 0 by itself, let it.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < RANGE.ports; tries++) {
    const port = RANGE.from + (next++ % RANGE.ports);
    if (await canListen(port)) return port;
  }
  throw new Error(`no free port from ${RANGE.from} to ${RANGE.from + RANGE.ports}`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** True when something accepts connections at 127.0.0.1:port. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (listening: boolean): void => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
