import { randomUUID } from 'node:crypto';
import {
  datasetsRows,
  datasetsShow,
  type DatasetsShowOutput,
  datasetsStage,
  type DatasetsStageInput,
  type DatasetsStageOutput,
  jobsSubmit,
  type Lease,
  tasksClaim,
  tasksComplete,
  type TasksCompleteInput,
  type TasksCompleteOutput,
} from '@headgate/contracts';
import { DatasetWriter } from '@headgate/kit';
import type { Asker } from './asker.ts';

const place = { project: 'jaffle', environment: 'dev' };
const worker = 'w1';
const columns: DatasetsStageInput['columns'] = [
  { name: 'id', type: 'integer' },
  { name: 'note', type: 'text' },
];
type Rows = DatasetsStageInput['rows'];
type Outputs = NonNullable<TasksCompleteInput['outputs']>;

/** One organization, and a worker that puts out datasets for it. Its queue is its own: nobody else claims what is here. */
export class Tenant {
  readonly worker = worker;
  readonly columns = columns;

  constructor(
    /** Askers by the names of runner and gateway. */
    private readonly runner: Pick<Asker, 'ask'>,
    private readonly gateway: Pick<Asker, 'ask'>,
    readonly org: string = randomUUID(),
  ) {}

  async lease(maxAttempts = 3, inputs: { dataset: string; version: number }[] = []): Promise<Lease> {
    const tasks = [{ name: 'a', operator: this.org, spec: {}, maxAttempts, backoffMs: 1, inputs }];
    await this.runner.ask(jobsSubmit, { ...place, key: randomUUID(), tasks }, this.org);
    return this.again();
  }

  async again(): Promise<Lease> {
    const input = { worker, operators: [this.org], max: 1, wait: 20 };
    return (await this.runner.ask(tasksClaim, input, this.org)).leases[0]!;
  }

  stage(
    { org, task, attempt }: Lease,
    dataset: string,
    batch: number,
    rows: Rows,
    more: object = {},
  ): Promise<DatasetsStageOutput> {
    const input = { org, task, attempt, worker, dataset, batch, columns, rows, ...more };
    return this.runner.ask(datasetsStage, input, this.org);
  }

  writer({ org, task, attempt }: Lease, dataset: string): DatasetWriter {
    return new DatasetWriter((batch) => this.runner.ask(datasetsStage, batch, this.org), {
      ...{ org, task, attempt, worker, dataset, columns },
    });
  }

  async staged(lease: Lease, dataset: string, mode: 'replace' | 'append', ids: number[]): Promise<Outputs> {
    const writer = this.writer(lease, dataset);
    for (const id of ids) await writer.add({ id, note: `row ${id}` });
    return [await writer.output(mode)];
  }

  complete(
    { org, task, attempt }: Lease,
    outputs: Outputs,
    outcome: 'succeeded' | 'failed' = 'succeeded',
  ): Promise<TasksCompleteOutput> {
    const input = { org, task, attempt, worker, outcome, result: {}, ...(outputs.length > 0 && { outputs }) };
    return this.runner.ask(tasksComplete, { ...input, ...(outcome === 'failed' && { retry: true }) }, this.org);
  }

  /** A task from beginning to end. */
  async put(dataset: string, mode: 'replace' | 'append', ids: number[]): Promise<void> {
    const lease = await this.lease();
    await this.complete(lease, await this.staged(lease, dataset, mode, ids));
  }

  async ids(dataset: string, version?: number, limit = 200): Promise<number[]> {
    const ids: unknown[] = [];
    let cursor: string | undefined;
    do {
      const input = { ...place, dataset, limit, ...(version && { version }), ...(cursor && { cursor }) };
      const page = await this.gateway.ask(datasetsRows, input, this.org);
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    } while (cursor);
    return ids as number[];
  }

  show(dataset: string): Promise<DatasetsShowOutput> {
    return this.gateway.ask(datasetsShow, { ...place, dataset }, this.org);
  }
}
