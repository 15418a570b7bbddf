interface Waiting<I, O> {
  readonly input: I;
  readonly resolve: (output: O) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Answers many questions with one statement: what comes in while the loops are at work waits, and goes together in the
 * next round. A round that fails is asked again one by one, so that nobody suffers for another's question.
 */
export class Coalescer<I, O> {
  private waiting: Waiting<I, O>[] = [];
  private running = 0;

  /** @param answer one output per input, in their order */
  constructor(
    private readonly answer: (inputs: I[]) => Promise<O[]>,
    private readonly limits: { readonly loops: number; readonly most: number },
  ) {}

  ask(input: I): Promise<O> {
    const answered = new Promise<O>((resolve, reject) => this.waiting.push({ input, resolve, reject }));
    if (this.running < this.limits.loops) {
      this.running++;
      // After this turn of the event loop: whatever else came in with it goes along.
      setImmediate(() => void this.loop());
    }
    return answered;
  }

  private async loop(): Promise<void> {
    while (this.waiting.length > 0) await this.round(this.waiting.splice(0, this.limits.most));
    this.running--;
  }

  private async round(batch: Waiting<I, O>[]): Promise<void> {
    try {
      const outputs = await this.answer(batch.map(({ input }) => input));
      batch.forEach(({ resolve }, at) => resolve(outputs[at]!));
    } catch (error) {
      if (batch.length === 1) return batch[0]!.reject(error);
      for (const each of batch) await this.round([each]);
    }
  }
}

/** Groups, in the order of first appearance. */
export function grouped<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
