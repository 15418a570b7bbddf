// The real embedded stack, as `npm start` brings it up, in a state folder of its own.
import { type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ended, spawnBound, stop } from '../../../tools/process/bound-child.js';
import { installs, pathsIn, workspace } from '../../../tools/start/paths.js';

import { type Cutter, startCutter } from './cutter.ts';

/** A bound on hanging, not on speed. */
const patienceMs = 600_000;

export interface Stack {
  readonly url: string;
  /** Asks the API as the owner's token does. */
  readonly api: <T = Record<string, never>>(path: string, body?: unknown, method?: string) => Promise<T>;
  /** A new one-time link. */
  readonly link: () => Promise<string>;
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly state: string;
  /** Between the browser and the gateway: cuts event streams, and nothing else. */
  readonly cutter: Cutter;
}

/** Starts everything and tells the story; ready when its pages answer. */
export async function startStack(): Promise<Stack> {
  mkdirSync(join(installs.root, 'tmp'), { recursive: true });
  // A state that is there already saves telling the story while one works on the pages; it is kept.
  const kept = process.env['HEADGATE_E2E_STATE'];
  const state = kept ?? mkdtempSync(join(installs.root, 'tmp', 'e2e-'));
  const paths = pathsIn(state);
  const cutter = await startCutter(() => readFileSync(paths.url, 'utf8').trim());
  const { url } = cutter;
  let running = await start(state, url);
  const token = readFileSync(paths.cliToken, 'utf8').trim();
  const api: Stack['api'] = async (path, body, method = body === undefined ? 'GET' : 'POST') => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json() as never;
  };
  return {
    ...{ url, api, state, cutter },
    link: async () => `${url}/auth/link?token=${(await api<{ token: string }>('/links', {})).token}`,
    restart: async () => {
      await stop(running, { signals: ['SIGTERM'], graceMs: 30_000 });
      running = await start(state, url);
    },
    stop: async () => {
      await stop(running, { signals: ['SIGTERM'], graceMs: 30_000 });
      await cutter.stop();
      if (!kept) rmSync(state, { recursive: true, force: true });
    },
  };
}

function start(state: string, origin: string): Promise<ChildProcess> {
  const args = [join(workspace, 'tools/start/start.js'), '--state', state, '--origin', origin];
  const child = spawnBound(process.execPath, args, {
    cwd: workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    const fail = (how: string) => reject(new Error(`the stack ${how}; it said:\n${said.join('\n')}`));
    const timer = setTimeout(() => fail('was not up in time'), patienceMs);
    const hear = (line: string) => {
      said.push(line);
      if (!line.includes('is up at')) return;
      clearTimeout(timer);
      resolve(child);
    };
    createInterface({ input: child.stdout! }).on('line', hear);
    createInterface({ input: child.stderr! }).on('line', hear);
    void ended(child).then(() => fail('ended'));
  });
}
