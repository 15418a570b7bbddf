import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Lease, tasksClaim, tasksComplete, tasksHeartbeat } from '@headgate/contracts';
import { Blobs, type Call, Clients, CONFIG, type Config, Failure, LOG } from '@headgate/kit';
import type { Logger } from 'pino';
import { Sandbox } from '../sandbox/sandbox.ts';
import { type Ended, execute } from './execution.ts';
import { Progress } from './progress.ts';
import { Workspace } from './workspace.ts';

/** Runs at once. A dbt process is CPU and memory; the machine that this default is for has two cores. */
const slots = 2;
const pollSeconds = 15;
const nobody = '00000000-0000-0000-0000-000000000000';

interface Held {
  readonly lease: Lease;
  readonly abort: AbortController;
  /** Set when another attempt may have begun: this one must not say anything more. */
  lost: boolean;
}

/** Claims tasks, runs them, keeps their leases, commits how they ended. */
@Injectable()
export class Worker implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly name = `${hostname()}-${process.pid}-${Date.now().toString(36)}`;
  private readonly call: Call = {
    org: nobody,
    actor: { kind: 'service', id: 'runner' },
    requestId: `worker ${this.name}`,
  };
  private readonly held = new Map<string, Held>();
  private readonly running = new Set<Promise<void>>();
  private stopping = new AbortController();
  private heartbeat: NodeJS.Timeout | undefined;
  private sandbox: Promise<Sandbox> | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) private readonly log: Logger,
    private readonly clients: Clients,
    private readonly blobs: Blobs,
    private readonly progress: Progress,
    private readonly workspace: Workspace,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.workspace.sweep();
    void this.loop();
  }

  /** What runs is ended and given up: its lease runs out and another worker, or the next start, takes it. */
  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.heartbeat);
    for (const held of this.held.values()) {
      held.lost = true;
      held.abort.abort();
    }
    await Promise.all(this.running);
  }

  private async loop(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const free = slots - this.running.size;
      if (free === 0) {
        await Promise.race(this.running);
        continue;
      }
      try {
        const wait = this.running.size > 0 ? 1 : pollSeconds;
        const { leases } = await this.clients.call(
          tasksClaim,
          { worker: this.name, operators: ['dbt'], max: free, wait },
          this.call,
        );
        for (const lease of leases) this.start(lease);
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        this.log.debug({ err: (error as Error).message }, 'no tasks claimed');
        await sleep(500, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }

  private start(lease: Lease): void {
    if (this.stopping.signal.aborted) return;
    const held: Held = { lease, abort: new AbortController(), lost: false };
    this.held.set(lease.task, held);
    this.heartbeat ??= setInterval(() => void this.beat(), lease.leaseMs / 10);
    const work = this.work(held).finally(() => {
      this.held.delete(lease.task);
      this.running.delete(work);
    });
    this.running.add(work);
  }

  private async work(held: Held): Promise<void> {
    const { lease, abort } = held;
    let ended: Ended;
    try {
      const { workspace, progress, blobs, clients } = this;
      ended = await execute(
        lease,
        { workspace, progress, blobs, clients, sandbox: () => this.isolation() },
        abort.signal,
      );
    } catch (error) {
      if (!(error instanceof Failure)) this.log.error({ err: error, task: lease.task }, 'attempt broke');
      ended = { outcome: 'failed', result: {}, cause: (error as Error).message };
    }
    if (!held.lost) await this.commit(held, ended);
  }

  /** Says how it ended until somebody has heard it, or the lease is another's. */
  private async commit(held: Held, ended: Ended): Promise<void> {
    const { org, task, attempt } = held.lease;
    for (let tries = 0; !held.lost && !this.stopping.signal.aborted; tries++) {
      try {
        const { committed, status } = await this.clients.call(
          tasksComplete,
          { org, task, attempt, worker: this.name, ...ended },
          this.call,
        );
        if (!committed) this.log.warn({ task, attempt, status }, 'a later attempt stands');
        return;
      } catch (error) {
        this.log.warn({ err: (error as Error).message, task }, 'outcome not heard yet');
        await sleep(Math.min(5000, 200 * 2 ** tries), undefined, { signal: this.stopping.signal }).catch(
          () => undefined,
        );
      }
    }
  }

  private async beat(): Promise<void> {
    const held = [...this.held.values()].map(({ lease: { org, task, attempt } }) => ({ org, task, attempt }));
    if (held.length === 0) return;
    try {
      const { lost, cancel } = await this.clients.call(tasksHeartbeat, { worker: this.name, held }, this.call);
      for (const task of lost) this.giveUp(task);
      for (const task of cancel) this.held.get(task)?.abort.abort();
    } catch (error) {
      this.log.warn({ err: (error as Error).message }, 'heartbeat not heard');
    }
  }

  private giveUp(task: string): void {
    const held = this.held.get(task);
    if (!held) return;
    held.lost = true;
    held.abort.abort();
    this.log.warn({ task, attempt: held.lease.attempt }, 'lease lost');
  }

  private isolation(): Promise<Sandbox> {
    const { python, sandbox } = this.config.runner;
    this.sandbox ??= Sandbox.probe(python, sandbox, join(this.workspace.root, 'probe'));
    this.sandbox.catch(() => (this.sandbox = undefined));
    return this.sandbox;
  }
}
