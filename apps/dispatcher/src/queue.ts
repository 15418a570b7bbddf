import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import type { Lease, TasksClaimInput } from '@headgate/contracts';
import { type Call, CONFIG, type Config, Database, Infra, LOG } from '@headgate/kit';
import type { Logger } from 'pino';
import { type Candidate, candidates, lease } from './claims.ts';
import { grouped } from './coalescer.ts';
import { leaseMsOf } from './pace.ts';
import { leavesWork } from './task-state.ts';

/** What wakes nobody (a commit of another replica, a `run_at` that came) is found this often. */
const pollMs = 1000;
/** A look that found nothing more need not be repeated for so long, unless something has come of which this process knows. */
const emptyMs = 50;
/** Tasks leased by one look, so that no transaction grows without bound. */
const most = 200;
const loops = 2;

interface Asking {
  readonly worker: string;
  readonly operators: readonly string[];
  readonly max: number;
  readonly call: Call;
  answer: (leases: Lease[]) => void;
  /** In one of the looks now. */
  isServed: boolean;
  /** Has waited for as long as it wanted to. */
  isOverdue: boolean;
}

/** A worker that wants another task. */
export interface Taking {
  readonly worker: string;
  readonly operators: readonly string[];
}

/** A worker that nobody else gives a task to until it is given one, or let go. */
export interface Held {
  readonly worker: string;
  give(lease: Lease): void;
  letGo(): void;
}

/**
 * Tasks waiting for workers, and the workers waiting for tasks: whoever asks is served together with all the others
 * that ask, by few transactions.
 */
@Injectable()
export class Queue implements BeforeApplicationShutdown {
  private stopped = false;
  private asking = new Set<Asking>();
  private looking = 0;
  /** One at a time finds out what there is, so that no two find the same. */
  private finding: Promise<unknown> = Promise.resolve();
  /** Set when something may have come since the last look began. */
  private isStale = false;
  /** By operators: when the last look began that found less for them than was wanted. */
  private readonly emptied = new Map<string, number>();
  private poll: NodeJS.Timeout | undefined;
  /** Workers that are being stopped. Their names are never used again, and are forgotten with this process. */
  private readonly dismissed = new Set<string>();
  /** Tasks that a look of this process is leasing, so that another one at the same time finds others. */
  private readonly underway = new Map<string, Candidate>();

