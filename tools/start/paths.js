import { join } from 'node:path';
import { workspace } from '../process/node24.js';

export { workspace };

/** What is installed once and outlives `--reset`: package caches and the Python environment. */
export const installs = {
  root: join(workspace, '.headgate'),
  pipCache: join(workspace, '.headgate/pip'),
  python: join(workspace, '.headgate/python'),
};

/** @typedef {ReturnType<typeof pathsIn>} Paths */

/** Every path below a state folder. @param {string} root absolute */
export function pathsIn(root) {
  return {
    root,
    version: join(root, 'version.json'),
    lock: join(root, 'lock.json'),
    secrets: join(root, 'secrets'),
    secretsFile: join(root, 'secrets/secrets.json'),
    hostConfig: join(root, 'secrets/host.json'),
    natsConfig: join(root, 'secrets/nats.json'),
    postgres: join(root, 'postgres'),
    nats: join(root, 'nats'),
    blobs: join(root, 'blobs'),
    runs: join(root, 'runs'),
    environments: join(root, 'environments'),
    story: join(root, 'story'),
    logs: join(root, 'logs'),
    cliToken: join(root, 'cli-token'),
    url: join(root, 'url'),
    report: join(root, 'report.json'),
  };
}

/** What `--reset` removes: all state, no installs. */
export const stateNames = [
  'version.json',
  'secrets',
  'postgres',
  'postgres.partial',
  'nats',
  'blobs',
  'runs',
  'environments',
  'story',
  'logs',
  'cli-token',
  'url',
  'report.json',
];
