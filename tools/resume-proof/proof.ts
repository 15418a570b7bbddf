// Runs of one project that are killed at random moments and gone on with, beside the same runs left alone.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { type Plan, type Run, sha256, type Snapshot } from '@headgate/contracts';
import { dispatcher } from '@headgate/dispatcher';
import { gateway } from '@headgate/gateway';
import { graphRead } from '@headgate/graph-read';
import { identity } from '@headgate/identity';
import { ingestion } from '@headgate/ingestion';
import { planner } from '@headgate/planner';
import { runner } from '@headgate/runner';
import { RunnerProcesses, startStack, type Stack } from '@headgate/testing';
import { pack } from 'tar-stream';
import { Random } from '../random.ts';
import { project } from './project.ts';

export const place = '/api/v1/projects/chain/environments/dev';
const relationsScript = fileURLToPath(new URL('../start/relations.py', import.meta.url));
/** What there is before a run: nothing but the source; or everything built, and more rows in the source since. */
const scenes = ['full', 'incremental'] as const;
type Scene = (typeof scenes)[number];

export class ResumeProof {
  private readonly references = new Map<Scene, unknown>();
  private file = '';
  files: Readonly<Record<string, string>> = project;

  private constructor(
    readonly stack: Stack,
    readonly runners: RunnerProcesses,
  ) {}

  static async start(): Promise<ResumeProof> {
    const stack = await startStack([identity, ingestion, graphRead, planner, dispatcher, gateway]);
    const proof = new ResumeProof(stack, await RunnerProcesses.of(stack, runner));
    await proof.runners.start();
    await proof.post('/api/v1/projects', { project: 'chain' });
    await proof.post('/api/v1/projects/chain/environments', { environment: 'dev' });
    await proof.ingest({});
    const environments = join(stack.host.stateDir, 'environments');
    await proof.land(1000);
    proof.file = join(environments, readdirSync(environments)[0]!, 'chain/dev/chain.duckdb');
    proof.gate('open');
    for (const scene of scenes) {
      if (scene === 'incremental') await proof.land(2000);
      copyFileSync(proof.file, `${proof.file}.${scene}`);
      const run = await proof.ended((await proof.begin(scene)).id);
      expect([run.reason, run.status]).toEqual([undefined, 'succeeded']);
      proof.references.set(scene, proof.relations());
    }
    expect(proof.references.get('full')).not.toEqual(proof.references.get('incremental'));
    return proof;
  }

  async stop(): Promise<void> {
    await this.runners.stop('SIGKILL');
    await this.stack.stop();
  }

