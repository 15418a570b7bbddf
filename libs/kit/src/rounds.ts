/** Work that is looked for again and again: soon after something told of it, and now and then for what nobody told. */
export class Rounds {
  isStopped = false;

  private timer: NodeJS.Timeout | undefined;
  private dueAt = Infinity;
  private running: Promise<void> = Promise.resolve();

  /** @param pass one look, which does all that it finds; one at a time */
  constructor(
    private readonly pass: () => Promise<void>,
    private readonly options: { readonly everyMs: number; readonly failed: (error: Error) => void },
  ) {}

  /** Looks within so many ms; sooner when it was to be sooner already. */
  due(inMs: number): void {
    const at = performance.now() + inMs;
    if (this.isStopped || at >= this.dueAt) return;
    clearTimeout(this.timer);
    this.dueAt = at;
    this.timer = setTimeout(() => {
      this.dueAt = Infinity;
      this.running = this.running.then(() => this.look());
    }, inMs);
  }

  /** Looks no more; resolves when the look that is under way is over. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async look(): Promise<void> {
    if (this.isStopped) return;
    try {
      await this.pass();
    } catch (error) {
      if (!this.isStopped) this.options.failed(error as Error);
    }
    this.due(this.options.everyMs);
  }
}
