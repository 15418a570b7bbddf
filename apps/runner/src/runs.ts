import { Injectable } from '@nestjs/common';
import {
  type Blob,
  type PlanDecided,
  type Run,
  runCancelRequested,
  runFinished,
  runRequested,
  type RunRequested,
  type RunsHoldsInput,
  type RunsHoldsOutput,
  type RunsListInput,
  type RunsListOutput,
  type RunsLogsInput,
  type RunsLogsOutput,
  type RunsLookInput,
  type RunsOperateInput,
  type TaskClaimed,
  type TaskFinished,
  plansStages,
} from '@headgate/contracts';
import { Blobs, type Call, Clients, Database, Failure, fitting, keyOf, mutate, pageOf, type Tx } from '@headgate/kit';
import { v7 as uuidv7 } from 'uuid';
import { findRun, hasEnded, runColumns, type RunState, shownRun } from './run.ts';
import { resumable } from './resumption.ts';
import { type LineRow, shownLine, underway } from './run-progress.ts';

/** What wakes nobody (a commit of another replica) is found this often. */
const pollMs = 1000;

/** A run's file list and end, as the worker reports it. */
interface Result {
  readonly artifacts?: Run['artifacts'];
}

@Injectable()
export class Runs {
  constructor(
    private readonly database: Database,
    private readonly clients: Clients,
    private readonly blobs: Blobs,
  ) {}

  /** A decided plan becomes one run. */
  async start(decided: PlanDecided, tx: Tx): Promise<void> {
    if (decided.verdict !== 'allow' || !decided.revision) return;
    const { project, environment, plan, document, revision } = decided;
    const [known] = await tx.query('select 1 from run where plan_id = $1', [plan]);
    if (known) return;
    const { stages, plannedAt } = await this.clients.call(
      plansStages,
      { plan },
      { ...tx.call, actor: { kind: 'service', id: 'runner' } },
    );
    const requestedBy = decided.by;
    const from = { kind: 'plan' as const, plan, document, revision, stages, plannedAt };
    await this.request(tx, { project, environment, ...from, requestedBy });
  }

  /** Runs one macro, on the newest revision unless another one is named. */
  operate({ project, environment, revision, macro, args }: RunsOperateInput, call: Call): Promise<Run> {
    const command = ['run-operation', macro, ...(args ? ['--args', JSON.stringify(args)] : [])];
    return this.requestAlone({ project, environment }, command, call, revision);
  }

  /** Asks the warehouse how new the data of the sources is. */
  look({ project, environment }: RunsLookInput, call: Call): Promise<Run> {
    return this.requestAlone({ project, environment }, ['source', 'freshness'], call);
  }

  /** One command of dbt that belongs to no plan. */
  private requestAlone(
    { project, environment }: RunsLookInput,
    command: string[],
    call: Call,
    revision?: string,
  ): Promise<Run> {
    return this.database.write(call, async (tx) => {
      const [newest] = await tx.query<{ revision: string }>(
        `select revision from revision where project = $1 and environment = $2 and ($3::text is null or revision = $3) order by created_at desc limit 1`,
        [project, environment, revision ?? null],
      );
      if (!newest)
        throw new Failure('precondition.missing', {
          detail: `${project}/${environment} has no ${revision ? `revision ${revision}` : 'project files'}`,
          hint: 'headgate ingest --project DIR brings them',
        });
      const what = { kind: 'operation', revision: newest.revision } as const;
      return this.request(tx, { project, environment, ...what, stages: [{ command }], requestedBy: call.actor.id });
    });
  }

  /**
   * One more run of the same plan and files, for one that failed, was cancelled, or lost its workers. Where it begins is
   * decided when it does, from what stands then.
   */
  resume(id: string, call: Call): Promise<Run> {
    return this.database.write(call, async (tx) => {
      const found = await resumable(tx, id);
      if ('known' in found) return found.known;
      const { project, environment, kind, plan_id, document, revision, stages, planned_at } = found.run;
      return this.request(tx, {
        ...{ project, environment, kind, revision, stages, origin: id, requestedBy: call.actor.id },
        ...(plan_id && { plan: plan_id }),
        ...(document && { document }),
        ...(planned_at && { plannedAt: planned_at.toISOString() }),
      });
    });
  }

