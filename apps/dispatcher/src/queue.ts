import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { type Lease, type RunRequested, taskClaimed, taskQueued, type TasksClaimInput } from '@headgate/contracts';
import { type Call, CONFIG, type Config, Database, Infra, mutate, type Tx } from '@headgate/kit';
import { v7 as uuidv7 } from 'uuid';
import { leaseMsOf, lock } from './task-state.ts';

/** A run that lost its worker twice is not tried a third time: something about it kills workers. */
const maxAttempts = 2;
/** What wakes nobody (a commit of another replica, a `run_at` that came) is found this often. */
const pollMs = 1000;

interface Candidate {
  org_id: string;
  id: string;
}

/** Tasks waiting for workers, and the workers waiting for tasks. */
@Injectable()
export class Queue implements BeforeApplicationShutdown {
  private stopped = false;
  /** Workers that are being stopped. Their names are never used again, and are forgotten with this process. */
  private readonly dismissed = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly infra: Infra,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Ends the questions that are being held. */
  beforeApplicationShutdown(): void {
    this.stopped = true;
    this.database.committed.emit('commit');
  }

  /** Answers what a worker has asked, and will ask, with nothing. */
  dismiss(worker: string): void {
    this.dismissed.add(worker);
    this.database.committed.emit('commit');
  }

  /** One job with one task per run; the same run twice is one job. */
  async enqueue(run: RunRequested, tx: Tx): Promise<void> {
    const [known] = await tx.query('select 1 from job where run_id = $1', [run.run]);
    if (known) return;
    const { project, environment, concurrencyKey } = run;
    const job = uuidv7();
    const task = uuidv7();
    await tx.query(
      'insert into job (org_id, id, project, environment, run_id, correlation_id) values ($1, $2, $3, $4, $5, $6)',
      [tx.org, job, project, environment, run.run, tx.call.correlationId ?? null],
    );
    await tx.query(
      `insert into task (org_id, id, job_id, project, environment, operator, spec, concurrency_key, max_attempts)
       values ($1, $2, $3, $4, $5, 'dbt', $6, $7, $8)`,
      [tx.org, task, job, project, environment, JSON.stringify(run), concurrencyKey, maxAttempts],
    );
    await mutate(tx, taskQueued, { project, environment, job, task, operator: 'dbt' });
  }

  /** Leases of waiting tasks, fair between organizations; holds the question for up to `wait` seconds. */
  async claim(input: TasksClaimInput, call: Call): Promise<{ leases: Lease[] }> {
    const { worker, operators, max = 1, wait = 0 } = input;
    const until = Date.now() + wait * 1000;
    for (;;) {
      if (this.stopped || this.dismissed.has(worker)) return { leases: [] };
      const woken = this.database.nextCommit(Math.min(pollMs, until - Date.now()));
      const leases: Lease[] = [];
      for (const candidate of await this.candidates(operators, max)) {
        // Asked again here: the candidate may be what the worker gave back since the look before.
        const lease = this.dismissed.has(worker) ? undefined : await this.lease(candidate, worker, call);
        if (lease) leases.push(lease);
      }
      if (leases.length > 0 || Date.now() >= until) return { leases };
      await woken;
    }
  }

  private candidates(operators: readonly string[], max: number): Promise<Candidate[]> {
    // The organization with the fewest tasks in hand comes first: one that asks for much does not delay the others.
    return this.infra.query<Candidate>(
      `select org_id, id from (
         select t.org_id, t.id, t.priority, t.run_at, row_number() over (partition by t.org_id order by t.priority desc, t.run_at, t.id)
           + (select count(*) from task h where h.status = 'leased' and h.org_id = t.org_id) as turn
         from task t where t.status = 'queued' and t.run_at <= now() and t.operator = any ($1)
           and not exists (select 1 from task o where o.status = 'leased' and o.org_id = t.org_id and o.concurrency_key = t.concurrency_key)
       ) waiting order by turn, priority desc, run_at, id limit $2`,
      [operators, max],
    );
  }

  private lease({ org_id, id }: Candidate, worker: string, call: Call): Promise<Lease | undefined> {
    const actor = { kind: 'service' as const, id: call.actor.id };
    return this.database.write({ ...call, org: org_id, actor }, async (tx) => {
      const [seen] = await tx.query<{ concurrency_key: string }>('select concurrency_key from task where id = $1', [
        id,
      ]);
      if (!seen) return undefined;
      await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${org_id} ${seen.concurrency_key}`]);
      const task = await lock(tx, id);
      const [busy] = await tx.query(`select 1 from task where status = 'leased' and concurrency_key = $1 limit 1`, [
        seen.concurrency_key,
      ]);
      if (task?.status !== 'queued' || busy) return undefined;
      const attempt = task.attempt + 1;
      await tx.query(`update task set status = 'leased', attempt = $2 where id = $1`, [id, attempt]);
      await tx.query('insert into task_attempt (org_id, task_id, attempt, worker) values ($1, $2, $3, $4)', [
        tx.org,
        id,
        attempt,
        worker,
      ]);
      await tx.query(
        `insert into task_lease (org_id, task_id, attempt, worker, until) values ($1, $2, $3, $4, now() + $5 * interval '1 millisecond')`,
        [tx.org, id, attempt, worker, leaseMsOf(this.config)],
      );
      const { project, environment, job_id: job, operator, run_id: run, spec } = task;
      await mutate(tx, taskClaimed, { project, environment, job, task: id, run, attempt, worker });
      return {
        org: tx.org,
        project,
        environment,
        task: id,
        job,
        run,
        attempt,
        operator,
        spec,
        leaseMs: leaseMsOf(this.config),
      };
    });
  }
}
