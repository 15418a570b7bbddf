import { accessSync, constants, existsSync, lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

// The system's own folders, not PATH: an ordinary user's PATH lacks the sbin ones, and what isolates must not be somebody's wrapper.
const systemFolders = [
  '/usr/bin',
  '/bin',
  '/usr/sbin',
  '/sbin',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/run/current-system/sw/bin',
];

/** Where a system program is; undefined when it is not installed. */
export function programAt(name: string): string | undefined {
  return systemFolders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The root folders beside /usr that programs need: links into /usr on most systems, folders of their own on others. */
export function rootFolders(): ({ path: string; link: string } | { path: string; link?: undefined })[] {
  return ['/bin', '/sbin', '/lib', '/lib32', '/lib64']
    .filter((path) => existsSync(path))
    .map((path) => (lstatSync(path).isSymbolicLink() ? { path, link: readlinkSync(path) } : { path }));
}

/** Files below /etc that a run may see: the loader's cache, and with a network also names, certificates and the like. */
export function etcFiles(network: 'none' | 'host'): string[] {
  const always = ['/etc/ld.so.cache', '/etc/alternatives', '/etc/localtime'];
  const networked = [
    '/etc/resolv.conf',
    '/etc/hosts',
    '/etc/nsswitch.conf',
    '/etc/services',
    '/etc/ssl',
    '/etc/ca-certificates',
    '/etc/pki',
  ];
  return [...always, ...(network === 'host' ? networked : [])].filter((path) => existsSync(path));
}
