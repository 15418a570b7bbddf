// The processes of one run. Whoever is killed, or gives up because a server is away, is started again.
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { ended, spawnBound } from '../process/bound-child.js';

/** One place in the fleet: `arguments` gets the count of starts, so that each life draws other numbers. */
export interface Post {
  readonly name: string;
  readonly script: string;
  readonly arguments: (life: number) => readonly string[];
}

interface Manned {
  readonly post: Post;
  child: ChildProcess;
  lives: number;
  isStopped: boolean;
}

export class Fleet {
  private readonly manned: Manned[] = [];
  private isOver = false;
  /** How often somebody ended without having been killed. */
  gaveUp = 0;

  /** @param root the tree whose sources run */
  constructor(
    private readonly root: string,
    private readonly logs: string,
    private readonly config: string,
  ) {}

  man(post: Post): void {
    const manned = { post, lives: 0, isStopped: false } as unknown as Manned;
    this.manned.push(manned);
    this.begin(manned);
  }

  get names(): string[] {
    return this.manned.map(({ post }) => post.name);
  }

  kill(name: string): void {
    const { child } = this.of(name);
    child.kill('SIGKILL');
  }

  /** Freezes a process; it knows nothing of the time in between. */
  async freeze(name: string, ms: number): Promise<void> {
    const { child } = this.of(name);
    child.kill('SIGSTOP');
    await sleep(ms);
    child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(
      this.manned.map(({ child }) => {
        child.kill('SIGCONT');
        child.kill('SIGKILL');
        return ended(child);
      }),
    );
  }

  private of(name: string): Manned {
    return this.manned.find(({ post }) => post.name === name)!;
  }

  private begin(manned: Manned): void {
    const { name, script, arguments: argumentsOf } = manned.post;
    const out = openSync(join(this.logs, `${name}.log`), 'a');
    const program = ['-C', 'source', '--disable-warning=ExperimentalWarning', '--import'];
    const { PATH = '', HOME = '' } = process.env;
    manned.child = spawnBound(
      process.execPath,
      [...program, join(this.root, 'tools/register.js'), join(this.root, script), ...argumentsOf(manned.lives++)],
      { cwd: this.root, env: { PATH, HOME, HEADGATE_CONFIG: this.config }, stdio: ['ignore', out, out] },
    );
    closeSync(out);
    manned.child.once('exit', (code, signal) => {
      if (signal !== 'SIGKILL') this.gaveUp++;
      if (!this.isOver) void sleep(signal === 'SIGKILL' ? 50 : 500).then(() => this.isOver || this.begin(manned));
    });
  }
}
