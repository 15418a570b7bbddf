import { Worker } from 'node:worker_threads';
import type { Dialect } from './dialect.ts';
import { PARSER_TRAPPED } from './limits.ts';
import type { LineageLimits, LineageResult, Schema } from './edge.ts';

export interface Task {
  readonly sql: string;
  readonly dialect: Dialect;
  readonly schema: Schema;
  readonly limits?: Partial<LineageLimits>;
  readonly detail?: boolean;
  /** Tasks with the same key have the same schema and dialect: it is indexed once. */
  readonly schemaKey?: string;
}

export interface PoolOptions {
  /** Threads; 2 by default. */
  readonly threads?: number;
  /** Wall-clock milliseconds for one query. */
  readonly timeoutMs?: number;
  /** Megabytes of JavaScript heap for one thread; the parser's own memory is bounded by the limit on text. */
  readonly memoryMb?: number;
  /** Whether the parser is to be optimized as it runs: worth its cost to thousands of queries. */
  readonly optimize?: boolean;
}

/** The engine broke on one query: a bug of ours, and no reason to give up on others. */
export class LineageBug extends Error {
  readonly name = 'LineageBug';
}

interface Pending {
  readonly task: Task;
  readonly resolve: (result: LineageResult) => void;
  readonly reject: (error: Error) => void;
}

interface Message {
  readonly ready?: true;
  readonly result?: LineageResult;
  readonly bug?: string;
}

// The parser's memory grows with the largest text it has seen and never shrinks; a thread that met a large one is replaced.
const LARGE_TEXT = 200_000;
// Another thread costs its start: it is worth that to many queries that wait, or to one that waits long behind another.
const WORTH_A_THREAD = 32;
const PATIENCE_MS = 150;

/** Threads that compute column lineage, each one query at a time, under a limit of time and memory. A query over it ends alone. */
export class LineagePool {
  private readonly queue: Pending[] = [];
  private readonly threads = new Set<Thread>();
  private readonly size: number;
  private readonly timeoutMs: number;
  private readonly memoryMb: number;
  private readonly optimize: boolean;
  private closed = false;
  private impatience: NodeJS.Timeout | null = null;

  constructor({ threads = 2, timeoutMs = 10_000, memoryMb = 512, optimize = false }: PoolOptions = {}) {
    this.size = threads;
    this.timeoutMs = timeoutMs;
    this.memoryMb = memoryMb;
    this.optimize = optimize;
  }

  /** The lineage of one query. Rejects with a LineageBug on a bug of the engine, or when the pool is closed. */
  run(task: Task): Promise<LineageResult> {
    if (this.closed) return Promise.reject(new Error('the lineage pool is closed'));
    return new Promise((resolve, reject) => {
      this.queue.push({ task, resolve, reject });
      this.next();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.impatience !== null) clearTimeout(this.impatience);
    for (const pending of this.queue.splice(0)) pending.reject(new Error('the lineage pool is closed'));
    await Promise.all([...this.threads].map((thread) => thread.end()));
  }

  private next(): void {
    while (this.queue.length > 0) {
      const idle = [...this.threads].find((thread) => thread.idle) ?? this.another();
      if (idle === undefined) return;
      idle.take(this.queue.shift()!);
    }
  }

  /** Another thread, when there may be one and what waits is worth it. */
  private another(): Thread | undefined {
    if (this.threads.size >= this.size) return undefined;
    if (this.threads.size === 0 || this.queue.length >= WORTH_A_THREAD) return this.start();
    const first = this.queue[0];
    this.impatience ??= setTimeout(() => {
      this.impatience = null;
      // Whatever was first then has gone: things move.
      if (this.queue[0] !== first) return this.next();
      if (!this.closed && this.threads.size < this.size) this.start().take(this.queue.shift()!);
    }, PATIENCE_MS);
    return undefined;
  }

  private start(): Thread {
    const thread = new Thread(this.timeoutMs, this.memoryMb, this.optimize, {
      idle: () => this.next(),
      gone: () => {
        this.threads.delete(thread);
        if (!this.closed) this.next();
      },
    });
    this.threads.add(thread);
    return thread;
  }
}

interface Listener {
  readonly idle: () => void;
  readonly gone: () => void;
}

class Thread {
  private readonly worker: Worker;
  private readonly timeoutMs: number;
  private readonly memoryMb: number;
  private readonly listener: Listener;
  private pending: Pending | null = null;
  private timer: NodeJS.Timeout | null = null;
  private ready = false;
  private ended = false;

  constructor(timeoutMs: number, memoryMb: number, optimize: boolean, listener: Listener) {
    this.timeoutMs = timeoutMs;
    this.memoryMb = memoryMb;
    this.listener = listener;
    const file = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
    this.worker = new Worker(file, {
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, stackSizeMb: 16 },
      workerData: { optimize },
    });
    this.worker.on('message', (message: Message) => this.hear(message));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', () => this.exit());
    this.worker.unref();
  }

  get idle(): boolean {
    return this.pending === null && !this.ended;
  }

  take(pending: Pending): void {
    this.pending = pending;
    this.worker.ref();
    if (this.ready) this.send();
  }

  async end(): Promise<void> {
    this.ended = true;
    await this.worker.terminate();
  }

  private send(): void {
    const { task } = this.pending!;
    this.timer = setTimeout(() => {
      this.settle({
        ok: false,
        error: { code: 'limit', message: `the query took longer than ${this.timeoutMs} ms`, position: null },
      });
      void this.end();
    }, this.timeoutMs);
    this.worker.postMessage({ id: 0, task });
  }

  private hear(message: Message): void {
    if (message.ready) {
      this.ready = true;
      if (this.pending !== null) this.send();
      return;
    }
    const trapped = message.result?.ok === false && message.result.error.message === PARSER_TRAPPED;
    const spent = trapped || (this.pending?.task.sql.length ?? 0) > LARGE_TEXT;
    if (message.result !== undefined) this.settle(message.result);
    else this.settle(new LineageBug(message.bug ?? 'the lineage thread gave no result'));
    if (spent) void this.end();
    else this.listener.idle();
  }

  private fail(error: Error & { code?: string }): void {
    this.ended = true;
    const memory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    if (memory)
      this.settle({
        ok: false,
        error: { code: 'limit', message: `the query needs more than ${this.memoryMb} MB`, position: null },
      });
    else this.settle(error);
  }

  private exit(): void {
    this.ended = true;
    this.settle(new Error('the lineage thread ended'));
    this.listener.gone();
  }

  private settle(outcome: LineageResult | Error): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const pending = this.pending;
    this.pending = null;
    this.worker.unref();
    if (pending === null) return;
    if (outcome instanceof Error) pending.reject(outcome);
    else pending.resolve(outcome);
  }
}
