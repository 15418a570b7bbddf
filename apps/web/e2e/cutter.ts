// A way to the gateway that can lose event streams, and nothing else, as a bad line does.
import { createServer, connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface Cutter {
  /** What people call the server. */
  readonly url: string;
  /** Ends every event stream, and lets none begin. @returns how to let them through again */
  readonly cut: () => () => void;
  readonly stop: () => Promise<void>;
}

/** @param target the gateway's own address, asked for at every connection: it may move at a restart */
export async function startCutter(target: () => string): Promise<Cutter> {
  const sockets = new Set<Socket>();
  const streams = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(target()).port), '127.0.0.1');
    client.on('data', (bytes) => {
      // A request begins a packet, as the browser waits for an answer before it sends the next one on a connection.
      if (!bytes.toString('latin1', 0, 12).startsWith('GET /events')) return;
      if (isCut) return client.destroy();
      streams.add(client);
    });
    client.pipe(upstream).pipe(client);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        other.destroy();
        sockets.delete(socket);
        streams.delete(socket);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      isCut = true;
      for (const stream of streams) stream.destroy();
      return () => void (isCut = false);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
