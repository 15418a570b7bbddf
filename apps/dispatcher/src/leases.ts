import { Inject, Injectable } from '@nestjs/common';
import type {
  TasksCompleteInput,
  TasksCompleteOutput,
  TasksHeartbeatInput,
  TasksHeartbeatOutput,
  TasksReleaseInput,
  TasksReleaseOutput,
} from '@headgate/contracts';
import {
  type Call,
  type Change,
  CONFIG,
  type Config,
  Database,
  type Failure,
  Infra,
  mutateLast,
  type Tx,
} from '@headgate/kit';
import { takeAll } from './claims.ts';
import { again, end, type End, queuedAgain, type Retry } from './ends.ts';
import { endHeld, NotHeld } from './held-ends.ts';
import { Coalescer, grouped, Lanes } from './coalescer.ts';
import { type Committing, commitOutputs, judge } from './outputs.ts';
import { Parts } from './parts.ts';
import { Queue } from './queue.ts';
import { backoff, leaseMsOf } from './pace.ts';
import { lock, type TaskState } from './task-state.ts';

interface Report {
  readonly input: TasksCompleteInput;
  readonly call: Call;
  /** What is wrong with its outputs, should it still hold its task. */
  readonly wrong?: Failure | undefined;
}

/** What workers say of the tasks they hold. Whoever no longer holds one is told so, and changes nothing. */
@Injectable()
export class Leases {
  private readonly beats = new Coalescer((beats: TasksHeartbeatInput[]) => this.extend(beats), { loops: 1, most: 500 });
  private readonly reports = new Lanes((reports: Report[], call) => this.commit(reports, call), 100);

