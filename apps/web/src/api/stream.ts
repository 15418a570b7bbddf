import type { QueryClient } from '@tanstack/react-query';
import type { LiveState } from './live.tsx';

/** Something that happened, by its ids. */
export interface Fact {
  id: string;
  type: string;
  time: string;
  project?: string;
  environment?: string;
  run?: string;
  plan?: string;
  snapshot?: string;
}
/** Which answers a fact makes old, by the first word of its type. */
const stale: Record<string, string[]> = {
  plan: ['runsOfPlan', 'plansGet', 'plansList', 'schedulesList'],
  schedule: ['schedulesList'],
  run: [
    ...['runsOfPlan', 'runsHistory', 'runsGet', 'runsList', 'runsNodes', 'runsStates', 'plansGet', 'plansList'],
    ...['graphNeighbourhood', 'schedulesList'],
  ],
  task: ['runsGet', 'runsList', 'runsNodes'],
  snapshot: [
    'snapshotsList',
    'assetsSearch',
    'assetsGet',
    'assetsCode',
    'assetsImpact',
    'graphNeighbourhood',
    'graphPath',
    'graphRollup',
    'lineageGraph',
    'snapshotsDiff',
    'environmentsGet',
  ],
  environment: ['environmentsList', 'environmentsGet'],
  project: ['projectsList'],
  token: ['tokensList'],
  person: ['peopleList'],
  grant: ['session', 'grantsList'],
  session: ['sessionsList'],
};
/** Addressed by their content: nothing makes them old. */
const fixed = new Set(['plansDocument', 'plansEntries', 'plansEntry', 'snapshotsSkeleton']);
const calmMs = 150;
/** How long the page says that it is back. */
const sayMs = 8000;
const [firstMs, mostMs] = [1000, 15_000];

export type Bells = Map<string, Set<(last: number) => void>>;
export interface Told {
  state: LiveState;
  cutAt: number | undefined;
  caughtUp: number | undefined;
}

/**
 * One event stream, kept open. It goes on after the last thing it heard, so nothing is lost or told twice over a cut;
 * whatever the cursor cannot tell is asked for again when it comes back.
 */
export class Stream {
  private source: EventSource | undefined;
  private last = '';
  private retry: ReturnType<typeof setTimeout> | undefined;
  private waitMs = firstMs;
  private isCut = false;
  private isBack = false;
  private facts = 0;
  private readonly old = new Set<string>();
  private batch: ReturnType<typeof setTimeout> | undefined;
  private quiet: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly client: QueryClient,
    private readonly bells: Bells,
    private readonly tell: (change: Partial<Told>) => void,
  ) {
    this.open();
  }

  /** Without waiting for the next try. `anyway`: also where this tab gave way to others. */
  again(anyway = false): void {
    if (this.isCut || anyway) this.open();
  }

  end(): void {
    for (const timer of [this.retry, this.batch, this.quiet]) clearTimeout(timer);
    this.source?.close();
  }

  private open(): void {
    clearTimeout(this.retry);
    this.source?.close();
    const source = new EventSource(this.last ? `/events?after=${encodeURIComponent(this.last)}` : '/events');
    this.source = source;
    const on = (type: string, hear: (data: never) => void) =>
      source.addEventListener(type, (event: MessageEvent<string>) => {
        this.last = event.lastEventId || this.last;
        hear(JSON.parse(event.data) as never);
      });
    source.onerror = () => this.cut();
    on('ready', ({ resumed }: { resumed: boolean }) => this.ready(resumed));
    on('reset', () => this.ready(false));
    on('fact', (fact: Fact) => this.fact(fact));
    on('log', ({ run, last }: { run: string; last: number }) => {
      for (const ring of this.bells.get(run) ?? []) ring(last);
      if (this.bells.has(run)) this.forget('runsNodes');
    });
    on('bye', ({ reason }: { reason: string }) => this.bye(reason));
  }

  private ready(isResumed: boolean): void {
    this.waitMs = firstMs;
    // What was asked for before the stream began may be older than what it tells.
    if (this.isCut || !isResumed) this.everything();
    if (!this.isCut) return this.tell({ state: 'live' });
    this.isCut = false;
    this.isBack = true;
    this.facts = 0;
    this.tell({ state: 'live', caughtUp: 0, cutAt: undefined });
    this.quiet = setTimeout(() => {
      this.isBack = false;
      this.tell({ caughtUp: undefined });
    }, sayMs);
  }

  private fact({ type }: Fact): void {
    this.facts += 1;
    if (this.isBack) this.tell({ caughtUp: this.facts });
    this.forget('auditSearch', ...(stale[type.split('.')[0] ?? ''] ?? []));
  }

  private forget(...names: string[]): void {
    for (const name of names) this.old.add(name);
    this.batch ??= setTimeout(() => {
      this.batch = undefined;
      const gone = new Set(this.old);
      this.old.clear();
      void this.client.invalidateQueries({ predicate: ({ queryKey }) => gone.has(String(queryKey[0])) });
    }, calmMs);
  }

  private everything(): void {
    void this.client.invalidateQueries({ predicate: ({ queryKey }) => !fixed.has(String(queryKey[0])) });
    for (const rings of this.bells.values()) for (const ring of rings) ring(Infinity);
  }

  private cut(): void {
    clearTimeout(this.quiet);
    this.tell({ state: 'waiting', caughtUp: undefined, ...(!this.isCut && { cutAt: Date.now() }) });
    this.isCut = true;
    this.isBack = false;
    if (this.source?.readyState !== EventSource.CLOSED) return;
    // A stream that is refused is not tried again by the browser; perhaps the session is over.
    void this.client.invalidateQueries({ queryKey: ['session'] });
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.open(), this.waitMs * (0.75 + Math.random() / 2));
    this.waitMs = Math.min(mostMs, this.waitMs * 2);
  }

  /** The server ends the stream: on `restart` the browser comes back by itself. */
  private bye(reason: string): void {
    if (reason === 'restart') return;
    this.source?.close();
    if (reason === 'session') void this.client.invalidateQueries({ queryKey: ['session'] });
    else this.tell({ state: 'elsewhere' });
  }
}
