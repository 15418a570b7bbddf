import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { programAt } from './programs.ts';
import { type RunSpec, Sandbox, SandboxUnavailable } from './sandbox.ts';

jest.setTimeout(60_000);
const workspace = fileURLToPath(new URL('../../../../', import.meta.url));
const venv = join(workspace, '.headgate/python');
const isolations = (['bubblewrap', 'unshare'] as const).filter((name) => name === 'unshare' || programAt('bwrap'));

let root: string;
let listener: Server;
let port: number;

beforeAll(async () => {
  // World-readable on the way in, so that an ordinary user's sandbox has to hide it by itself.
  root = mkdtempSync(join(tmpdir(), 'sandbox test '));
  chmodSync(root, 0o755);
  listener = createServer((socket) => socket.end('hello'));
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  port = (listener.address() as { port: number }).port;
});
afterAll(() => {
  listener.close();
  rmSync(root, { recursive: true, force: true });
});

let count = 0;
function folders() {
  const run = join(root, `run ${(count += 1)}`);
  const made = {
    project: join(run, 'project'),
    out: join(run, 'out'),
    home: join(run, 'home'),
    data: join(run, 'data'),
  };
  for (const folder of Object.values(made)) mkdirSync(folder, { recursive: true });
  writeFileSync(join(made.project, 'model.sql'), 'select 1\n');
  return made;
}

async function run(sandbox: Sandbox, script: string, more: Partial<RunSpec> = {}) {
  const lines: string[] = [];
  const at = { ...folders(), ...more };
  const outcome = await sandbox.run(
    { program: ['/bin/sh', '-c', `exec 2>&1; ${script}`], args: [], env: {}, network: 'none', ...at },
    (line) => lines.push(line),
  );
  return { ...outcome, lines, at };
}

const python = (code: string) => `python - <<'END'\n${code}\nEND`;

const withMarker = (marker: string) =>
  readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && contains(`/proc/${pid}/cmdline`, marker) && Number(pid) !== process.pid,
  );

function contains(file: string, text: string) {
  try {
    return readFileSync(file, 'utf8').includes(text);
  } catch {
    return false;
  }
}

async function untilGone(marker: string) {
  for (let i = 0; i < 100 && withMarker(marker).length > 0; i += 1) await sleep(50);
  return withMarker(marker);
}