  constructor(
    private readonly database: Database,
    private readonly infra: Infra,
    private readonly queue: Queue,
    private readonly parts: Parts,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Extends what a worker still holds; an expired lease is not revived. */
  heartbeat(input: TasksHeartbeatInput): Promise<TasksHeartbeatOutput> {
    return this.beats.ask(input);
  }

  private async extend(beats: TasksHeartbeatInput[]): Promise<TasksHeartbeatOutput[]> {
    const all = beats.flatMap(({ worker, held }) => held.map((lease) => ({ ...lease, worker })));
    const extended = await this.infra.query<{ task_id: string; attempt: number; worker: string; cancel: boolean }>(
      `with h as (select distinct * from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[]) as h(org_id, task_id, attempt, worker)),
       due as (
         select l.org_id, l.task_id from task_lease l join h using (org_id, task_id, attempt, worker)
         where l.until > now() order by l.org_id, l.task_id for update of l)
       update task_lease l set until = now() + $5 * interval '1 millisecond'
       from due d join task t on t.org_id = d.org_id and t.id = d.task_id
       where l.org_id = d.org_id and l.task_id = d.task_id
       returning l.task_id, l.attempt, l.worker, t.cancel_requested as cancel`,
      [
        ...[all.map(({ org }) => org), all.map(({ task }) => task), all.map(({ attempt }) => attempt)],
        ...[all.map(({ worker }) => worker), leaseMsOf(this.config)],
      ],
    );
    const keyOf = (task: string, attempt: number, worker: string) => `${task} ${attempt} ${worker}`;
    const kept = new Map(extended.map((row) => [keyOf(row.task_id, row.attempt, row.worker), row.cancel]));
    return beats.map(({ worker, held }) => {
      const stateOf = ({ task, attempt }: (typeof held)[0]) => kept.get(keyOf(task, attempt, worker));
      const tasks = (state: boolean | undefined) =>
        held.filter((lease) => stateOf(lease) === state).map(({ task }) => task);
      return { lost: tasks(undefined), cancel: tasks(true) };
    });
  }

  /** Commits an attempt's outcome, once: a late or repeated attempt is told what stands instead. */
  async complete(input: TasksCompleteInput, call: Call): Promise<TasksCompleteOutput> {
    judge(input);
    const wrong = input.outputs?.length ? await this.parts.seal(input, call) : undefined;
    return this.reports.ask({ input, call: { ...call, org: input.org }, wrong });
  }

  private async commit(reports: Report[], call: Call): Promise<TasksCompleteOutput[]> {
    try {
      if (areEnds(reports)) return await this.endAll(reports, call);
    } catch (error) {
      if (!(error instanceof NotHeld)) throw error;
    }
    const answers = await this.database.write(call, (tx) => this.commitIn(tx, reports));
    return reports.map((report) => answers.get(report)!);
  }

  /** Ends what is held, and leases what comes next to those who asked for it, with one commit. */
  private async endAll(reports: readonly Report[], call: Call): Promise<TasksCompleteOutput[]> {
    const taking = reports.flatMap(({ input: { task, worker, next } }) =>
      next ? { task, worker, operators: next } : [],
    );
    const picked = taking.length > 0 ? await this.queue.pick(call.org, taking) : [];
    const asked = picked.map(({ taking: { worker }, candidate }) => ({ worker, candidate }));
    const inputs = reports.map(({ input }) => input);
    try {
      const leased = await this.database.write(call, async (tx) => {
        const [ended, taken] = await Promise.all([endHeld(tx, inputs), takeAll(tx, asked, leaseMsOf(this.config))]);
        await mutateLast(tx, [...ended, ...taken.map(({ told }) => told)]);
        return taken;
      });
      const leases = new Map(leased.map(({ task, lease }) => [task, lease]));
      const nextOf = new Map(picked.map(({ taking: { task }, candidate }) => [task, leases.get(candidate.id)]));
      return inputs.map(({ task, outcome }) => {
        const next = nextOf.get(task);
        return { committed: true, status: outcome, ...(next && { next }) };
      });
    } finally {
      this.queue.settle(picked);
    }
  }

  /** Of several reports on one task the first counts, as if they had come one after another. */
  private async commitIn(tx: Tx, reports: Report[]): Promise<Map<Report, TasksCompleteOutput>> {
    const tasks = await lock(tx, [...new Set(reports.map(({ input }) => input.task))]);
    const answers = new Map<Report, TasksCompleteOutput>();
    const [ends, retries, late, committing] = [[] as End[], [] as Retry[], [] as Report[], [] as Committing[]];
    const taken = new Set<string>();
    for (const report of reports) {
      const { task: id, attempt, worker, outcome, result, cause, retry } = report.input;
      const task = tasks.get(id);
      if (!task || taken.has(id) || !isHeldBy(task, attempt, worker)) {
        late.push(report);
        continue;
      }
      if (report.wrong) throw report.wrong;
      taken.add(id);
      if (report.input.outputs) committing.push({ task, outputs: report.input.outputs });
      const isTried = outcome === 'failed' && retry && attempt < task.max_attempts && !task.cancel_requested;
      if (isTried) retries.push({ task, tried: 'failed', ...(cause && { cause }), afterMs: backoff(task) });
      else
        ends.push({
          task,
          outcome,
          result,
          cause,
          isDead: outcome === 'failed' && retry === true && !task.cancel_requested,
        });
      answers.set(report, { committed: true, status: isTried ? 'queued' : outcome });
    }
    const told: Change[] = await end(tx, ends);
    await again(tx, retries);
    if (committing.length > 0) told.push(...(await commitOutputs(tx, committing)));
    for (const report of late) answers.set(report, await standing(tx, report.input));
    await mutateLast(tx, [...told, ...retries.map(({ task }) => queuedAgain(task))]);
    return answers;
  }

  /** Takes back what a worker that is being stopped cannot finish, for another one to begin at once. */
  async release({ worker, held }: TasksReleaseInput, call: Call): Promise<TasksReleaseOutput> {
    // First of all, or the question that it still has open would be answered with its own tasks.
    this.queue.dismiss(worker);
    const released: string[] = [];
    for (const [org, leases] of grouped(held, (lease) => lease.org)) {
      const attempts = new Map(leases.map(({ task, attempt }) => [task, attempt]));
      await this.database.write({ ...call, org }, async (tx) => {
        const tasks = [...(await lock(tx, [...attempts.keys()])).values()];
        const own = tasks.filter((task) => isHeldBy(task, attempts.get(task.id)!, worker));
        const unwanted = own.filter((task) => task.cancel_requested);
        const wanted = own.filter((task) => !task.cancel_requested);
        const cause = 'cancelled while its worker was being stopped';
        const told = await end(
          tx,
          unwanted.map((task) => ({ task, outcome: 'cancelled' as const, cause })),
        );
        await again(
          tx,
          wanted.map((task) => ({ task, tried: 'released' as const, isFree: true })),
        );
        await mutateLast(tx, [...told, ...wanted.map(queuedAgain)]);
        released.push(...own.map(({ id }) => id));
      });
    }
    return { released };
  }
}

/** Whether these reports are of one task each, and ask for nothing but its end. */
const areEnds = (reports: readonly Report[]): boolean =>
  new Set(reports.map(({ input }) => input.task)).size === reports.length &&
  reports.every(({ input, wrong }) => !wrong && !input.outputs && (input.outcome !== 'failed' || input.retry !== true));

/** What is so without this report. Its repeat is confirmed; a reaped attempt that reports its failure late is not. */
async function standing(tx: Tx, report: TasksCompleteInput): Promise<TasksCompleteOutput> {
  const { task, attempt, worker, outcome, result } = report;
  const [row] = await tx.query<{ status: string; committed: boolean | null }>(
    `select t.status, a.attempt = $3 and a.worker = $4 and a.outcome = $5 and t.status = $5 and t.result = $6 as committed
     from task t left join task_attempt a on a.org_id = t.org_id and a.task_id = t.id and a.attempt = t.attempt
     where t.org_id = $1 and t.id = $2`,
    [tx.org, task, attempt, worker, outcome, JSON.stringify(result)],
  );
  return { committed: row?.committed ?? false, status: row?.status ?? 'unknown' };
}

const isHeldBy = (task: TaskState, attempt: number, worker: string): boolean =>
  task.status === 'leased' && task.attempt === attempt && task.worker === worker && !task.expired;
