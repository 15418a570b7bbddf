// Plain JavaScript for Node 20: the outer Node may be any that npm accepts, the product runs on the pinned one.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const workspace = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Where `npm ci` puts the pinned Node for this processor. The file need not exist yet. */
export const pinnedNode = () => join(workspace, 'node_modules', `node-linux-${process.arch}`, 'bin/node');

/** True when this process runs the product's own Node (or something just as new, where the pinned one is absent). */
export const runsPinnedNode = () => Number(process.versions.node.split('.')[0]) >= 24;

/**
 * Runs `script` on the pinned Node in place of this process: same input and output, signals passed on,
 * and this process ends as the child did.
 * @param {string} script absolute path of a JavaScript file
 * @param {string[]} args
 * @returns {import('node:child_process').ChildProcess}
 */
export function continueOnPinnedNode(script, args) {
  const node = pinnedNode();
  if (!existsSync(node)) {
    console.error(
      `Node ${process.version} is too old, and the pinned Node 24 is not installed.\nRun \`npm ci\` in ${workspace} first, or use Node 24 or later.`,
    );
    process.exit(69);
  }
  const path = [dirname(node), process.env.PATH].filter(Boolean).join(delimiter);
  const child = spawn(node, [script, ...args], {
    stdio: 'inherit',
    env: { ...process.env, PATH: path, HEADGATE_PARENT: String(process.pid) },
  });
  const passOn = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, passOn);
  child.on('error', (error) => {
    console.error(`cannot start ${node}: ${error.message}`);
    process.exit(69);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
  return child;
}
