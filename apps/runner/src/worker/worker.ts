import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Lease, tasksClaim, tasksComplete, tasksRelease } from '@headgate/contracts';
import { Blobs, type Call, Clients, CONFIG, type Config, Failure, LOG } from '@headgate/kit';
import type { Logger } from 'pino';
import { Sandbox } from '../sandbox/sandbox.ts';
import { Beginning } from './beginning.ts';
import { type Ended, execute } from './execution.ts';
import { Hold } from './hold.ts';
import { untilAnswered } from './patience.ts';
import { Progress } from './progress.ts';
import { Workspace } from './workspace.ts';

/** Runs at once. A dbt process is CPU and memory; the machine that this default is for has two cores. */
const slots = 2;
/** Short beside a lease: a worker that is killed while it asks must not be given a task for long. */
const pollSeconds = 5;
/** An answer that did not come by then was lost with the dispatcher that would have given it. */
const answerMs = 3000;
const nobody = '00000000-0000-0000-0000-000000000000';

/** Claims tasks, runs them, keeps their leases, commits how they ended. */
@Injectable()
export class Worker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly name = `${hostname()}-${process.pid}-${Date.now().toString(36)}`;
  private readonly call: Call = {
    org: nobody,
    actor: { kind: 'service', id: 'runner' },
    requestId: `worker ${this.name}`,
  };
  private readonly hold: Hold;
  private readonly running = new Set<Promise<void>>();
  private readonly stopping = new AbortController();
  private sandbox: Promise<Sandbox> | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) private readonly log: Logger,
    private readonly clients: Clients,
    private readonly blobs: Blobs,
    private readonly progress: Progress,
    private readonly workspace: Workspace,
    private readonly beginning: Beginning,
  ) {
    this.hold = new Hold(this.name, clients, this.call, log);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.workspace.sweep(new Date());
    void this.loop();
  }

  /** What runs is killed and given back, for another worker, or the next start, to begin again. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    const held = this.hold.dropAll();
    await Promise.all(this.running);
    // Unheard, it is as if we had been killed: the leases run out.
    await this.clients
      .call(tasksRelease, { worker: this.name, held }, this.call)
      .catch((error: Error) => this.log.warn({ err: error.message }, 'leases not given back'));
  }

  private async loop(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const free = slots - this.running.size;
      if (free === 0) {
        await Promise.race(this.running);
        continue;
      }
      const wait = this.running.size > 0 ? 1 : pollSeconds;
      const overdue = new AbortController();
      const answered = this.claim(free, wait).finally(() => overdue.abort());
      await Promise.race([
        answered,
        rest(wait * 1000 + answerMs, AbortSignal.any([overdue.signal, this.stopping.signal])),
      ]);
    }
  }

  /** Asks for work and starts it, also when the answer comes after nobody waits for it any more. */
  private async claim(max: number, wait: number): Promise<void> {
    const asked = performance.now();
    try {
      const input = { worker: this.name, operators: ['dbt'], max, wait };
      const { leases } = await this.clients.call(tasksClaim, input, this.call);
      for (const lease of leases) this.start(lease, asked);
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      this.log.debug({ err: (error as Error).message }, 'no tasks claimed');
      await rest(500, this.stopping.signal);
    }
  }

  private start(lease: Lease, since: number): void {
    // Given while we were stopping, or so long ago that it may be another's by now: it runs out by itself.
    if (this.stopping.signal.aborted || performance.now() >= since + lease.leaseMs) return;
    const work = this.work(lease, since).finally(() => this.running.delete(work));
    this.running.add(work);
  }

  private async work(lease: Lease, since: number): Promise<void> {
    const { workspace, progress, blobs, clients, beginning } = this;
    const { key } = this.config.blobs;
    const stops = this.hold.add(lease, since);
    let ended: Ended;
    try {
      ended = await execute(
        lease,
        { workspace, progress, blobs, clients, beginning, key, sandbox: () => this.isolation() },
        stops,
      );
    } catch (error) {
      if (!(error instanceof Failure)) this.log.error({ err: error, task: lease.task }, 'attempt broke');
      // A run that was cancelled meanwhile did not fail, whatever else happened to it.
      const cause = (error as Error).message || 'the attempt broke';
      ended = { outcome: stops.cancel.aborted ? 'cancelled' : 'failed', result: {}, cause };
    }
    if (!stops.kill.aborted) await this.commit(lease, ended, stops.kill);
    this.hold.drop(lease.task);
  }

  /** Says how it ended until somebody has heard it, or the lease is another's. */
  private async commit({ org, task, attempt }: Lease, ended: Ended, lost: AbortSignal): Promise<void> {
    const outcome = { org, task, attempt, worker: this.name, ...ended };
    try {
      const { committed, status } = await untilAnswered(
        () => this.clients.call(tasksComplete, outcome, this.call),
        lost,
      );
      if (!committed) this.log.warn({ task, attempt, status }, 'a later attempt stands');
    } catch (error) {
      // The lease runs out, and the task is tried again or fails.
      this.log.error({ err: error, task, attempt }, 'outcome not heard');
    }
  }

  private isolation(): Promise<Sandbox> {
    const { python, sandbox } = this.config.runner;
    this.sandbox ??= Sandbox.probe(python, sandbox, join(this.workspace.root, 'probe'));
    this.sandbox.catch(() => (this.sandbox = undefined));
    return this.sandbox;
  }
}

const rest = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);
