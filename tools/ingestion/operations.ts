import { ingestsCreate, sha256 } from '@headgate/contracts';
import { ingestion } from '@headgate/ingestion';
import { planner } from '@headgate/planner';
import { runner } from '@headgate/runner';
import { type Asker, asker, crashingAt, type Stack, startStack } from '@headgate/testing';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../random.ts';
import { IndexCheck } from './index-check.ts';
import { edited, manifestOf, type Project } from './project.ts';

/** One environment of one organization, and what was delivered to it, newest last. */
interface Place {
  readonly org: string;
  readonly environment: string;
  readonly past: Project[];
}

/** What happened, by kind: that it did happen is part of the proof. */
export type Tally = Record<'delivered' | 'crashed' | 'aged' | 'held' | 'removed' | 'checked', number>;

const orgs = ['0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a', '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0b'];
/** Every transaction that changes what an environment shows takes this lock, and no other. */
const lock = 'pg_advisory_xact_lock';

/**
 * Random operations on a real stack: deliveries of edited, equal and former projects, crashes at any statement, snapshots
 * and files that become old, plans that hold some of them; what is old is removed beside all that. The order is the seed's.
 */
export async function randomOperations(count: number, seed: number): Promise<Tally> {
  const gateway = asker();
  const retention = { days: 1, graceMs: 0, everyMs: 100 };
  const stack = await startStack([ingestion, planner, runner, gateway.service], { retention, logLevel: 'silent' });
  try {
    return await new Operations(stack, gateway, new Random(seed)).run(count);
  } finally {
    await stack.stop();
  }
}

class Operations {
  private readonly tally: Tally = { delivered: 0, crashed: 0, aged: 0, held: 0, removed: 0, checked: 0 };
  private readonly places = orgs.flatMap((org) =>
    ['dev', 'prod'].map((environment): Place => ({ org, environment, past: [new Map()] })),
  );
  private readonly check: IndexCheck;

  constructor(
    private readonly stack: Stack,
    private readonly gateway: Asker,
    private readonly random: Random,
  ) {
    this.check = new IndexCheck(stack, gateway.blobs);
  }

  async run(count: number): Promise<Tally> {
    for (const place of this.places) await this.deliver(place, edited(new Map(), this.random));
    for (let i = 0; i < count; i++) {
      await this.one(this.random.pick(this.places));
      if (i % 25 === 24) await this.everythingAgrees();
    }
    await this.settled();
    await this.everythingAgrees();
    await this.check.nothingSuperfluous();
    for (const place of this.places) await this.likeFresh(place);
    const [row] = await this.stack.sql<{ n: string }>(
      `select count(*) as n from graph.outbox where type = 'snapshot.expired'`,
    );
    this.tally.removed = Number(row!.n);
    return this.tally;
  }

  private async one(place: Place): Promise<void> {
    const { random } = this;
    const now = place.past.at(-1)!;
    const next = random.chance(0.7) ? edited(now, random) : random.chance(0.5) ? now : random.pick(place.past);
    const what = random.next();
    if (what < 0.6) await this.deliver(place, next);
    else if (what < 0.8) await this.crash(place, next);
    else if (what < 0.85) await this.hold(place);
    else await this.age(place);
  }

  /** Bytes may be removed as unused between the two requests: then they are sent again, as a client would. */
  private async deliver({ org, environment, past }: Place, project: Project): Promise<void> {
    for (;;) {
      const blob = await this.gateway.blobs.put(org, manifestOf(project));
      const input = { project: 'p', environment, artifacts: [{ name: 'manifest.json', blob }] };
      const failure = await this.gateway.ask(ingestsCreate, input, org).then(
        () => undefined,
        (error: Error & { code?: string }) => error,
      );
      if (failure && failure.code !== 'blob.missing') throw failure;
      if (!failure) break;
    }
    past.push(project);
    this.tally.delivered++;
  }

  /** A delivery, or a removal beside it, loses its connection; what is shown is then the old or the new. */
  private async crash(place: Place, project: Project): Promise<void> {
    const { past } = place;
    const was = past.at(-1)!;
    if (await crashingAt(lock, this.random.int(16), () => this.deliver(place, project))) this.tally.crashed++;
    if (past.at(-1) !== was) return;
    const [head] = await this.stack.sql<{ manifest: string }>(
      'select manifest from graph.environment_head where org_id = $1 and environment = $2',
      [place.org, place.environment],
    );
    const [old, fresh] = [was, project].map((one) => sha256(manifestOf(one)));
    if (head?.manifest === fresh) past.push(project);
    else if (head && head.manifest !== old) throw new Error(`${place.environment} shows neither the old nor the new`);
  }

  /** Some of a place's snapshots and files become two days old; now and then the next operation waits until they are gone. */
  private async age({ org, environment }: Place): Promise<void> {
    const one = this.random.int(3);
    for (const [table, key] of [
      ['graph_snapshot', 'seq'],
      ['artifact', 'length(name) + bytes'],
    ] as const)
      await this.asAdministrator(
        `update graph.${table} set created_at = now() - interval '2 days' where org_id = '${org}' and environment = '${environment}' and (${key}) % 3 <> ${one}`,
      );
    this.tally.aged++;
    if (this.random.chance(0.3)) await this.settled();
  }

  /** A plan names one of the snapshots, so it stays. */
  private async hold({ org, environment }: Place): Promise<void> {
    const rows = await this.stack.sql<{ seq: string; snapshot: string; manifest: string }>(
      'select seq, snapshot, manifest from graph.graph_snapshot where org_id = $1 and environment = $2 order by seq',
      [org, environment],
    );
    const { snapshot, manifest } = this.random.pick(rows);
    const none = sha256('none');
    await this.asAdministrator(
      `insert into planner.plan (org_id, id, project, environment, document, snapshot, manifest, state, run, skip, partial, stages, created_by)
       values ('${org}', '${randomUUID()}', 'p', '${environment}', '${none}', '${snapshot}', '${manifest}', '${none}', 0, 0, 0, '[]', 'ada')`,
      'planner',
    );
    // A removal may have asked just before; only what is there after the next one is held for good.
    await this.settled();
    const [left] = await this.stack.sql('select 1 from graph.graph_snapshot where org_id = $1 and snapshot = $2', [
      org,
      snapshot,
    ]);
    if (left) this.check.mustStay(org, snapshot, manifest);
    this.tally.held++;
  }

  private async asAdministrator(change: string, schema = 'graph'): Promise<void> {
    await this.stack.sql(
      `begin; set local search_path = ${schema}, public; ${change}; select set_config('app.leaf', pg_current_xact_id()::text, true); commit`,
    );
  }

  /** Until nothing is old that could go, and no bytes wait to be removed. */
  private async settled(): Promise<void> {
    for (let wait = 0; wait < 600; wait++) {
      if (await this.check.isSettled()) return;
      await sleep(50);
    }
    throw new Error('what is old is still there after half a minute');
  }

  private async everythingAgrees(): Promise<void> {
    for (const { org, environment } of this.places) await this.check.agrees(org, environment);
    this.tally.checked++;
  }

  /** The index says of the newest snapshot what a first ingestion of the same project says. */
  private async likeFresh({ org, environment, past }: Place): Promise<void> {
    const fresh = { org, environment: `fresh-${environment}`, past: [] };
    await this.deliver(fresh, past.at(-1)!);
    await this.check.sameRows(org, environment, fresh.environment);
  }
}