  constructor(
    private readonly database: Database,
    private readonly infra: Infra,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) private readonly log: Logger,
  ) {
    this.database.committed.on('commit', (told: ReadonlySet<string>) => {
      if (told.has(leavesWork)) this.wake();
    });
  }

  /** Ends the questions that are being held. */
  beforeApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.poll);
    for (const asking of this.asking) asking.answer([]);
  }

  /** Answers what a worker has asked, and will ask, with nothing. */
  dismiss(worker: string): void {
    this.dismissed.add(worker);
    for (const asking of this.asking) if (asking.worker === worker && !asking.isServed) asking.answer([]);
  }

  /** Leases of waiting tasks, fair between organizations; holds the question for up to `wait` seconds. */
  claim({ worker, operators, max = 1, wait = 0 }: TasksClaimInput, call: Call): Promise<{ leases: Lease[] }> {
    if (this.stopped || this.dismissed.has(worker)) return Promise.resolve({ leases: [] });
    return new Promise((resolve) => {
      const asking: Asking = {
        worker,
        operators,
        max,
        call,
        answer: () => undefined,
        isServed: false,
        isOverdue: false,
      };
      const patience = setTimeout(() => {
        asking.isOverdue = true;
        if (!asking.isServed) asking.answer([]);
      }, wait * 1000);
      asking.answer = (leases) => {
        this.asking.delete(asking);
        clearTimeout(patience);
        resolve({ leases });
      };
      this.asking.add(asking);
      // Whoever does not want to wait is answered by one look, whatever it finds.
      if (wait === 0) void this.once(asking);
      else if (performance.now() - (this.emptied.get(keyOf(asking)) ?? -Infinity) > emptyMs) this.wake();
      else this.pollLater();
    });
  }

  /**
   * A worker that waits because there is nothing to lease, held for whoever is about to write a task for it. Nobody is
   * overtaken: while there may be something that no look has seen yet, no worker is to be had.
   */
  hold(operator: string): Held | undefined {
    if (this.stopped || this.looking > 0 || this.isStale) return undefined;
    for (const asking of this.asking) {
      if (asking.isServed || !asking.operators.includes(operator)) continue;
      asking.isServed = true;
      return {
        worker: asking.worker,
        give: (lease) => asking.answer([lease]),
        letGo: () => {
          this.leave(asking);
          this.wake();
        },
      };
    }
    return undefined;
  }

  /**
   * For workers of one organization that are about to end what they have: its tasks that are next, one each, to be leased
   * by the same commit. None that has a key, since it may have to wait, which looks find out; and none while a worker is
   * idle, since then there is none. What is picked is nobody else's until it is settled.
   */
  async pick<T extends Taking>(org: string, taking: readonly T[]): Promise<{ taking: T; candidate: Candidate }[]> {
    const picked: { taking: T; candidate: Candidate }[] = [];
    const able = this.stopped ? [] : taking.filter(({ worker }) => !this.dismissed.has(worker));
    const isIdle = ({ operators }: Taking) =>
      this.free().some((idle) => operators.some((operator) => idle.operators.includes(operator)));
    try {
      for (const group of grouped(able, keyOf).values()) {
        if (isIdle(group[0]!)) continue;
        const found = (await this.find(group[0]!.operators, group.length)).map((candidate) => ({ candidate }));
        const isNext = ({ candidate }: { candidate: Candidate }) =>
          candidate.org_id === org && candidate.concurrency_key === null && candidate.rate_key === null;
        this.settle(found.filter((one) => !isNext(one)));
        picked.push(...found.filter(isNext).map(({ candidate }, at) => ({ taking: group[at]!, candidate })));
      }
      return picked;
    } catch (error) {
      // Else what was picked for the groups before would be kept from everybody.
      this.settle(picked);
      throw error;
    }
  }

  private async once(asking: Asking): Promise<void> {
    asking.isServed = true;
    await this.serve([asking]).catch(() => undefined);
    asking.answer([]);
  }

  /** Looks for what there is, if anybody waits for it. */
  wake(): void {
    this.isStale = true;
    this.emptied.clear();
    if (this.stopped || this.looking >= loops || this.free().length === 0) return;
    this.looking++;
    // After this turn of the event loop, so that all who ask in it are served together.
    setImmediate(() => void this.look().finally(() => this.rest()));
  }

  private rest(): void {
    this.looking--;
    this.pollLater();
  }

  private pollLater(): void {
    clearTimeout(this.poll);
    if (!this.stopped && this.asking.size > 0) this.poll = setTimeout(() => this.wake(), pollMs);
  }

  private free(): Asking[] {
    return [...this.asking].filter(({ isServed }) => !isServed);
  }

  private async look(): Promise<void> {
    for (let found = 1; found > 0 || this.isStale;) {
      this.isStale = false;
      const group = this.free();
      if (group.length === 0 || this.stopped) return;
      for (const asking of group) asking.isServed = true;
      try {
        found = await this.serve(group);
      } catch (error) {
        this.log.warn({ err: (error as Error).message }, 'no tasks leased');
        return;
      } finally {
        for (const asking of group) this.leave(asking);
      }
    }
  }

  private leave(asking: Asking): void {
    asking.isServed = false;
    if (asking.isOverdue || this.stopped || this.dismissed.has(asking.worker)) asking.answer([]);
  }

  /** Leases what there is to those who ask; answers how many. */
  private async serve(group: readonly Asking[]): Promise<number> {
    let leased = 0;
    for (const [key, asking] of grouped(group, keyOf)) {
      const began = performance.now();
      const wanted = asking.flatMap((each) => Array<Asking>(each.max).fill(each)).slice(0, most);
      const found = await this.find(asking[0]!.operators, wanted.length);
      if (found.length < wanted.length && !this.isStale) this.emptied.set(key, began);
      const given = new Map<Asking, Lease[]>();
      const pairs = found.map((candidate, at) => ({ candidate, asking: wanted[at]! }));
      const left = new Map<Asking, number>();
      for (const { asking: each } of pairs) left.set(each, (left.get(each) ?? 0) + 1);
      const byOrg = grouped(pairs, ({ candidate }) => candidate.org_id);
      await Promise.all(
        [...byOrg].map(async ([org, of]) => {
          await this.leaseIn(org, of, given);
          // At once, so that nobody waits for the commits of organizations whose tasks are others'.
          for (const { asking: each } of of) {
            left.set(each, left.get(each)! - 1);
            if (left.get(each) === 0 && given.has(each)) each.answer(given.get(each)!);
          }
        }),
      );
      leased += [...given.values()].reduce((sum, { length }) => sum + length, 0);
    }
    return leased;
  }

  private async leaseIn(
    org: string,
    pairs: readonly { candidate: Candidate; asking: Asking }[],
    given: Map<Asking, Lease[]>,
  ): Promise<void> {
    // Looked at again here: a candidate may be what a worker gave back since the look before.
    const wanted = pairs.filter(({ asking }) => !this.dismissed.has(asking.worker));
    if (wanted.length === 0) return this.settle(pairs);
    const [first] = wanted;
    const pairOf = new Map(wanted.map((pair) => [pair.candidate.id, pair]));
    const asked = wanted.map(({ candidate, asking }) => ({ candidate, worker: asking.worker }));
    try {
      const call = { ...first!.asking.call, org };
      const leases = await lease(this.database, call, asked, leaseMsOf(this.config));
      for (const { lease: one, task } of leases) {
        const { asking } = pairOf.get(task)!;
        given.set(asking, [...(given.get(asking) ?? []), one]);
      }
    } catch (error) {
      // What was leased in other organizations is to be told all the same.
      if ((error as { code?: string }).code !== '23505')
        return void this.log.warn({ err: (error as Error).message, org }, 'no tasks leased');
      // Two replicas gave out one concurrency key at once, and the database refused the second: the next look sees it.
      if (pairs.length > 1) for (const pair of pairs) await this.leaseIn(org, [pair], given);
    } finally {
      this.settle(pairs);
    }
  }

  private find(operators: readonly string[], count: number): Promise<Candidate[]> {
    const found = this.finding.then(async () => {
      const all = await candidates(this.infra, operators, count, this.underway);
      for (const candidate of all) this.underway.set(candidate.id, candidate);
      return all;
    });
    this.finding = found.catch(() => undefined);
    return found;
  }

  settle(pairs: readonly { candidate: Candidate }[]): void {
    for (const { candidate } of pairs) this.underway.delete(candidate.id);
  }
}

const keyOf = ({ operators }: Taking): string => operators.join('\n');
