import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { logAppended, type LogAppended } from '@headgate/contracts';
import { Failure, type Where } from '@headgate/kit';
import type { Admitted } from './access.ts';
import { Bell } from './bell.ts';
import type { Listener } from './doorbells.ts';
import { factOf, permissionFor } from './facts.ts';
import type { Positions, Reading } from './reading.ts';

/** Proxies and browsers give up on a connection that is silent for longer. */
const heartbeatMs = 15_000;
/** Whoever takes nothing for this long is let go: they come back and go on where they were. */
const stuckMs = 30_000;
/** A ring may come before what it announces can be read. */
const patienceMs = [0, 10, 30, 90, 270];
/** Between two tries while something inside is away. */
const awayMs = 500;
/** Runs whose doorbells wait while a slow reader reads. */
const mostRuns = 1000;

/** Why a stream is closed from our side. */
export type Reason = 'session' | 'too-many' | 'restart';

interface Setting {
  readonly reading: Reading;
  readonly response: ServerResponse;
  /** Who reads, as of now; throws when they may not any more. */
  readonly who: () => Promise<Admitted>;
}

/**
 * One open event stream. It keeps a position per publisher and nothing else: every event is read from where the last one
 * left off, so none is lost or told twice, and a slow reader costs no memory. A position moves in the same step in which
 * the event is written, so that each `id` names exactly what stands before it.
 */
export class EventStream implements Listener {
  readonly org: string;
  private readonly bells: ReadonlyMap<string, Bell>;
  private readonly logs = new Map<string, LogAppended>();
  private readonly logBell = new Bell();
  private isOver = false;

  constructor(
    private readonly setting: Setting,
    { call }: Admitted,
    private positions: Positions,
  ) {
    this.org = call.org;
    this.bells = new Map(Object.keys(positions).map((publisher) => [publisher, new Bell()]));
    setting.response.once('close', () => this.end());
  }

  look(publisher: string): void {
    this.bells.get(publisher)?.ring();
  }

  lines(log: LogAppended): void {
    if (this.logs.size < mostRuns || this.logs.has(log.run)) this.logs.set(log.run, log);
    this.logBell.ring();
  }

  missed(): void {
    void this.tell('ready', { resumed: true });
    for (const bell of this.bells.values()) bell.ring();
  }

  /** They come back, and are told to look at everything anew. */
  lost(): void {
    this.bye('restart');
  }

  bye(reason: Reason): void {
    if (!this.isOver) this.setting.response.write(frame('bye', { reason }));
    this.end();
  }

  /** Tells everything until the connection or the session ends. Throws what stops it otherwise. */
  async run(first: 'ready' | 'reset', isResumed: boolean): Promise<void> {
    this.setting.response.write('retry: 1000\n\n');
    await this.tell(first, first === 'ready' ? { resumed: isResumed } : {});
    const beat = setInterval(() => void this.beat(), heartbeatMs);
    try {
      await Promise.all([...[...this.bells.keys()].map((publisher) => this.facts(publisher)), this.doorbells()]);
    } catch (error) {
      this.bye(isEnd(error) ? 'session' : 'restart');
      if (!isEnd(error)) throw error;
    } finally {
      clearInterval(beat);
      this.end();
    }
  }

  private async facts(publisher: string): Promise<void> {
    const bell = this.bells.get(publisher)!;
    while (!this.isOver) {
      for (let tries = 0; tries < patienceMs.length && !this.isOver; tries++) {
        if (patienceMs[tries]! > 0) await sleep(patienceMs[tries]);
        while (await this.fact(publisher)) tries = 0;
      }
      if (!this.isOver) await bell.heard();
    }
  }

  /** Reads the next event, and tells it if the reader may know; false when there is none yet. */
  private async fact(publisher: string): Promise<boolean> {
    if (this.isOver) return false;
    const before = this.positions[publisher]!;
    const found = await this.patiently(() => this.setting.reading.next(publisher, this.org, before));
    if (!found) return false;
    const { type, project, environment } = found.event;
    const mayHear = await this.mayHear(permissionFor(type), { project, environment });
    this.positions = { ...this.positions, [publisher]: { ...before, at: found.position } };
    if (mayHear) await this.tell('fact', factOf(found.event));
    return true;
  }

  private async doorbells(): Promise<void> {
    while (!this.isOver) {
      for (const [run, { last, ...where }] of this.logs) {
        this.logs.delete(run);
        const mayHear = await this.mayHear(permissionFor(logAppended.type), where);
        if (mayHear) await this.send(frame('log', { run, last }));
      }
      if (!this.isOver) await this.logBell.heard();
    }
  }

  private async mayHear(permission: string, where: Where): Promise<boolean> {
    const { authority, call } = await this.patiently(this.setting.who);
    return authority.decide(call.actor, permission, where).allowed;
  }

  /** A browser whose stream is refused once never asks again: what is away for a while is waited for here. */
  private async patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (this.isOver || isEnd(error)) throw error;
        await sleep(awayMs);
      }
    }
  }

  private async beat(): Promise<void> {
    try {
      await this.setting.who();
    } catch (error) {
      if (isEnd(error)) return this.bye('session');
    }
    if (!this.isOver && !this.setting.response.writableNeedDrain) this.setting.response.write(': \n\n');
  }

  private tell(event: string, data: object): Promise<void> {
    return this.send(frame(event, data, this.setting.reading.cursorOf(this.org, this.positions)));
  }

  /** Written at once; then waits for as long as the reader needs. */
  private async send(text: string): Promise<void> {
    const { response } = this.setting;
    if (this.isOver || response.write(text)) return;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), stuckMs);
    const { signal } = patience;
    await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]).catch(() =>
      response.destroy(),
    );
    clearTimeout(timer);
    patience.abort();
  }

  private end(): void {
    this.isOver = true;
    for (const bell of [...this.bells.values(), this.logBell]) bell.ring();
    if (!this.setting.response.writableEnded) this.setting.response.end();
  }
}

const isEnd = (error: unknown): boolean => error instanceof Failure && error.code === 'unauthenticated';

const frame = (event: string, data: object, id?: string): string =>
  `${id ? `id: ${id}\n` : ''}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
