import { Injectable } from '@nestjs/common';
import {
  type Blob,
  type Plan,
  planDecided,
  planProposed,
  type PlansHoldsInput,
  type PlansHoldsOutput,
  type PlansListInput,
  type PlansListOutput,
  type PlansProposeInput,
  type PlansStagesOutput,
  type Snapshot,
} from '@headgate/contracts';
import {
  Blobs,
  type Call,
  type Change,
  change,
  Database,
  Failure,
  keyOf,
  mutateAll,
  pageOf,
  type Tx,
} from '@headgate/kit';
import { type ExecutionPlan, type PlanDefer, versionsSince } from '@headgate/plans';
import { v7 as uuidv7 } from 'uuid';
import { Deferrals } from './deferrals.ts';
import { keptStages, propose } from './proposal.ts';
import { confirmFire } from './schedules/fires.ts';
import { Selectable } from './selectable.ts';
import { readerOfSql } from './sql.ts';
import { SourceVersions } from './source-versions.ts';
import { States } from './states.ts';

interface Row {
  id: string;
  project: string;
  environment: string;
  document: string;
  snapshot: string;
  manifest: string;
  state: string;
  revision: string | null;
  status: Plan['status'];
  decided_by: string | null;
  run: number;
  skip: number;
  partial: number;
  defer: string | null;
  stages: PlansStagesOutput['stages'];
  created_at: Date;
}

/** A plan that is worked out and not kept yet. */
export interface Draft {
  readonly project: string;
  readonly environment: string;
  readonly document: string;
  readonly snapshot: string;
  readonly manifest: string;
  readonly state: string;
  readonly revision?: string;
  readonly defer?: string;
  readonly counts: Plan['counts'];
  readonly stages: PlansStagesOutput['stages'];
}

@Injectable()
export class Plans {
  constructor(
    private readonly database: Database,
    private readonly blobs: Blobs,
    private readonly selectable: Selectable,
    private readonly states: States,
    private readonly deferrals: Deferrals,
    private readonly sources: SourceVersions,
  ) {}

  /** Works out a plan from the environment's snapshot and state, and keeps it. Nothing runs. */
  async propose(input: PlansProposeInput, call: Call): Promise<Plan> {
    const draft = await this.draft(input, call);
    return this.database.write(call, async (tx) => {
      const { plan, told } = await this.keep(tx, draft);
      await mutateAll(tx, [told]);
      return shown(await find(tx, plan));
    });
  }

  /** Works out a plan; of it only blobs are kept. */
  async draft(input: PlansProposeInput, call: Call): Promise<Draft> {
    const { project, environment } = input;
    if (input.look !== undefined) await this.sources.noteLook(input, input.look, call);
    const { snapshot, manifest: manifestId, revision } = await this.selectable.snapshot(input, input.snapshot, call);
    const { manifest } = await this.selectable.project(call.org, manifestId);
    const {
      state,
      digest: stateDigest,
      looks,
    } = await this.database.read(call, async (tx) => ({
      ...(await this.states.current(tx, input)),
      looks: input.data === 'check' ? await this.sources.newest(tx, input) : [],
    }));
    const print = await readerOfSql(manifest);
    const versions = versionsSince(looks, manifest, state);
    const there = input.defer === undefined ? undefined : await this.deferrals.open(input, input.defer, manifest, call);
    const given = { manifest, manifestId, snapshot, state, versions, ...(print && { print }) };
    const { plan, document, digest, stages } = there
      ? propose(input, { ...given, defer: there.to }, { manifest: there.manifest, now: new Date() })
      : propose(input, given);
    await this.blobs.put(call.org, document);
    const defer = await this.deferrals.ofStages(plan, manifest, call);
    const kept = await keptStages(stages, (bytes) => this.blobs.put(call.org, bytes), defer);
    return {
      ...{ project, environment, document: digest, snapshot, manifest: manifestId, state: stateDigest },
      ...{ counts: plan.header.counts, stages: kept, ...(revision && { revision }) },
      ...(input.defer !== undefined && { defer: input.defer }),
    };
  }

