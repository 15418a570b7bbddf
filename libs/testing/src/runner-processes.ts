import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate, provision, type Service } from '@headgate/kit';
import type { Stack } from './stack.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Runners of a stack as processes of their own, so that they can be killed. They end with this process, however it ends. */
export class RunnerProcesses {
  readonly living: ChildProcess[] = [];

  private constructor(
    private readonly stack: Stack,
    private readonly config: string,
  ) {}

  /** @param runner the service, which the stack itself does not host */
  static async of(stack: Stack, runner: Service): Promise<RunnerProcesses> {
    stack.drift.push(...(await migrate(stack.host, runner)));
    await provision(stack.host, runner);
    const config = join(stack.host.stateDir, 'host.json');
    await writeFile(config, JSON.stringify(stack.host), { mode: 0o600 });
    return new RunnerProcesses(stack, config);
  }

  /** Resolves when it is ready. */
  async start(): Promise<ChildProcess> {
    const options = [
      '-C',
      'source',
      '--import',
      join(root, 'tools/register.js'),
      join(root, 'apps/runner/src/main.ts'),
    ];
    const command = ['--pdeathsig', 'KILL', process.execPath, '--disable-warning=ExperimentalWarning', ...options];
    const env = { ...process.env, HEADGATE_CONFIG: this.config };
    const child = spawn('setpriv', command, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.living.push(child);
    const [said] = (await once(child.stdout!, 'data')) as [Buffer];
    const { ready } = JSON.parse(said.toString().split('\n')[0]!) as { ready?: boolean };
    if (!ready) throw new Error(`the runner said ${said.toString()}`);
    return child;
  }

  /** Resolves when all of them are gone. */
  async stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await Promise.all(
      this.living.splice(0).map(async (child) => {
        const gone = once(child, 'exit');
        child.kill(signal);
        await gone;
      }),
    );
  }

  /** Ends the leases of workers that are dead. It is the lease that decides; only the waiting for it is cut short. */
  async expireLeases(): Promise<void> {
    await this.stack.sql('update dispatcher.task_lease set until = now()');
  }
}
