/** Does work when it is due, a pass at a time; what becomes due during a pass is the next one's. */
export class Turns {
  private timer: NodeJS.Timeout | undefined;
  private dueAt = Infinity;
  private running: Promise<void> = Promise.resolve();
  private isOver = false;

  /** `pass` answers failures itself. */
  constructor(private readonly pass: () => Promise<void>) {}

  due(inMs: number): void {
    const at = performance.now() + inMs;
    if (this.isOver || at >= this.dueAt) return;
    clearTimeout(this.timer);
    this.dueAt = at;
    this.timer = setTimeout(() => {
      this.dueAt = Infinity;
      this.running = this.running.then(() => this.pass());
    }, inMs);
  }

  /** No pass begins any more. Answers when the last one has ended. */
  end(): Promise<void> {
    this.isOver = true;
    clearTimeout(this.timer);
    return this.running;
  }
}
