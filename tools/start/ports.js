import { createServer } from 'node:net';

/** Ports an embedded install asks for first; a busy one is stepped over. All on the loopback interface. */
export const preferredPorts = { http: 7400, health: 7401, web: 7402, nats: 7422, postgres: 7432 };

const taken = new Set();

/**
 * The first port from `preferred` on that nobody listens on and that was not handed out before.
 * @param {number} preferred @returns {Promise<number>}
 */
export async function freePort(preferred) {
  for (let port = preferred; port < Math.min(preferred + 1000, 65_536); port += 1) {
    if (taken.has(port) || !(await isFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new Error(`no free port from ${preferred} on`);
}

/**
 * Starts a server on a free port. Somebody may take it between the look and the server's own bind: the next one then.
 * @template T
 * @param {number} preferred
 * @param {(port: number) => Promise<T>} start rejects with an error whose `portBusy` is true when the port was taken
 */
export async function onFreePort(preferred, start) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePort(preferred));
    } catch (error) {
      if (!error.portBusy || attempt === 10) throw error;
    }
  }
}

const isFree = (port) =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
