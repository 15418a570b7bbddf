// A small project in several environments, which a test uploads, plans and runs.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Plan, type PlansEntriesOutput, type Run, sha256, type Snapshot } from '@headgate/contracts';
import type { Service } from '@headgate/kit';
import { pack } from 'tar-stream';
import { startStack, type Stack } from './stack.ts';

const table = "{{ config(materialized='table') }}\n";
/** A view over a seed, an ephemeral model over that, and tables over both. */
const files: Readonly<Record<string, string>> = {
  'dbt_project.yml': "name: shop\nversion: '1.0'\nprofile: shop\n",
  'seeds/items.csv': 'id,price\n1,10\n2,20\n',
  'models/staged.sql': "select id, price from {{ ref('items') }}",
  'models/dear.sql': "{{ config(materialized='ephemeral') }}\nselect * from {{ ref('staged') }} where price > 10",
  'models/total.sql': `${table}select s.id, s.price, d.id is not null as dear from {{ ref('staged') }} s left join {{ ref('dear') }} d using (id)`,
  'models/report.sql': `${table}select sum(price) as price, count(*) filter (where dear) as dear from {{ ref('total') }}`,
};

export class Shop {
  static readonly files = files;

  private constructor(readonly stack: Stack) {}

  static async open(services: Service[], ...environments: string[]): Promise<Shop> {
    const shop = new Shop(await startStack(services));
    await shop.post('/api/v1/projects', { project: 'shop' });
    for (const environment of environments) await shop.post('/api/v1/projects/shop/environments', { environment });
    return shop;
  }

  at(environment: string): string {
    return `/api/v1/projects/shop/environments/${environment}`;
  }

  async http<T>(method: string, path: string, body?: unknown, token?: string): Promise<T> {
    return (await this.stack.http<T>(method, path, body, token === undefined ? {} : { token })).body;
  }

  get<T>(path: string, token?: string): Promise<T> {
    return this.http<T>('GET', path, undefined, token);
  }

  post<T>(path: string, body: object = {}, token?: string): Promise<T> {
    return this.http<T>('POST', path, body, token);
  }

  /** A file as it is, without anybody reading it as JSON. */
  async bytes(path: string): Promise<Buffer> {
    const headers = { authorization: `Bearer ${this.stack.host.bootstrap.token}` };
    return Buffer.from(await (await fetch(`${this.stack.serving.url}${path}`, { headers })).arrayBuffer());
  }

  /** Uploads the project with some files changed, and waits until its graph is there. */
  async ingest(environment: string, edits: Readonly<Record<string, string>> = {}): Promise<void> {
    const tar = pack();
    for (const [name, text] of Object.entries({ ...files, ...edits })) tar.entry({ name, mtime: new Date(0) }, text);
    tar.finalize();
    const bytes = await new Response(tar as unknown as ReadableStream).arrayBuffer();
    const blob = sha256(Buffer.from(bytes));
    await this.http('PUT', `/api/v1/blobs/${blob}`, bytes);
    const sent = await this.post<{ run: string; revision: string }>(`${this.at(environment)}/revisions`, { blob });
    if (!sent.run) throw new Error(`the project was not taken: ${JSON.stringify(sent)}`);
    succeeded(await this.ended(sent.run));
    // The graph follows the run by an event.
    while ((await this.get<Snapshot>(`${this.at(environment)}/snapshots/latest`)).revision !== sent.revision);
  }

  async ended(id: string): Promise<Run> {
    for (;;) {
      const run = await this.get<Run>(`/api/v1/runs/${id}?wait=20`);
      if (run.finishedAt) return run;
    }
  }

  plan(environment: string, wanted: object = {}): Promise<Plan> {
    return this.post<Plan>(`${this.at(environment)}/plans`, wanted);
  }

  /** Runs a plan, and waits until the environment's state has followed. */
  async execute(plan: Plan): Promise<Run> {
    await this.post(`/api/v1/plans/${plan.id}/confirm`);
    for (;;) {
      const { run } = await this.get<{ run?: Run }>(`/api/v1/plans/${plan.id}/run`);
      if (!run) continue;
      const end = await this.ended(run.id);
      while ((await this.plan(plan.environment)).state === plan.state);
      return end;
    }
  }

  async runAll(environment: string): Promise<void> {
    succeeded(await this.execute(await this.plan(environment)));
  }

  async verdicts(plan: Plan): Promise<Record<string, string>> {
    const { items } = await this.get<PlansEntriesOutput>(`/api/v1/plans/${plan.id}/entries`);
    return Object.fromEntries(items.map(({ id, verdict }) => [id.split('.').at(-1), verdict]));
  }

  /** What a query over an environment's DuckDB file gives; nobody may be writing. */
  rows(environment: string, sql: string): unknown {
    const environments = join(this.stack.host.stateDir, 'environments');
    const file = join(environments, readdirSync(environments)[0]!, 'shop', environment, 'shop.duckdb');
    const code =
      'import duckdb, json, sys; print(json.dumps(duckdb.connect(sys.argv[1], read_only=True).execute(sys.argv[2]).fetchall()))';
    const python = join(this.stack.host.runner.python, 'bin/python');
    return JSON.parse(execFileSync(python, ['-c', code, file, sql], { encoding: 'utf8' }));
  }
}

function succeeded({ status, reason }: Run): void {
  if (status !== 'succeeded') throw new Error(`the run ${status}: ${reason}`);
}
