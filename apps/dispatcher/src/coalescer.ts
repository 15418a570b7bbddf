import type { Call } from '@headgate/kit';

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

  get isIdle(): boolean {
    return this.running === 0;
  }

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

/**
 * A coalescer for each organization, one round at a time: transactions of one organization wait for each other's
 * ordinals, so that two at once are slower than one of both.
 */
export class Lanes<I extends { readonly call: Call }, O> {
  private readonly lanes = new Map<string, Coalescer<I, O>>();

  /** @param answer one output per input, in their order; all inputs are of one organization */
  constructor(
    private readonly answer: (inputs: I[], call: Call) => Promise<O[]>,
    private readonly most: number,
  ) {}

  async ask(input: I): Promise<O> {
    const { org } = input.call;
    const lane =
      this.lanes.get(org) ??
      new Coalescer((inputs: I[]) => this.answer(inputs, inputs[0]!.call), { loops: 1, most: this.most });
    this.lanes.set(org, lane);
    try {
      return await lane.ask(input);
    } finally {
      if (lane.isIdle && this.lanes.get(org) === lane) this.lanes.delete(org);
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
