import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What one run asks for: a set of tasks with one end. */
@Entity()
@Index('job_run', { synchronize: false })
@Index('job_key', { synchronize: false })
export class Job {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  project: string;

  @Column('text')
  environment: string;

  /** The run it is for; a job that is for none is known by its own id. */
  @Column('uuid')
  runId: string;

  /** The same key again is the same job. */
  @Column('text', { nullable: true })
  idempotencyKey: string | null;

  /** Tasks that have not ended. */
  @Column('integer', { default: 1 })
  openTasks: number;

  /** The job of which this one is another try, as it was first asked for. */
  @Column('uuid', { nullable: true })
  originId: string | null;

  @Column('text', { nullable: true })
  correlationId: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null;
}

/** A unit of work. `attempt` is the fence: it only rises, and only the attempt it names may commit. */
@Entity('task')
@Index('task_deadline', { synchronize: false })
@Index('task_dead', { synchronize: false })
@Index('task_listed', { synchronize: false })
@Index('task_of_job', { synchronize: false })
export class TaskRow {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  jobId: string;

  /** The run of its job, and the chain of causes that it belongs to. */
  @Column('uuid')
  runId: string;

  @Column('text', { nullable: true })
  correlationId: string | null;

  @Column('text')
  project: string;

  @Column('text')
  environment: string;

  /** Unique within its job. */
  @Column('text', { default: 'main' })
  name: string;

  @Column('text')
  operator: string;

  @Column('jsonb')
  spec: Record<string, unknown>;

  /** At most one task of a key is leased at a time. */
  @Column('text', { nullable: true })
  concurrencyKey: string | null;

  /** Starts of tasks of a key are limited as the organization says. */
  @Column('text', { nullable: true })
  rateKey: string | null;

  /** Tasks that must succeed before this one is queued. */
  @Column('integer', { default: 0 })
  waitsFor: number;

  /** Whether another task waits for this one. */
  @Column('boolean', { default: false })
  isAwaited: boolean;

  /** The wait before the second try; it doubles with every further one. */
  @Column('integer', { default: 1000 })
  backoffMs: number;

  @Column('integer', { default: 0 })
  priority: number;

  @Column('text', { default: 'queued' })
  status: string;

  @Column('integer', { default: 0 })
  attempt: number;

  @Column('integer')
  maxAttempts: number;

  @Column('timestamptz', { default: () => 'now()' })
  runAt: Date;

  /** When it ends at the latest; gone once it has. */
  @Column('timestamptz', { nullable: true })
  deadline: Date | null;

  @Column('boolean', { default: false })
  cancelRequested: boolean;

  @Column('jsonb', { nullable: true })
  result: Record<string, unknown> | null;

  @Column('text', { nullable: true })
  cause: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null;

  /** When it failed in the last attempt it had. */
  @Column('timestamptz', { nullable: true })
  deadAt: Date | null;

  @Column('text', { nullable: true })
  deadState: 'open' | 'replayed' | 'discarded' | null;

  @Column('text', { nullable: true })
  discardReason: string | null;
}

/** One try of a task, kept for its history. */
@Entity()
export class TaskAttempt {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  taskId: string;

  @PrimaryColumn('integer')
  attempt: number;

  @Column('text')
  worker: string;

  @Column('timestamptz', { default: () => 'now()' })
  startedAt: Date;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null;

  @Column('text', { nullable: true })
  outcome: string | null;

  @Column('text', { nullable: true })
  cause: string | null;
}

/** A task that can be leased, in the order of its turn. Changes with the task's status, and only under its lock. */
@Entity()
@Index('task_offer_turn', { synchronize: false })
@Index('task_offer_limited', { synchronize: false })
export class TaskOffer {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  taskId: string;

  @Column('text')
  operator: string;

  @Column('integer')
  priority: number;

  /** Not before; later than the task's own when its rate key has a limit. */
  @Column('timestamptz')
  runAt: Date;

  @Column('text', { nullable: true })
  concurrencyKey: string | null;

  @Column('text', { nullable: true })
  rateKey: string | null;
}

/**
 * Who holds a task, until when by the database's clock. Small and hot, so apart from the task; and no index has `until`, so
 * that a heartbeat touches none.
 */
@Entity()
@Index('task_lease_key', { synchronize: false })
export class TaskLease {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  taskId: string;

  @Column('integer')
  attempt: number;

  @Column('text')
  worker: string;

  @Column('timestamptz', { default: () => 'now()' })
  startedAt: Date;

  @Column('timestamptz')
  until: Date;

  /** Of each at most one is leased at a time. */
  @Column('text', { nullable: true })
  concurrencyKey: string | null;
}

/** `taskId` waits for `afterId`. */
@Entity()
@Index(['orgId', 'afterId'])
export class TaskDependency {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  taskId: string;

  @PrimaryColumn('uuid')
  afterId: string;
}
