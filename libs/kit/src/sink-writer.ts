import type { SinksWriteInput, SinksWriteOutput } from '@headgate/contracts';

type Row = SinksWriteInput['rows'][number];

/**
 * The worker's side of a sink: rows go out so many at a time, or after some time. `flush` before completing the task;
 * what it could not deliver is still there, for another `flush`.
 */
export class SinkWriter {
  private waiting: Row[] = [];
  private bytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> = Promise.resolve();
  private conflicts: string[] = [];

  /** @param write sends one batch; it may send the same one again until it knows that it arrived */
  constructor(
    private readonly write: (batch: SinksWriteInput) => Promise<SinksWriteOutput>,
    private readonly of: Omit<SinksWriteInput, 'rows'>,
    private readonly most: { readonly rows: number; readonly bytes: number; readonly ms: number } = {
      ...{ rows: 500, bytes: 200_000, ms: 200 },
    },
  ) {}

  /** Waits only when the buffer is full. A row that cannot be delivered is the failure of whoever finds it full, or flushes. */
  async add(key: string, row: Row['row']): Promise<void> {
    this.waiting.push({ key, row });
    this.bytes += Buffer.byteLength(JSON.stringify(row));
    if (this.waiting.length >= this.most.rows || this.bytes >= this.most.bytes) return this.send();
    this.timer ??= setTimeout(() => void this.send().catch(() => undefined), this.most.ms);
  }

  /** Resolves when all that was added is on the disk; to the keys under which something else had been written before. */
  async flush(): Promise<string[]> {
    await this.send();
    return this.conflicts.splice(0);
  }

  private send(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sending = this.sending.catch(() => undefined).then(() => this.sendAll());
    return this.sending;
  }

  private async sendAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const rows = this.waiting.slice(0, this.fitting());
      const { conflicts } = await this.write({ ...this.of, rows });
      this.conflicts.push(...conflicts);
      this.waiting.splice(0, rows.length);
      this.bytes = this.waiting.reduce((sum, { row }) => sum + Buffer.byteLength(JSON.stringify(row)), 0);
    }
  }

  /** At least one, so that it gets on, or the server says why not. */
  private fitting(): number {
    let bytes = 0;
    const end = this.waiting.findIndex(
      ({ row }, at) =>
        at >= this.most.rows || ((bytes += Buffer.byteLength(JSON.stringify(row))) > this.most.bytes && at > 0),
    );
    return end === -1 ? this.waiting.length : end;
  }
}
