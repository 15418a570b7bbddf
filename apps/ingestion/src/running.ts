/** Work that outlasts a request: whoever asks the same again while it runs, or soon after it took long, gets its outcome. */
export class Running<T> {
  private readonly works = new Map<string, Promise<T>>();

  /** `longMs`: whoever asked may have gone by then, and will ask again. `keptMs`: how long the outcome waits for that. */
  constructor(
    private readonly longMs: number,
    private readonly keptMs: number,
  ) {}

  join(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.works.get(key);
    if (known) return known;
    const began = performance.now();
    const running = work();
    this.works.set(key, running);
    const forget = () => this.works.delete(key);
    const ended = () => {
      if (performance.now() - began < this.longMs) forget();
      else setTimeout(forget, this.keptMs).unref();
    };
    running.then(ended, ended);
    return running;
  }
}
