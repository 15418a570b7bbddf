import { spawnSync } from 'node:child_process';
import { foldersOf } from './interpreter.ts';
import { etcFiles, programAt, rootFolders } from './programs.ts';
import { type Driver, insideFolders } from './box.ts';

const shmBytes = 64 * 1024 ** 2;

/** Isolation by bubblewrap: every namespace, no capability, a root of which only four folders are writable at most. */
export function bubblewrap(): Driver {
  let knowsSize: boolean | undefined;
  return {
    isolation: 'bubblewrap',
    argv({ folders, interpreter, readOnly, network, command }) {
      const bwrap = programAt('bwrap');
      if (!bwrap) throw new Error('bwrap is not installed');
      knowsSize ??= /--size/.test(spawnSync(bwrap, ['--help'], { encoding: 'utf8', timeout: 10_000 }).stdout);
      const bind = (kind: string, from: string, to = from) => [kind, from, to];
      return [
        bwrap,
        // Ends with us even when we are killed; a new session keeps it off the terminal.
        ...['--unshare-all', '--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--hostname', 'sandbox'],
        ...(network === 'host' ? ['--share-net'] : []),
        ...bind('--ro-bind', '/usr'),
        ...rootFolders().flatMap(({ path, link }) => (link ? ['--symlink', link, path] : bind('--ro-bind', path))),
        ...etcFiles(network).flatMap((file) => bind('--ro-bind', file)),
        // 0.8 has no size for --dev's own shm, so a sized one goes over it: what lies there is memory that no limit counts.
        ...[
          '--proc',
          '/proc',
          '--dev',
          '/dev',
          ...(knowsSize ? ['--size', String(shmBytes)] : []),
          '--tmpfs',
          '/dev/shm',
        ],
        // On disk, for the same reason. Before the interpreter, which may itself be installed somewhere below /tmp.
        ...bind('--bind', `${folders.home}/tmp`, '/tmp'),
        ...foldersOf(interpreter).flatMap((folder) => bind('--ro-bind', folder)),
        ...bind('--ro-bind', folders.project, insideFolders.project),
        ...bind('--bind', folders.out, insideFolders.out),
        ...bind('--bind', folders.home, insideFolders.home),
        ...bind('--bind', folders.data, insideFolders.data),
        ...Object.entries(readOnly).flatMap(([to, from]) => bind('--ro-bind', from, to)),
        ...['--remount-ro', '/', '--chdir', insideFolders.project, '--', ...command],
      ];
    },
  };
}
