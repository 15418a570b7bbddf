// The server of the pages: Next.js in production mode, on a port of this machine that only the gateway asks.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from './server-process.js';
import { workspace } from './paths.js';

const app = join(workspace, 'apps/web');
const next = join(workspace, 'node_modules/next/dist/bin/next');

/** Whether there are pages to serve: without a build only the API is up. */
export const webIsBuilt = () => existsSync(join(app, '.next/BUILD_ID')) && existsSync(next);

/**
 * @param {{ port: number, gateway: string, log: string }} how `gateway`: where the pages ask for data
 * @returns {Promise<import('node:child_process').ChildProcess>}
 */
export function startWeb({ port, gateway, log }) {
  const { PATH = '', HOME = '', LANG = 'C.UTF-8', TZ } = process.env;
  return startServer({
    what: 'the server of the pages',
    command: process.execPath,
    args: [next, 'start', app, '--hostname', '127.0.0.1', '--port', String(port)],
    log,
    cwd: app,
    env: {
      ...{ PATH, HOME, LANG, ...(TZ && { TZ }) },
      ...{ NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', HEADGATE_GATEWAY: gateway },
    },
    ready: () => answers(port),
    withinMs: 60_000,
  });
}

/** Any answer will do: which pages there are is not the launcher's business. */
const answers = (port) =>
  fetch(`http://127.0.0.1:${port}/favicon.ico`, {
    method: 'HEAD',
    redirect: 'manual',
    signal: AbortSignal.timeout(5000),
  })
    .then(() => true)
    .catch(() => false);