  /** Whether the environment is still in the state that a plan was worked out from. */
  async isCurrent(tx: Tx, draft: Draft): Promise<boolean> {
    return (await this.states.current(tx, draft)).digest === draft.state;
  }

  /** Keeps a plan, in the caller's transaction; the change is for the caller to tell. */
  async keep(tx: Tx, draft: Draft): Promise<{ plan: string; told: Change }> {
    const { project, environment, document, snapshot, manifest, state, revision, stages, defer } = draft;
    const { run, skip, partial } = draft.counts;
    const plan = uuidv7();
    await tx.query(
      `insert into plan (org_id, id, project, environment, document, snapshot, manifest, state, revision, run, skip, partial, stages, created_by, defer)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
      [
        ...[tx.org, plan, project, environment, document, snapshot, manifest, state, revision ?? null],
        ...[run, skip, partial, JSON.stringify(stages), tx.call.actor.id, defer ?? null],
      ],
    );
    const told = change(planProposed, { project, environment, plan, document, snapshot, run, skip, partial });
    return { plan, told };
  }

  /** Lets a plan run, in the caller's transaction; the change is for the caller to tell. `by` is what its run says of its cause. */
  async allow(tx: Tx, plan: string, by: string): Promise<Change> {
    const [row] = await tx.query<Row>(
      `update plan set status = 'allowed', decided_by = $2, decided_at = now() where id = $1 returning *`,
      [plan, by],
    );
    const { project, environment, document, snapshot, revision } = row!;
    return {
      ...change(planDecided, {
        ...{ project, environment, plan, document, verdict: 'allow', by, snapshot },
        ...(revision && { revision }),
      }),
      about: { diff: { status: ['proposed', 'allowed'] } },
    };
  }

  get(plan: string, call: Call): Promise<Plan> {
    return this.database.read(call, async (tx) => shown(await find(tx, plan)));
  }

  list({ project, environment, cursor, limit = 50 }: PlansListInput, call: Call): Promise<PlansListOutput> {
    return this.database.read(call, async (tx) => {
      const [at, id] = keyOf(cursor, 2) ?? [];
      const rows = await tx.query<Row>(
        `select * from plan where project = $1 and environment = $2 and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
         order by created_at desc, id desc limit $5`,
        [project, environment, at ?? null, id ?? null, limit + 1],
      );
      return pageOf(rows, limit, (row) => [row.created_at.toISOString(), row.id], shown);
    });
  }

  /** Which of these the newer plans are made of, or the state of an environment is. */
  holds({ digests, days }: PlansHoldsInput, call: Call): Promise<PlansHoldsOutput> {
    return this.database.read(call, async (tx) => {
      const rows = await tx.query<{ digest: string }>(
        `select digest from plan cross join lateral unnest(array[document, snapshot, manifest, state]) digest
         where created_at > now() - make_interval(days => $2) and digest = any ($1)
         union select state from environment_state where state = any ($1)`,
        [digests, days],
      );
      return { held: rows.map(({ digest }) => digest) };
    });
  }

  /** A file of the plan: its document, or the state it was made from. */
  async file(plan: string, which: 'document' | 'state', call: Call): Promise<Blob> {
    const row = await this.database.read(call, (tx) => find(tx, plan));
    return { blob: row[which], bytes: await this.blobs.size(call.org, row[which]) };
  }

  /** Lets a plan run, unless what it was made from has moved on. The same confirmation twice is one decision. */
  async confirm(plan: string, call: Call): Promise<Plan> {
    const row = await this.database.read(call, (tx) => find(tx, plan));
    if (row.status === 'allowed') return shown(row);
    if (row.defer !== null) await this.deferrals.refuseStranger({ project: row.project, environment: row.defer }, call);
    const latest = await this.selectable.snapshot(row, undefined, call);
    return this.database.write(call, async (tx) => {
      const locked = await find(tx, plan, 'for update');
      if (locked.status === 'allowed') return shown(locked);
      refuseStale(locked, latest, (await this.states.current(tx, locked)).digest);
      const by = `confirmed by ${call.actor.id}`;
      const cause = await confirmFire(tx, plan);
      await mutateAll(tx, [await this.allow(tx, plan, cause ? `${cause}; ${by}` : by)]);
      return shown(await find(tx, plan));
    });
  }

  /** The state of the environment that a plan defers to: a file of that environment. */
  async deferred(plan: string, call: Call): Promise<Blob> {
    const { project, defer, document } = await this.database.read(call, (tx) => find(tx, plan));
    if (defer === null)
      throw new Failure('not-found', { detail: 'this plan reads nothing from another environment', where: '/plan' });
    await this.deferrals.refuseStranger({ project, environment: defer }, call);
    const { header } = JSON.parse((await this.blobs.get(call.org, document)).toString()) as ExecutionPlan;
    const { state } = header.defer!;
    return { blob: state, bytes: await this.blobs.size(call.org, state) };
  }

  /** What a plan reads from another environment, if it may. */
  async defers(plan: string, call: Call): Promise<PlanDefer | undefined> {
    const { defer, document } = await this.database.read(call, (tx) => find(tx, plan));
    if (defer === null) return undefined;
    return (JSON.parse((await this.blobs.get(call.org, document)).toString()) as ExecutionPlan).header.defer;
  }

  /** Which bytes a plan was made of and what came out, by digest. */
  files(plan: string, call: Call): Promise<{ document: string; manifest: string }> {
    return this.database.read(call, (tx) => find(tx, plan));
  }

  /** Whether only some batches of microbatch models were asked for. */
  async isInBatches(plan: string, call: Call): Promise<boolean> {
    const { stages } = await this.stages(plan, call);
    return stages.some(({ command }) => command.includes('--event-time-start'));
  }

  stages(plan: string, call: Call): Promise<PlansStagesOutput> {
    return this.database.read(call, async (tx) => {
      const { document, revision, stages, created_at } = await find(tx, plan);
      return { document, stages, plannedAt: created_at.toISOString(), ...(revision && { revision }) };
    });
  }
}

async function find(tx: Tx, plan: string, lock: '' | 'for update' = ''): Promise<Row> {
  const [row] = await tx.query<Row>(`select * from plan where id = $1 ${lock}`, [plan]);
  if (row) return row;
  throw new Failure('not-found', {
    detail: `there is no plan ${plan}`,
    where: '/plan',
    hint: 'headgate plan makes one',
  });
}

function refuseStale(plan: Row, latest: Snapshot, state: string): void {
  const hint = 'plan again: headgate plan';
  if (plan.run + plan.partial === 0)
    throw new Failure('precondition.missing', {
      detail: 'this plan runs nothing',
      hint: 'there is nothing to confirm',
    });
  if (latest.manifest !== plan.manifest)
    throw new Failure('conflict', { detail: 'the project has changed since this plan was made', hint });
  if (state !== plan.state)
    throw new Failure('conflict', { detail: 'the environment has run something since this plan was made', hint });
  if (!plan.revision) {
    throw new Failure('precondition.missing', {
      detail: 'this plan was made from artifacts alone; there are no project files to run',
      hint: 'headgate ingest --project DIR brings them',
    });
  }
}

const shown = ({
  project,
  environment,
  id,
  document,
  snapshot,
  state,
  status,
  decided_by,
  defer,
  run,
  skip,
  partial,
  created_at,
}: Row): Plan => ({
  project,
  environment,
  id,
  document,
  snapshot,
  state,
  status,
  createdAt: created_at.toISOString(),
  counts: { run, skip, partial },
  total: run + skip + partial,
  ...(decided_by && { by: decided_by }),
  ...(defer !== null && { defer }),
});
