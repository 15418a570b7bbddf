import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Driver, type Folders, insideFolders, type Isolation } from './box.ts';
import { bubblewrap } from './bubblewrap.ts';
import { type Interpreter, interpreterOf } from './interpreter.ts';
import { programAt } from './programs.ts';
import { type Outcome, type OnLine, supervise } from './supervise.ts';
import { unconfined } from './unconfined.ts';
import { unshare } from './unshare.ts';

/** Limits of one process of the run; wall clock of the whole. Memory counts private data, not address space, which DuckDB reserves freely. */
export interface Limits {
  readonly wallMs: number;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly processes: number;
}

export const defaultLimits: Limits = {
  wallMs: 3_600_000,
  cpuSeconds: 3_600,
  memoryBytes: 2_000_000_000,
  processes: 512,
};

export interface RunSpec extends Folders {
  /** Arguments for dbt, or for `program`. Paths in them are those of `Sandbox.inside`. */
  readonly args: readonly string[];
  /** Python that runs before dbt's own command line, in its process. */
  readonly prelude?: string;
  /** What to run instead of dbt: a Python script that is visible inside, or anything in /usr. */
  readonly program?: readonly string[];
  /** Further host files or folders to show read-only: path inside → path on the host. Not with isolation `none`. */
  readonly readOnly?: Readonly<Record<string, string>>;
  /** The whole environment, beside PATH, HOME and the like. Secrets travel here, never in `args`, which other users can read. */
  readonly env: Readonly<Record<string, string>>;
  readonly limits?: Partial<Limits>;
  /** `none`: not even loopback. `host`: the machine's own network, for a warehouse that is reached over it. */
  readonly network: 'none' | 'host';
  /** Ends the run at once, with everything it started. */
  readonly signal?: AbortSignal;
  /** Asks the command to stop (SIGINT), and ends the run like `signal` when it has not after `graceMs`, 0 by default. */
  readonly interrupt?: AbortSignal;
  readonly graceMs?: number;
}

/** No way to isolate a run was found; `tried` says what was missing. */
export class SandboxUnavailable extends Error {
  constructor(readonly tried: readonly string[]) {
    super(
      `no sandbox on this machine: ${tried.join('; ')}. Install bubblewrap, or allow user namespaces ` +
        '(sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0). ' +
        'On a machine of your own, --no-sandbox runs dbt without isolation.',
    );
    this.name = 'SandboxUnavailable';
  }
}

const dbtAfter = (prelude = '') => ['-c', `${prelude}\nfrom dbt.cli.main import cli; cli()`];

/** Runs one command at a time per call, away from everything on this machine but what the spec names. */
export class Sandbox {
  private constructor(
    private readonly driver: Driver,
    private readonly interpreter: Interpreter,
  ) {}

  /**
   * Finds out, by trying, which isolation works here.
   * @param python a Python virtual environment with dbt, absolute
   * @param mode `auto`: bubblewrap, else unshare, else refused; `none`: no isolation, as configured
   * @throws SandboxUnavailable
   */
  static async probe(python: string, mode: 'auto' | 'none' | Isolation, scratch: string): Promise<Sandbox> {
    const interpreter = await interpreterOf(python);
    if (mode === 'none') return new Sandbox(unconfined, interpreter);
    const drivers = [bubblewrap(), unshare()].filter(({ isolation }) => mode === 'auto' || mode === isolation);
    const tried: string[] = [];
    for (const driver of drivers) {
      const sandbox = new Sandbox(driver, interpreter);
      const why = await sandbox.refusal(scratch);
      if (why === undefined) return sandbox;
      tried.push(`${driver.isolation}: ${why}`);
    }
    throw new SandboxUnavailable(tried);
  }

  get isolation(): Isolation {
    return this.driver.isolation;
  }

  /** The Python environment that dbt runs in. */
  get venv(): string {
    return this.interpreter.venv;
  }

  /** The folders as the command sees them. */
  inside(folders: Folders): Folders {
    return this.driver.isolation === 'none' ? folders : insideFolders;
  }

  /**
   * Runs to the end. A command that fails is an outcome, not an error.
   * @param onLine each line of either output, as it comes
   * @throws Error when the sandbox itself could not be set up
   */
  async run(spec: RunSpec, onLine: OnLine = () => {}): Promise<Outcome> {
    const limits = { ...defaultLimits, ...spec.limits };
    const at = this.inside(spec);
    await mkdir(join(spec.home, 'tmp'), { recursive: true, mode: 0o700 });
    const command = limited(limits, [
      ...(spec.program ?? [this.interpreter.python, ...dbtAfter(spec.prelude)]),
      ...spec.args,
    ]);
    const { project, out, home, data, readOnly = {}, network, signal, interrupt, graceMs } = spec;
    const argv = this.driver.argv({
      folders: { project, out, home, data },
      interpreter: this.interpreter,
      readOnly,
      network,
      command,
    });
    const cwd = this.driver.isolation === 'none' ? project : '/';
    const env = { ...this.baseEnv(at), ...spec.env };
    return supervise({ argv, cwd, env, wallMs: limits.wallMs, signal, interrupt, graceMs }, onLine);
  }

  private baseEnv(at: Folders): Record<string, string> {
    return {
      PATH: `${this.interpreter.venv}/bin:/usr/bin:/bin`,
      HOME: at.home,
      TMPDIR: `${at.home}/tmp`,
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONUNBUFFERED: '1',
      DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
      DBT_TARGET_PATH: `${at.out}/target`,
      DBT_LOG_PATH: `${at.out}/logs`,
      DBT_PROFILES_DIR: at.project,
    };
  }

  /** Why nothing runs in it here; undefined when something does. */
  private async refusal(scratch: string): Promise<string | undefined> {
    const said: string[] = [];
    try {
      const folders = await probeFolders(scratch);
      const spec: RunSpec = {
        ...folders,
        program: ['/bin/sh', '-c', 'test ! -w /w/project && : > /w/out/probe'],
        args: [],
        env: {},
        network: 'none',
        limits: { wallMs: 20_000 },
      };
      const { code, signal } = await this.run(spec, (line) => said.push(line));
      return code === 0 ? undefined : `ended with ${signal ?? code} ${said.slice(-2).join(' ')}`.trim();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

async function probeFolders(scratch: string): Promise<Folders> {
  const root = join(scratch, 'probe');
  const folders = {
    project: join(root, 'project'),
    out: join(root, 'out'),
    home: join(root, 'home'),
    data: join(root, 'data'),
  };
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true, mode: 0o700 });
  return folders;
}

/**
 * Limits are set inside, where the count of processes is that of the sandbox alone. The word on descriptor 3 says
 * that set-up is over and what follows is the command's own doing.
 */
function limited({ cpuSeconds, memoryBytes, processes }: Limits, command: readonly string[]): string[] {
  const limits = [`--cpu=${cpuSeconds}:${cpuSeconds + 5}`, `--data=${memoryBytes}`, `--nproc=${processes}`, '--core=0'];
  return [
    programAt('prlimit') ?? 'prlimit',
    ...limits,
    '--',
    '/bin/sh',
    '-c',
    'echo started >&3; exec 3>&-; exec "$@"',
    'sh',
    ...command,
  ];
}
