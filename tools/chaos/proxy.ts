// A TCP proxy that can lose what passes it: the reply to a commit, a connection, or some seconds.
import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** A simple query that says just `commit`, as it stands on the wire. */
const commit = Buffer.from('commit\0');

export class Proxy {
  private readonly pairs = new Set<[Socket, Socket]>();
  private armed = 0;
  private server: Server | undefined;

  /** @param to the port behind it, which may change hands while the proxy runs */
  constructor(private readonly to: () => number) {}

  async listen(): Promise<number> {
    this.server = createServer((client) => this.join(client)).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  /** The next so many commits reach the server; their answers reach nobody. */
  loseCommits(count: number): void {
    this.armed = count;
  }

  /** Cuts every connection at once. */
  cut(): void {
    for (const [client, server] of this.pairs) [client, server].forEach((socket) => socket.destroy());
  }

  /** Keeps all bytes back for a while: nobody is told that anything is wrong. */
  freeze(ms: number): void {
    const frozen = [...this.pairs].flat();
    for (const socket of frozen) socket.pause();
    setTimeout(() => frozen.forEach((socket) => socket.resume()), ms);
  }

  close(): void {
    this.cut();
    this.server?.close();
  }

  private join(client: Socket): void {
    const server = connect(this.to(), '127.0.0.1');
    const pair: [Socket, Socket] = [client, server];
    this.pairs.add(pair);
    let deaf = false;
    const end = () => {
      this.pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of pair) socket.setNoDelay(true).on('error', end).on('close', end);
    client.on('data', (bytes: Buffer) => {
      server.write(bytes);
      if (this.armed === 0 || !bytes.includes(commit)) return;
      this.armed--;
      deaf = true;
      setTimeout(end, 100);
    });
    server.on('data', (bytes: Buffer) => deaf || client.write(bytes));
  }
}
