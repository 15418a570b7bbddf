import { Worker } from 'node:worker_threads';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Refusal } from '@headgate/dbt';
import { Failure } from '@headgate/kit';
import type { LineageInputs } from './lineage-inputs.ts';
import type { Answer, IndexDelta, Order, ReadFile, ReadFor, ReadGraph } from './reading.ts';

/** JavaScript heap of the reading thread: a project of 100,000 nodes needs 500 MB; whoever needs more is refused. */
const heapMb = 1200;
/** After so many bytes the thread is replaced, so that its heap goes back to the system. */
const worn = 2 ** 26;
const idleMs = 60_000;
/** What a thread needs to run sources as they are, where nothing is registered that it inherits. A build needs nothing. */
const fromSource = ['-C', 'source', '--experimental-transform-types', '--no-warnings'];

/** What a delivery's files are read with. Deliveries take turns: memory is bounded by one of them. */
@Injectable()
export class Readers implements OnApplicationShutdown {
  private thread: ReadingThread | undefined;
  private turn: Promise<void> = Promise.resolve();
  private idle: NodeJS.Timeout | undefined;

  /** Runs the work with a thread of its own; whatever is on its desk is gone afterwards. */
  async use<T>(work: (thread: ReadingThread) => Promise<T>): Promise<T> {
    const before = this.turn;
    let done!: () => void;
    this.turn = new Promise((resolve) => (done = resolve));
    await before;
    clearTimeout(this.idle);
    const thread = this.thread?.isAlive ? this.thread : (this.thread = new ReadingThread());
    try {
      return await work(thread);
    } finally {
      if (thread.bytes > worn || !thread.isAlive) this.end();
      else await thread.ask({ do: 'forget' }).catch(() => this.end());
      this.idle = setTimeout(() => this.end(), idleMs).unref();
      done();
    }
  }

  onApplicationShutdown(): void {
    clearTimeout(this.idle);
    this.end();
  }

  private end(): void {
    void this.thread?.end();
    this.thread = undefined;
  }
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** One thread, one order at a time. */
export class ReadingThread {
  isAlive = true;
  /** Bytes it has been given. */
  bytes = 0;
  private readonly worker: Worker;
  private pending: Pending | undefined;
  private file = 'the delivery';

  constructor() {
    const isSource = import.meta.url.endsWith('.ts');
    this.worker = new Worker(new URL(isSource ? './reading.worker.ts' : './reading.worker.js', import.meta.url), {
      ...(isSource && !process.execArgv.includes('--import') && { execArgv: fromSource }),
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 64 },
    });
    this.worker.unref();
    this.worker.on('message', (answer: Answer) => this.hear(answer));
    this.worker.on('error', (error: Error & { code?: string }) => this.fail(error));
    this.worker.on('exit', () => this.fail(new Error('the reading thread ended')));
  }

  /** Reads one file. Refusals are thrown as `artifact.refused`, with file and JSON path. */
  async read(
    name: string,
    id: string,
    bytes: number,
    pieces: AsyncIterable<Uint8Array>,
    of: ReadFor = 'graph',
  ): Promise<ReadFile> {
    this.file = name;
    await this.ask({ do: 'file', name, id, bytes, of });
    for await (const piece of pieces) {
      this.bytes += piece.length;
      // A piece that is refused is not the end: the rest is read all the same, so that its digest is checked.
      // A small buffer may lie in one that Node shares among them: that one cannot move.
      const own = piece.byteLength === piece.buffer.byteLength ? [piece.buffer as ArrayBuffer] : [];
      await this.ask({ do: 'piece', bytes: piece }, own);
    }
    const { file, refusal } = (await this.ask({ do: 'end' })) as { file?: ReadFile; refusal?: Refusal };
    if (file) return file;
    throw refused(refusal!);
  }

  /** The graph of files read before, by their place in the order of reading. */
  graph(manifest: number, catalog: number | null): Promise<ReadGraph> {
    return this.ask({ do: 'graph', manifest, catalog }) as Promise<ReadGraph>;
  }

  /** What lineage is computed from, of files read for it. */
  lineage(manifest: number, catalog: number | null): Promise<LineageInputs> {
    return this.ask({ do: 'lineage', manifest, catalog }) as Promise<LineageInputs>;
  }

  /** The packed map of that graph, laid out as the packed map `before` was. */
  skeleton(before: Uint8Array | null): Promise<Uint8Array> {
    return this.ask({ do: 'skeleton', before }) as Promise<Uint8Array>;
  }

  /** What the index must change for that graph; may be asked again. */
  delta(known: string | null): Promise<IndexDelta> {
    return this.ask({ do: 'delta', known }) as Promise<IndexDelta>;
  }

  ask(order: Order, moved: ArrayBuffer[] = []): Promise<unknown> {
    if (!this.isAlive) return Promise.reject(new Error('the reading thread has ended'));
    return new Promise((resolve, reject) => {
      this.pending = { resolve, reject };
      this.worker.ref();
      this.worker.postMessage(order, moved);
    });
  }

  async end(): Promise<void> {
    this.isAlive = false;
    await this.worker.terminate();
  }

  private hear(answer: Answer): void {
    const { pending } = this;
    this.pending = undefined;
    this.worker.unref();
    if (answer.ok) pending?.resolve(answer.value);
    else pending?.reject('bug' in answer ? new Error(answer.bug) : refused(answer.refusal));
  }

  private fail(error: Error & { code?: string }): void {
    this.isAlive = false;
    const message = `what it says needs more than ${heapMb} MB`;
    const said =
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? refused({ code: 'too_large', file: this.file, path: '$', message })
        : error;
    this.pending?.reject(said);
    this.pending = undefined;
  }
}

const refused = ({ code, file, path, message }: Refusal): Failure =>
  new Failure('artifact.refused', {
    detail: `${file}: ${message}`,
    where: `${file} ${path}`,
    hint: `nothing of this delivery was taken (${code})`,
  });