describe.each(isolations)('the sandbox by %s', (isolation) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await Sandbox.probe(venv, isolation, join(root, isolation));
  });

  it('shows the project read-only and lets only out, home and data be written', async () => {
    const { code, lines, at } = await run(
      sandbox,
      'cat model.sql; for d in out home data; do echo $d > /w/$d/made || echo "$d refused"; done; for f in /w/project/x /x /usr/x /etc/x; do echo 1 > $f; done; true',
    );
    expect(code).toBe(0);
    expect(lines[0]).toBe('select 1');
    expect(lines.slice(1)).toHaveLength(4);
    expect(['out', 'home', 'data'].map((name) => existsSync(join(at[name as 'out'], 'made')))).toEqual([
      true,
      true,
      true,
    ]);
    expect(readdirSync(at.project)).toEqual(['model.sql']);
  });

  it('hides every other folder, also the one that holds the project', async () => {
    const places = [root, workspace, '/root', '/home', '/var', '/etc/passwd', '/etc/shadow', '/work', '/sys', '/boot'];
    const { lines } = await run(sandbox, '', {
      program: [
        '/bin/sh',
        '-c',
        'ls -A / /w; for p in "$@"; do [ -f "$p" ] && echo "FILE $p"; [ -d "$p" ] && ls -A "$p"; done; exit 0',
        'sh',
        ...places,
      ],
    });
    // Of the way to the Python environment only the bare folders exist.
    const shown = lines.filter((line) => line && !line.startsWith('/')).sort();
    const way = venv
      .split('/')
      .concat(execFileSync('realpath', [join(venv, 'bin/python')], { encoding: 'utf8' }).split('/'))
      .map((part) => part.trim());
    const known = [
      'bin',
      'sbin',
      'lib',
      'lib32',
      'lib64',
      'usr',
      'proc',
      'dev',
      'tmp',
      'w',
      'etc',
      'data',
      'home',
      'out',
      'project',
      ...way,
    ];
    expect(shown.filter((name) => !known.includes(name))).toEqual([]);
    expect(lines.filter((line) => line.startsWith('FILE'))).toEqual([]);
  });

  it('sees no process but its own, and passes on only the environment it was given', async () => {
    const { lines } = await run(sandbox, 'ls /proc | grep -c "^[0-9]*$"; env | sort', { env: { TOKEN: 'a b' } });
    expect(Number(lines[0])).toBeLessThan(8);
    const names = lines.slice(1).map((line) => line.split('=')[0]);
    expect(lines).toContain('TOKEN=a b');
    expect(
      names.filter((name) => !/^(DBT_\w+|PATH|HOME|TMPDIR|LANG|TZ|PYTHON\w+|TOKEN|PWD|OLDPWD|SHLVL|_)$/.test(name!)),
    ).toEqual([]);
  });

  it('keeps secrets out of the command lines that other users can read', async () => {
    const ending = new AbortController();
    const done = run(sandbox, 'sleep 120', { env: { PASSWORD: 'hunter2-sandbox' }, signal: ending.signal });
    await sleep(500);
    expect(withMarker('hunter2-sandbox')).toEqual([]);
    ending.abort();
    expect((await done).cancelled).toBe(true);
  });

  const reach = () =>
    python(`import socket\ns = socket.create_connection(("127.0.0.1", ${port}), 3)\nprint(s.recv(10).decode())`);
  it('has no network, not even the loopback interface of the machine', async () => {
    const { code, lines } = await run(sandbox, reach());
    expect(code).not.toBe(0);
    expect(lines.join('\n')).toMatch(/Connection refused|Network is unreachable/);
  });

  it('reaches a loopback warehouse when the host network is asked for', async () => {
    expect((await run(sandbox, reach(), { network: 'host' })).lines).toEqual(['hello']);
  });

  it('stops a process that takes too much memory, and says so', async () => {
    const outcome = await run(sandbox, python('x = bytearray(600_000_000)'), { limits: { memoryBytes: 200_000_000 } });
    expect(outcome).toMatchObject({ outOfMemory: true, timedOut: false });
    expect(outcome.code).not.toBe(0);
  });

  it('stops a process that takes too much CPU, and says so', async () => {
    const outcome = await run(sandbox, 'while :; do :; done', { limits: { cpuSeconds: 1 } });
    expect(outcome).toMatchObject({ outOfCpu: true, signal: 'SIGXCPU' });
  });

  it('ends at the wall clock, grandchildren that left for a session of their own included', async () => {
    const marker = `9${process.pid}.${isolation.length}`;
    const outcome = await run(
      sandbox,
      `setsid sleep ${marker} & (setsid sh -c "trap '' TERM; sleep ${marker}; :" &) ; sleep 100`,
      { limits: { wallMs: 700 } },
    );
    expect(outcome).toMatchObject({ timedOut: true, outOfMemory: false });
    expect(outcome.wallMs).toBeLessThan(10_000);
    expect(await untilGone(marker)).toEqual([]);
  });

  it('is asked to stop before it is stopped, and may still tidy up', async () => {
    const stop = new AbortController();
    const tidy = `import time\ntry:\n  print('up', flush=True)\n  time.sleep(50)\nexcept KeyboardInterrupt:\n  print('tidied')`;
    const lines: string[] = [];
    const program = ['/usr/bin/env', 'python', '-c', tidy];
    const spec = { ...folders(), program, args: [], env: {}, network: 'none' } as const;
    const outcome = await sandbox.run({ ...spec, interrupt: stop.signal, graceMs: 30_000 }, (line) => {
      lines.push(line);
      stop.abort();
    });
    expect(lines).toEqual(['up', 'tidied']);
    expect(outcome).toMatchObject({ cancelled: true, code: 0 });
  });

  it('is stopped when it does not listen', async () => {
    const stop = new AbortController();
    const deaf = `import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(50)`;
    const program = ['/usr/bin/env', 'python', '-c', deaf];
    const spec = { ...folders(), program, args: [], env: {}, network: 'none' } as const;
    const outcome = await sandbox.run({ ...spec, interrupt: stop.signal, graceMs: 300 }, () => stop.abort());
    expect(outcome).toMatchObject({ cancelled: true, code: null });
    expect(outcome.wallMs).toBeLessThan(20_000);
  });

  it('leaves no process behind when the command ends before its own background children', async () => {
    const marker = `8${process.pid}.${isolation.length}`;
    expect((await run(sandbox, `setsid sleep ${marker} & exit 3`)).code).toBe(3);
    expect(await untilGone(marker)).toEqual([]);
  });

  it('gives no way back to privilege', async () => {
    const { lines } = await run(
      sandbox,
      'grep -E "^(CapEff|CapBnd|NoNewPrivs)" /proc/self/status; mount -t tmpfs t /tmp && echo mounted; chown 12345 /w/out && echo given; true',
    );
    expect(lines.slice(0, 3).map((line) => line.replace(/\s+/g, ' '))).toEqual([
      'CapEff: 0000000000000000',
      'CapBnd: 0000000000000000',
      'NoNewPrivs: 1',
    ]);
    expect(lines).not.toContain('mounted');
    expect(lines).not.toContain('given');
  });

  it('reports a signal, an exit code and an unknown program as outcomes', async () => {
    expect(await run(sandbox, 'exit 41')).toMatchObject({ code: 41, signal: null });
    expect(await run(sandbox, 'kill -SEGV $$')).toMatchObject({ code: null, signal: 'SIGSEGV' });
    expect(await run(sandbox, '', { program: ['/nowhere/program'] })).toMatchObject({ code: 127 });
  });

  it('throws when the sandbox itself cannot be made', async () => {
    const missing = { ...folders(), project: join(root, 'missing') };
    await expect(
      sandbox.run({ ...missing, program: ['/bin/true'], args: [], env: {}, network: 'none' }),
    ).rejects.toThrow(/could not be set up/);
  });

  it('cuts an endless line instead of holding it whole', async () => {
    const { lines } = await run(sandbox, 'head -c 3000000 /dev/zero | tr "\\0" x; echo; echo after');
    expect(lines.map((line) => line.length)).toEqual([1024 * 1024, 5]);
  });

  it('runs the pinned dbt', async () => {
    const { code, lines } = await run(sandbox, '', { program: undefined, args: ['--version'] } as Partial<RunSpec>);
    expect(lines.join('\n')).toMatch(/installed: 1\.11\./);
    expect(code).toBe(0);
  });

  it('ends with the process that started it, also when that one is killed', async () => {
    const marker = `7${process.pid}.${isolation.length}`;
    const starter = startElsewhere(isolation, `setsid sleep ${marker} & sleep ${marker}`);
    for (let i = 0; i < 200 && withMarker(`sleep\0${marker}`).length < 2; i += 1) await sleep(50);
    expect(withMarker(`sleep\0${marker}`).length).toBeGreaterThanOrEqual(2);
    starter.kill('SIGKILL');
    expect(await untilGone(marker)).toEqual([]);
  });

  it('does all that for an ordinary user too', () => {
    const { status, stdout, stderr } = asOrdinaryUser(
      isolation,
      'id -u; cat model.sql; echo 1 > /w/project/x; echo 2 > /w/out/made && cat /w/out/made',
    );
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('select 1\n');
    expect(stdout).toMatch(/Read-only file system|Permission denied/);
    expect(stdout).toContain('\n2\n');
  });
});

