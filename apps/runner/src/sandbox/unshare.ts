import { foldersOf } from './interpreter.ts';
import { etcFiles, programAt, rootFolders } from './programs.ts';
import { type Box, type Driver, insideFolders } from './box.ts';

/** The same view by util-linux alone: namespaces by `unshare`, a root made of bind mounts, then `pivot_root` into it. */
export function unshare(): Driver {
  return {
    isolation: 'unshare',
    argv(box) {
      const [enter, setpriv] = [program('unshare'), program('setpriv')];
      const namespaces = [
        '-U',
        '-r',
        '-i',
        '-u',
        '-p',
        '-f',
        '-m',
        '--mount-proc',
        ...(box.network === 'none' ? ['-n'] : []),
      ];
      // --kill-child ends what is inside when unshare ends; only the death signal ends unshare itself when we are killed.
      return [
        setpriv,
        '--pdeathsig',
        'KILL',
        '--',
        enter,
        ...namespaces,
        '--kill-child=KILL',
        '--',
        '/bin/sh',
        '-euc',
        script(box),
        'sh',
        ...box.command,
      ];
    },
  };
}

function script({ folders, interpreter, readOnly, network }: Box): string {
  const [mount, umount, pivot, setpriv] = ['mount', 'umount', 'pivot_root', 'setpriv'].map((name) =>
    quote(program(name)),
  ) as [string, string, string, string];
  const show = (from: string, to = from) => `show ${quote(from)} ${quote(to)}`;
  const shared = [
    '/usr',
    ...rootFolders().flatMap(({ path, link }) => (link ? [] : [path])),
    ...etcFiles(network),
    ...foldersOf(interpreter),
  ];
  return [
    `R=${quote(`${folders.home}/tmp/.root`)}; mkdir -p "$R"`,
    `${mount} -t tmpfs -o mode=755,size=1m root "$R"`,
    // A mount that came with nosuid or the like may only be made read-only together with it.
    `locked() { for o in ro ro,nosuid,nodev ro,nosuid,nodev,noexec ro,nosuid,nodev,relatime; do ${mount} -o "remount,bind,$o" "$1" 2>/dev/null && return; done; echo "cannot make $1 read-only" >&2; exit 97; }`,
    `place() { if [ -d "$1" ]; then mkdir -p "$R$2"; else mkdir -p "$(dirname "$R$2")"; : > "$R$2"; fi; }`,
    `share() { place "$1" "$2"; ${mount} --bind "$1" "$R$2"; }`,
    `show() { share "$1" "$2"; locked "$R$2"; }`,
    // First of all: the interpreter may itself be installed somewhere below /tmp.
    `share ${quote(`${folders.home}/tmp`)} /tmp`,
    ...shared.map((path) => show(path)),
    ...rootFolders().flatMap(({ path, link }) => (link ? [`ln -s ${quote(link)} "$R"${quote(path)}`] : [])),
    `mkdir -p "$R/proc" "$R/dev" "$R/old"; ${mount} --rbind /proc "$R/proc"`,
    'for n in null zero full urandom random; do share /dev/$n /dev/$n; done; ln -s /proc/self/fd "$R/dev/fd"',
    `mkdir "$R/dev/shm"; ${mount} -t tmpfs -o size=64m shm "$R/dev/shm"`,
    show(folders.project, insideFolders.project),
    ...(['out', 'home', 'data'] as const).map((name) => `share ${quote(folders[name])} ${quote(insideFolders[name])}`),
    ...Object.entries(readOnly).map(([to, from]) => show(from, to)),
    `cd "$R"; ${pivot} . old; ${umount} -l /old; rmdir /old; ${mount} -o remount,bind,ro /; cd ${insideFolders.project}`,
    // Not exec: as the first process of its namespace the command would be deaf to every signal it does not catch.
    `code=0; ${setpriv} --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@" || code=$?; exit $code`,
  ].join('\n');
}

function program(name: string): string {
  const found = programAt(name);
  if (!found) throw new Error(`${name} is not installed`);
  return found;
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
