import {
  type DatasetsStageInput,
  type DatasetsStageOutput,
  sha256,
  type TasksCompleteInput,
} from '@headgate/contracts';

type Output = NonNullable<TasksCompleteInput['outputs']>[number];
type Row = DatasetsStageInput['rows'][number];

/** Of one batch, which may have 256 kB with all that JSON needs. */
const most = { rows: 5000, bytes: 200_000 };

/** The worker's side of a dataset: rows go out in numbered batches, and the task is completed with what `output` says. */
export class DatasetWriter {
  private waiting: Row[] = [];
  private bytes = 0;
  private readonly digests: string[] = [];
  private rows = 0;
  private part: string | undefined;

  /** @param stage sends one batch; it may send the same one again until it knows that it arrived */
  constructor(
    private readonly stage: (batch: DatasetsStageInput) => Promise<DatasetsStageOutput>,
    private readonly of: Pick<DatasetsStageInput, 'org' | 'task' | 'attempt' | 'worker' | 'dataset' | 'columns'>,
  ) {}

  async add(row: Row): Promise<void> {
    const bytes = Buffer.byteLength(JSON.stringify(row)) + 1;
    if (this.waiting.length > 0 && (this.waiting.length >= most.rows || this.bytes + bytes > most.bytes))
      await this.flush();
    this.waiting.push(row);
    this.bytes += bytes;
  }

  /** Sends what is left. A dataset without rows is staged as well: replacing it empties it. */
  async output(mode: Output['mode']): Promise<Output> {
    if (this.waiting.length > 0 || this.part === undefined) await this.flush();
    const digest = sha256(this.digests.map((each) => `${each}\n`).join(''));
    return { dataset: this.of.dataset, mode, part: this.part!, rows: this.rows, digest };
  }

  private async flush(): Promise<void> {
    const { org, task, attempt, worker, dataset, columns } = this.of;
    const rows = this.waiting;
    [this.waiting, this.bytes] = [[], 0];
    const batch = { org, task, attempt, worker, dataset, columns, batch: this.digests.length, rows };
    const { part, digest } = await this.stage(batch);
    this.part = part;
    this.digests.push(digest);
    this.rows += rows.length;
  }
}