describe('a machine without a sandbox', () => {
  it('is refused with what was tried and what to do', async () => {
    const refusal = new SandboxUnavailable(['bubblewrap: bwrap is not installed', 'unshare: ended with 1']);
    expect(refusal.message).toMatch(/bwrap is not installed.*Install bubblewrap.*--no-sandbox/s);
  });

  it('runs unconfined only when configured so, with the real folders', async () => {
    const sandbox = await Sandbox.probe(venv, 'none', root);
    const at = folders();
    const lines: string[] = [];
    const outcome = await sandbox.run(
      { ...at, program: ['/bin/sh', '-c', 'pwd; echo $HOME'], args: [], env: {}, network: 'host' },
      (line) => lines.push(line),
    );
    expect(outcome.code).toBe(0);
    expect([sandbox.inside(at), lines]).toEqual([at, [at.project, at.home]]);
  });
});

function elsewhere(isolation: string, script: string) {
  const spec = { ...folders(), program: ['/bin/sh', '-c', script], args: [], env: {}, network: 'none' };
  const scratch = join(spec.project, '../scratch');
  mkdirSync(scratch);
  const code = `
    const { Sandbox } = await import(${JSON.stringify(new URL('sandbox.ts', import.meta.url).href)});
    const sandbox = await Sandbox.probe(${JSON.stringify(venv)}, ${JSON.stringify(isolation)}, ${JSON.stringify(scratch)});
    const outcome = await sandbox.run(${JSON.stringify(spec)}, (line) => console.log(line));
    process.exitCode = outcome.code;`;
  return {
    spec,
    scratch,
    args: ['-C', 'source', '--import', join(workspace, 'tools/register.js'), '--input-type=module', '-e', code],
  };
}

function startElsewhere(isolation: string, script: string) {
  return spawn(process.execPath, elsewhere(isolation, script).args, { stdio: 'ignore', cwd: workspace });
}

/** As nobody where nobody can read the workspace; else in a user namespace, where this user has no privilege either. */
function asOrdinaryUser(isolation: string, script: string) {
  const { spec, scratch, args } = elsewhere(isolation, script);
  const options = { encoding: 'utf8', cwd: workspace, timeout: 60_000 } as const;
  if (process.getuid?.() !== 0) return spawnSync(process.execPath, args, options);
  const drop = ['--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all'];
  const reaches = [process.execPath, join(venv, 'bin/python'), spec.project].every(
    (file) => spawnSync(programAt('setpriv')!, [...drop, 'test', '-x', file]).status === 0,
  );
  if (!reaches)
    return spawnSync(
      programAt('unshare')!,
      ['-U', '--map-user=65534', '--map-group=65534', process.execPath, ...args],
      options,
    );
  for (const folder of [spec.project, spec.out, spec.home, spec.data, scratch]) chownSync(folder, 65534, 65534);
  const env = { ...process.env, SWC_NATIVE_BINDING_CACHE: join(scratch, 'swc') };
  return spawnSync(programAt('setpriv')!, [...drop, process.execPath, ...args], { ...options, env });
}