  /** By a seed that is told, so that the same faults can be drawn again. */
  async rounds(count: number): Promise<void> {
    const seed = Number(process.env['HEADGATE_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
    const random = new Random(seed);
    const told = [`HEADGATE_SEED=${seed}`];
    try {
      for (let round = 0; round < count; round++) told.push(await this.round(random));
    } finally {
      process.stderr.write(`${told.join('\n  ')}\n`);
    }
  }

  /** Kills the run up to three times, goes on with it each time, and sees that nothing is other than if nobody had. */
  private async round(random: Random): Promise<string> {
    const scene = random.pick(scenes);
    this.restore(scene);
    const told: string[] = [scene];
    let run = await this.begin(scene);
    for (let kills = 1 + random.int(3); kills > 0; kills--) {
      const moment = await this.killAt(run.id, random.int(11), random.int(300));
      if (moment === undefined) break;
      told.push(moment);
      run = await this.ranOn(run.id);
    }
    run = await this.ended(run.id);
    for (; run.status !== 'succeeded'; run = await this.ended(run.id)) {
      expect([run.status, run.reason]).toEqual(['failed', expect.stringContaining('fell silent')]);
      run = await this.resumed(run);
    }
    expect(this.relations()).toEqual(this.references.get(scene));
    await this.builtOnce(run.id);
    await this.isAllBuilt();
    return told.join('; ');
  }

  /** The whole of the project, by a plan that trusts no data. */
  async begin(scene: Scene): Promise<Run> {
    for (;;) {
      const plan = await this.post<Plan>(`${place}/plans`, { data: 'check', fullRefresh: scene === 'full' });
      const run = await this.confirmed(plan);
      if (run) return run;
    }
  }

  /** Undefined when the run before had not been taken into the state yet when the plan was made. */
  async confirmed(plan: Plan): Promise<Run | undefined> {
    const answer = await this.post<{ code?: string }>(`/api/v1/plans/${plan.id}/confirm`);
    if (answer.code === 'conflict') return undefined;
    expect(answer).toMatchObject({ status: 'allowed' });
    for (;;) {
      const { run } = await this.get<{ run?: Run }>(`/api/v1/plans/${plan.id}/run`);
      if (run) return run;
    }
  }

  /** Kills every runner so long after so many nodes were heard of, unless the run has ended before. */
  private async killAt(run: string, nodes: number, delay: number): Promise<string | undefined> {
    const [{ n: before } = { n: 0 }] = await this.count(run);
    for (;;) {
      const [{ n, begun, over } = { n: 0, begun: 0, over: false }] = await this.count(run);
      if (over) return undefined;
      if (begun > 0 && n - before >= nodes) break;
      await sleep(20);
    }
    // No event marks a random moment.
    await sleep(delay);
    await this.runners.stop('SIGKILL');
    return `killed ${delay} ms after ${nodes} more nodes`;
  }

  private count(run: string) {
    return this.stack.sql<{ n: number; begun: number; over: boolean }>(
      `select (select finished_at is not null from runner.run where id = $1) as over,
         (select count(*)::int from runner.run_node where run_id = $1) as n,
         (select count(*)::int from dispatcher.task_lease l join dispatcher.task t on t.id = l.task_id
            join dispatcher.job j on j.id = t.job_id where j.run_id = $1) as begun`,
      [run],
    );
  }

  /** A new runner, and the run in its hands: the next attempt of it, or one that goes on with it. */
  private async ranOn(id: string): Promise<Run> {
    // The dead one's last question may still be open, and be answered with the task.
    await Promise.all([this.runners.start(), sleep(1500)]);
    await this.runners.expireLeases();
    for (;;) {
      const [found] = await this.stack.sql<{ status: string; leased: boolean }>(
        `select t.status, l.until > now() as leased from dispatcher.task t join dispatcher.job j on j.id = t.job_id
           left join dispatcher.task_lease l on l.task_id = t.id where j.run_id = $1`,
        [id],
      );
      if (found?.leased) return this.get<Run>(`/api/v1/runs/${id}`);
      if (found && !['queued', 'leased'].includes(found.status)) break;
      await sleep(50);
    }
    const run = await this.ended(id);
    return run.status === 'succeeded' ? run : this.resumed(run);
  }

  private async resumed(run: Run): Promise<Run> {
    const next = await this.post<Run>(`/api/v1/runs/${run.id}/resume`);
    expect(next).toMatchObject({ origin: run.id, ...(run.plan && { plan: run.plan }) });
    expect(await this.post(`/api/v1/runs/${run.id}/resume`)).toMatchObject({ id: next.id });
    return next;
  }

  /** No node was begun again once its success was known, in any attempt of the run or of those it goes on with. */
  /** The planner has heard of everything, also of what the killed attempts never reported. */
  async isAllBuilt(): Promise<void> {
    let plan = await this.post<Plan>(`${place}/plans`);
    for (let tries = 0; plan.counts.run > 0 && tries < 100; tries++) {
      await sleep(100);
      plan = await this.post<Plan>(`${place}/plans`);
    }
    expect(plan.counts).toEqual({ run: 0, partial: 0, skip: plan.total });
  }

  async builtOnce(run: string): Promise<void> {
    const again = await this.stack.sql(
      `with recursive chain as (
         select id, origin_id from runner.run where id = $1
         union all select r.id, r.origin_id from runner.run r join chain c on r.id = c.origin_id)
       select n.node, n.status, later.status as later from runner.run_node n join chain c on c.id = n.run_id
         join runner.run_node later on later.node = n.node and later.run_id in (select id from chain)
           and (later.run_id, later.attempt) > (n.run_id, n.attempt)
       where n.status in ('success', 'pass', 'warn')`,
      [run],
    );
    expect(again).toEqual([]);
  }

  gate(state: 'open' | 'closed'): void {
    const file = join(dirname(this.file), 'go');
    if (state === 'open') writeFileSync(file, '');
    else rmSync(file, { force: true });
  }

  restore(scene: Scene): void {
    rmSync(`${this.file}.wal`, { force: true });
    copyFileSync(`${this.file}.${scene}`, this.file);
  }

  /** What a query over the warehouse gives; nobody may be writing. */
  rows(sql: string): unknown {
    const python = join(this.stack.host.runner.python, 'bin/python');
    const code =
      'import duckdb, json, sys; print(json.dumps(duckdb.connect(sys.argv[1], read_only=True).execute(sys.argv[2]).fetchall()))';
    return JSON.parse(execFileSync(python, ['-c', code, this.file, sql], { encoding: 'utf8' }));
  }

  private relations(): unknown {
    const python = join(this.stack.host.runner.python, 'bin/python');
    return JSON.parse(execFileSync(python, [relationsScript, this.file], { encoding: 'utf8' }));
  }

  private async land(rows: number): Promise<void> {
    const { id } = await this.post<Run>(`${place}/operations`, { macro: 'land', args: { rows } });
    expect(await this.ended(id)).toMatchObject({ status: 'succeeded' });
  }

  /** The project with these files changed, from now on. */
  async ingest(edits: Readonly<Record<string, string>>): Promise<void> {
    this.files = { ...this.files, ...edits };
    const tar = pack();
    for (const [name, text] of Object.entries(this.files)) tar.entry({ name }, text);
    tar.finalize();
    const bytes = await new Response(tar as unknown as ReadableStream).arrayBuffer();
    const blob = sha256(Buffer.from(bytes));
    await this.http('PUT', `/api/v1/blobs/${blob}`, bytes);
    const { run, revision } = await this.post<{ run: string; revision: string }>(`${place}/revisions`, { blob });
    expect(await this.ended(run)).toMatchObject({ status: 'succeeded' });
    while ((await this.get<Snapshot>(`${place}/snapshots/latest`)).revision !== revision);
  }

  async ended(id: string): Promise<Run> {
    for (;;) {
      const run = await this.get<Run>(`/api/v1/runs/${id}?wait=20`);
      if (run.finishedAt) return run;
    }
  }

  get<T>(path: string): Promise<T> {
    return this.http('GET', path);
  }

  post<T>(path: string, body: object = {}): Promise<T> {
    return this.http('POST', path, body);
  }

  async http<T>(method: string, path: string, body?: unknown): Promise<T> {
    return (await this.stack.http<T>(method, path, body)).body;
  }
}
