// The npm packages, as the lockfile has them. Plain JavaScript without a dependency: it runs before there are any.
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runBound, which } from '../process/bound-child.js';
import '../process/swc-cache.js';
import { pinnedNode, workspace } from '../process/node24.js';
import { Refusal } from './stage.js';

/** True when node_modules holds what the lockfile says; npm notes there what it installed. */
export function packagesAreCurrent(root = workspace) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const found = packagesOf(join(root, 'node_modules/.package-lock.json'));
  if (!wanted || !found) return false;
  for (const [path, { version, optional, peer, link, os = [process.platform], cpu = [process.arch] }] of Object.entries(
    wanted,
  )) {
    if (!path.startsWith('node_modules/')) continue;
    const there = found[path];
    const needed = !optional && !peer && os.includes(process.platform) && cpu.includes(process.arch);
    if (there ? !link && there.version !== version : needed) return false;
  }
  return existsSync(pinnedNode());
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** @param {(text: string) => void} progress @throws {Refusal} when npm fails */
export async function installPackages(progress) {
  progress('npm ci (about 1 GB, one minute)');
  if (!which('npm'))
    throw new Refusal('npm was not found', 'it installs the packages', 'install Node.js 20 or later together with npm');
  const { code, output } = await npm(['ci', '--no-audit', '--prefer-offline']);
  if (code !== 0)
    throw new Refusal('npm ci failed', lastLines(output), 'see to the network and the disk, then start again');
  if (!existsSync(pinnedNode())) {
    throw new Refusal(
      `Node 24 for ${process.platform} ${process.arch} was not installed`,
      'Headgate runs on Linux, x64 and arm64',
      'on macOS use a Linux machine, on Windows use WSL',
    );
  }
  progress('installed');
}

/**
 * npm must not run on a Node that lives in the node_modules it is about to replace: through `npm start`, npm says
 * which Node it runs on itself; otherwise PATH is searched without node_modules.
 */
function npm(args) {
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter);
  const outer = node && !node.includes('node_modules') ? node : undefined;
  const [command, ...rest] = outer && script?.endsWith('.js') ? [outer, script, ...args] : [which('npm'), ...args];
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_/i.test(name) || /^npm_config_(registry|.*proxy|cafile|userconfig)$/i.test(name),
    ),
  );
  env.PATH = outer ? [dirname(outer), path].join(delimiter) : path;
  return runBound(command, rest, { cwd: workspace, env });
}

const lastLines = (text) => text.trim().split('\n').slice(-6).join('\n       ');
