import { createServer, type Server } from 'node:http';
import { collectDefaultMetrics, Registry } from 'prom-client';

export type Check = () => Promise<void>;

/** `/healthz` (this process lives), `/readyz` (its database and bus answer) and `/metrics`, on loopback. */
export function healthServer(checks: ReadonlyMap<string, Check>): Server {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'headgate_' });
  return createServer((request, response) => {
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type }).end(body);
    if (request.url === '/healthz') answer(200, 'application/json', '{"status":"ok"}');
    else if (request.url === '/readyz')
      void readiness(checks).then(([status, body]) => answer(status, 'application/json', body));
    else if (request.url === '/metrics')
      void registry.metrics().then((text) => answer(200, registry.contentType, text));
    else answer(404, 'application/json', '{"status":"not found"}');
  });
}

async function readiness(checks: ReadonlyMap<string, Check>): Promise<[number, string]> {
  const failed: Record<string, string> = {};
  await Promise.all(
    [...checks].map(([name, check]) => check().catch((error: Error) => void (failed[name] = error.message))),
  );
  const ready = Object.keys(failed).length === 0;
  return [ready ? 200 : 503, JSON.stringify({ status: ready ? 'ready' : 'not ready', services: checks.size, failed })];
}
