import type { Lease } from '@headgate/contracts';
import type { Held, Queue } from './queue.ts';

interface Ready {
  readonly id: string;
  readonly operator: string;
}

/**
 * Tasks that need not lie in the queue, because a worker waits for them: they are written as leased, so that asking for
 * work and beginning it is one commit. Whoever makes one of these ends it, by `give` after the commit or by `letGo`.
 */
export class Handover {
  private readonly held = new Map<string, Held>();
  private readonly leases = new Map<string, Lease>();

  constructor(
    private readonly queue: Queue,
    readonly leaseMs: number,
  ) {}

  /** The worker that is to have the task, if one waits. */
  workerFor({ id, operator }: Ready): string | undefined {
    const held = this.queue.hold(operator);
    if (held) this.held.set(id, held);
    return held?.worker;
  }

  /** What its worker will be told. */
  prepare(lease: Lease): void {
    this.leases.set(lease.task, lease);
  }

  give(): void {
    for (const [task, held] of this.held) held.give(this.leases.get(task)!);
  }

  letGo(): void {
    for (const held of this.held.values()) held.letGo();
  }
}
