/** Answers kept for a while. The least recently used goes first; one that failed is not kept. */
export class Recent<T> {
  private readonly kept = new Map<string, { until: number; answer: Promise<T> }>();

  /** `milliseconds` count from the moment of asking, not of the answer. */
  constructor(
    private readonly size: number,
    private readonly milliseconds = Infinity,
  ) {}

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const now = performance.now();
    const known = this.kept.get(key);
    this.kept.delete(key);
    const entry = known && now < known.until ? known : { until: now + this.milliseconds, answer: ask() };
    this.kept.set(key, entry);
    if (entry !== known) this.watch(key, entry.answer);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.size) break;
      this.kept.delete(oldest);
    }
    return entry.answer;
  }

  forget(key: string): void {
    this.kept.delete(key);
  }

  private watch(key: string, answer: Promise<T>): void {
    answer.catch(() => {
      if (this.kept.get(key)?.answer === answer) this.kept.delete(key);
    });
  }
}