  /** Writes the run and asks for it, in the caller's transaction. */
  async request(
    tx: Tx,
    run: Pick<RunRequested, 'project' | 'environment' | 'kind' | 'plan' | 'revision' | 'stages' | 'origin'> & {
      document?: string;
      plannedAt?: string;
      requestedBy: string;
    },
  ): Promise<Run> {
    const { project, environment, kind, plan, revision, stages, document, plannedAt, origin, requestedBy } = run;
    const id = uuidv7();
    await tx.query(
      `insert into run (org_id, id, project, environment, kind, plan_id, document, revision, stages, requested_by, origin_id, planned_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        ...[tx.org, id, project, environment, kind, plan ?? null, document ?? null, revision, JSON.stringify(stages)],
        ...[requestedBy, origin ?? null, plannedAt ?? null],
      ],
    );
    if (kind === 'plan') await sayWhoIsFirst(tx, { id, project, environment });
    // A DuckDB file has one writer; a parse opens no database, so it need not wait for a build.
    const concurrencyKey = `${project}/${environment}${kind === 'parse' ? ' parse' : ''}`;
    await mutate(tx, runRequested, {
      project,
      environment,
      run: id,
      kind,
      revision,
      concurrencyKey,
      stages,
      ...(plan && { plan }),
      ...(origin && { origin }),
    });
    return shownRun(await findRun(tx, id));
  }

  async claimed({ run, attempt }: TaskClaimed, tx: Tx): Promise<void> {
    await tx.query(
      `update run set status = 'running', attempt = $2, started_at = coalesce(started_at, now()) where id = $1 and status in ('requested', 'running')`,
      [run, attempt],
    );
  }

  async finished({ run: id, attempt, outcome, result, cause }: TaskFinished, tx: Tx): Promise<void> {
    const [known] = await tx.query('select 1 from run where id = $1 for update', [id]);
    if (!known) return;
    const run = await findRun(tx, id);
    if (hasEnded(run)) return;
    const artifacts = (result as Result).artifacts ?? [];
    await tx.query(
      `update run set status = $2, attempt = $3, reason = $4, artifacts = $5, finished_at = now(), started_at = coalesce(started_at, now()) where id = $1`,
      [id, outcome, attempt, cause ?? null, JSON.stringify(artifacts)],
    );
    const { project, environment, kind, plan_id: plan, document, revision, origin_id: origin } = run;
    await markInterrupted(tx, id);
    await mutate(tx, runFinished, {
      ...{ project, environment, run: id, kind, outcome, revision, attempt, artifacts },
      ...(plan && { plan }),
      ...(document && { document }),
      ...(origin && { origin }),
      ...(cause && { reason: cause }),
    });
  }

  /** With `wait`, holds until the run has ended or the time is up. */
  async get(id: string, wait: number, call: Call): Promise<Run> {
    const until = Date.now() + wait * 1000;
    for (;;) {
      const committed = this.database.nextCommit(Math.min(pollMs, until - Date.now()));
      const run = await this.database.read(call, (tx) => findRun(tx, id));
      if (hasEnded(run) || Date.now() >= until) return shownRun(run);
      await committed;
    }
  }

  list({ project, environment, status, kind, cursor, limit = 50 }: RunsListInput, call: Call): Promise<RunsListOutput> {
    return this.database.read(call, async (tx) => {
      const [at, id] = keyOf(cursor, 2) ?? [];
      const rows = await tx.query<RunState>(
        `select ${runColumns} from run r where project = $1 and environment = $2 and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
           and ($6::text is null or status = $6) and ($7::text is null or kind = $7)
         order by created_at desc, id desc limit $5`,
        [project, environment, at ?? null, id ?? null, limit + 1, status ?? null, kind ?? null],
      );
      return pageOf(rows, limit, (row) => [row.key_at, row.id], shownRun);
    });
  }

  /** Lines after a number, or the last before one; with `wait`, holds until there is one, or the run has ended. */
  async logs({ wait = 0, ...wanted }: RunsLogsInput, call: Call): Promise<RunsLogsOutput> {
    const until = Date.now() + wait * 1000;
    for (;;) {
      const committed = this.database.nextCommit(Math.min(pollMs, until - Date.now()));
      const answer = await this.database.read(call, (tx) => linesOf(tx, wanted));
      if (answer.items.length > 0 || answer.ended || Date.now() >= until) return answer;
      await committed;
    }
  }

  async artifact(id: string, name: string, call: Call): Promise<Blob> {
    const run = await this.database.read(call, (tx) => findRun(tx, id));
    const found = run.artifacts.find((artifact) => artifact.name === name);
    const has = run.artifacts.map((artifact) => artifact.name).join(', ') || 'nothing';
    if (!found)
      throw new Failure('not-found', { detail: `this run left no ${name}`, where: '/name', hint: `it left ${has}` });
    return { blob: found.blob, bytes: await this.blobs.size(call.org, found.blob) };
  }

  /** Which of these runs left or execute, that are newer or have not ended. */
  holds({ digests, days }: RunsHoldsInput, call: Call): Promise<RunsHoldsOutput> {
    return this.database.read(call, async (tx) => {
      const rows = await tx.query<{ digest: string }>(
        `select distinct digest from run cross join lateral (
           select document union all select revision union all select a ->> 'blob' from jsonb_array_elements(artifacts) a) held (digest)
         where (created_at > now() - make_interval(days => $2) or finished_at is null) and digest = any ($1)`,
        [digests, days],
      );
      return { held: rows.map(({ digest }) => digest) };
    });
  }

  cancel(id: string, call: Call): Promise<Run> {
    return this.database.write(call, async (tx) => {
      const run = await findRun(tx, id);
      if (hasEnded(run) || run.cancel_requested) return shownRun(run);
      await tx.query('update run set cancel_requested = true where id = $1', [id]);
      await mutate(tx, runCancelRequested, { project: run.project, environment: run.environment, run: id });
      return shownRun(await findRun(tx, id));
    });
  }

  ofPlan(plan: string, call: Call): Promise<{ run?: Run }> {
    return this.database.read(call, async (tx) => {
      const [run] = await tx.query<RunState>(
        `select ${runColumns} from run r where plan_id = $1 and origin_id is null`,
        [plan],
      );
      return run ? { run: shownRun(run) } : {};
    });
  }
}

/** Runs of an environment take turns: whoever follows this one reads at once what it waits for. */
async function sayWhoIsFirst(tx: Tx, of: Pick<RunState, 'id' | 'project' | 'environment'>): Promise<void> {
  await tx.query(
    `insert into run_log (org_id, run_id, at, attempt, level, event, text)
     select org_id, $1, now(), 0, 'info', 'Waits', 'waits for run ' || id || ', which came first' from run
     where project = $2 and environment = $3 and kind = 'plan' and status in ('requested', 'running') and id <> $1
     order by created_at desc limit 1`,
    [of.id, of.project, of.environment],
  );
}

/** Nodes that an attempt had begun when it was cut off are not begun any more; how they ended nobody knows. */
async function markInterrupted(tx: Tx, run: string): Promise<void> {
  const cut = [run, underway];
  await tx.query(`update run_node set status = 'interrupted' where run_id = $1 and status = any ($2)`, cut);
  await tx.query(`update node_state set status = 'interrupted' where run_id = $1 and status = any ($2)`, cut);
}

/** As many as travel in one message. `ended`: no more will come after these. */
async function linesOf(tx: Tx, { run, after = 0, before, node, limit = 500 }: RunsLogsInput): Promise<RunsLogsOutput> {
  // The state first: a line written after it was read is then never missed at the end.
  const ended = hasEnded(await findRun(tx, run));
  const isBackwards = before !== undefined;
  const rows = await tx.query<LineRow>(
    `select * from run_log where run_id = $1 and seq > $2 and ($3::bigint is null or seq < $3)
       and ($4::text is null or node = $4) order by seq ${isBackwards ? 'desc' : 'asc'} limit $5`,
    [run, after, before ?? null, node ?? null, limit],
  );
  const lines = fitting(rows, ({ text }) => text);
  const isAll = lines.length < limit && lines.length === rows.length;
  const items = (isBackwards ? lines.toReversed() : lines).map(shownLine);
  return { items, ended: ended && (isBackwards || isAll) };
}
