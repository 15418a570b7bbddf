import { type Lease, tasksHeartbeat, type TasksReleaseInput } from '@headgate/contracts';
import type { Call, Clients } from '@headgate/kit';
import type { Logger } from 'pino';
import type { Stops } from './execution.ts';

interface Held {
  readonly lease: Lease;
  readonly cancel: AbortController;
  readonly kill: AbortController;
  /** On this process's monotonic clock, milliseconds: until then nobody else can have been given the task. */
  until: number;
}

/**
 * The leases this worker has, kept alive. When they cannot be, the attempts are killed before anybody else may begin
 * them: the dispatcher's lease runs from when it answered, ours from when we asked, so ours ends first.
 */
export class Hold {
  private readonly held = new Map<string, Held>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly worker: string,
    private readonly clients: Clients,
    private readonly call: Call,
    private readonly log: Logger,
  ) {}

  /** @param since when it was asked for, by `performance.now()` */
  add(lease: Lease, since: number): Stops {
    const held = { lease, cancel: new AbortController(), kill: new AbortController(), until: since + lease.leaseMs };
    this.held.set(lease.task, held);
    this.timer ??= setInterval(() => void this.beat(), lease.leaseMs / 10);
    return { cancel: held.cancel.signal, kill: held.kill.signal };
  }

  drop(task: string): void {
    this.held.delete(task);
    if (this.held.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Kills what runs; answers what was held, to be given back once it is dead. */
  dropAll(): TasksReleaseInput['held'] {
    const named = this.named();
    for (const { kill } of this.held.values()) kill.abort();
    return named;
  }

  private named(): TasksReleaseInput['held'] {
    return [...this.held.values()].map(({ lease: { org, task, attempt } }) => ({ org, task, attempt }));
  }

  private async beat(): Promise<void> {
    const asked = performance.now();
    for (const { lease, until } of this.held.values()) {
      if (asked >= until) this.lose(lease.task, 'no heartbeat was heard for as long as a lease lasts');
    }
    const held = this.named();
    if (held.length === 0) return;
    try {
      const { lost, cancel } = await this.clients.call(tasksHeartbeat, { worker: this.worker, held }, this.call);
      for (const { task } of held) {
        const kept = this.held.get(task);
        if (kept && !lost.includes(task)) kept.until = Math.max(kept.until, asked + kept.lease.leaseMs);
      }
      for (const task of lost) this.lose(task, 'another attempt may have begun');
      for (const task of cancel) this.held.get(task)?.cancel.abort();
    } catch (error) {
      this.log.warn({ err: (error as Error).message }, 'heartbeat not heard');
    }
  }

  private lose(task: string, why: string): void {
    const held = this.held.get(task);
    if (!held || held.kill.signal.aborted) return;
    held.kill.abort();
    this.log.warn({ task, attempt: held.lease.attempt }, `lease lost: ${why}`);
  }
}
