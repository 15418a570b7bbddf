import { Inject, Injectable } from '@nestjs/common';
import {
  type JobsSubmitInput,
  type JobsSubmitOutput,
  type JobsCancelInput,
  type JobsCancelOutput,
  type RunRequested,
} from '@headgate/contracts';
import { type Call, CONFIG, type Config, Database, Failure, mutateLast, type Tx, newId } from '@headgate/kit';
import { Lanes } from './coalescer.ts';
import { askToStop, end } from './ends.ts';
import { Handover } from './handover.ts';
import { type NewJob, order, write } from './new-job.ts';
import { leaseMsOf } from './pace.ts';
import { Queue } from './queue.ts';
import { lock } from './task-state.ts';

/** A run that lost its worker twice is not tried a third time: something about it kills workers. */
const maxAttempts = 2;

interface Submission {
  readonly input: JobsSubmitInput;
  readonly call: Call;
}

/** Sets of tasks with one end, and how they begin. */
@Injectable()
export class Jobs {
  private readonly submissions = new Lanes((asked: Submission[], call) => this.submitAll(asked, call), 200);

  constructor(
    private readonly database: Database,
    private readonly queue: Queue,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** One job of tasks that wait for each other; the same key again is the job that there is. */
  submit(input: JobsSubmitInput, call: Call): Promise<JobsSubmitOutput> {
    order(input.tasks);
    return this.submissions.ask({ input, call });
  }

  private submitAll(asked: Submission[], call: Call): Promise<JobsSubmitOutput[]> {
    return untilKnown(async (areNew) => {
      const handover = new Handover(this.queue, leaseMsOf(this.config));
      try {
        const jobs = await this.database.write(call, (tx) => write(tx, asked.map(newJob), { areNew, handover }));
        handover.give();
        return jobs;
      } catch (error) {
        handover.letGo();
        throw error;
      }
    });
  }

  /** One job with one task per run; the same run twice is one job. */
  async enqueue(run: RunRequested, tx: Tx): Promise<void> {
    const [known] = await tx.query('select 1 from job where run_id = $1', [run.run]);
    if (known) return;
    const { project, environment, concurrencyKey } = run;
    const spec = run as unknown as Record<string, unknown>;
    const rateKey = `run.${project}.${environment}`;
    await write(tx, [
      {
        ...{ id: newId(), project, environment, run: run.run, key: null, originId: null },
        correlationId: tx.call.correlationId ?? null,
        tasks: [{ name: 'main', operator: 'dbt', spec, concurrencyKey, rateKey, maxAttempts }],
      },
    ]);
  }

  /** Ends what waits; what runs is told with its worker's next heartbeat. Cancelling again changes nothing. */
  cancel({ job }: JobsCancelInput, call: Call): Promise<JobsCancelOutput> {
    return this.database.write(call, async (tx) => {
      const [known] = await tx.query('select 1 from job where id = $1', [job]);
      if (!known) throw new Failure('not-found', { detail: `there is no job ${job}`, where: '/job' });
      await cancelAll(tx, job);
      const running = await tx.query(`select 1 from task where job_id = $1 and status = 'leased'`, [job]);
      return { ended: running.length === 0 };
    });
  }

  async cancelRun(run: string, tx: Tx): Promise<void> {
    const [job] = await tx.query<{ id: string }>('select id from job where run_id = $1', [run]);
    if (job) await cancelAll(tx, job.id);
  }
}

function newJob({ input, call }: Submission): NewJob {
  const id = newId();
  const { project, environment, key, tasks } = input;
  return { id, run: id, project, environment, key, tasks, originId: null, correlationId: call.correlationId ?? null };
}

/**
 * Nearly all keys are new, so they are looked up once one was refused. Whoever wrote the same key at the same moment
 * has committed once we are refused again: the last look finds it.
 */
async function untilKnown<T>(work: (areNew: boolean) => Promise<T>): Promise<T> {
  for (const areNew of [true, false])
    try {
      return await work(areNew);
    } catch (error) {
      if ((error as { code?: string }).code !== '23505') throw error;
    }
  return work(false);
}

async function cancelAll(tx: Tx, job: string): Promise<void> {
  const open = await tx.query<{ id: string }>(
    `select id from task where job_id = $1 and status in ('blocked', 'queued', 'leased')`,
    [job],
  );
  const tasks = [
    ...(
      await lock(
        tx,
        open.map(({ id }) => id),
      )
    ).values(),
  ];
  const waiting = tasks.filter(({ status }) => status === 'blocked' || status === 'queued');
  const cause = 'cancelled before it started';
  // None of them is awaited by anything that is not cancelled here as well.
  const told = await end(
    tx,
    waiting.map((task) => ({ task: { ...task, is_awaited: false }, outcome: 'cancelled' as const, cause })),
  );
  const running = tasks.filter((task) => task.status === 'leased' && !task.cancel_requested);
  await mutateLast(tx, [...told, ...(await askToStop(tx, running, 'cancelled'))]);
}
