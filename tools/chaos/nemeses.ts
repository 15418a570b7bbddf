// What can go wrong, drawn from a shuffled deck, so that a short run meets everything and a long one keeps the shares.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { Fleet } from './fleet.ts';
import type { Servers } from './servers.ts';

export type Counts = Record<string, number>;

/** How many cards of each kind are in the deck; the ones that kill say so. */
const deck: Record<string, number> = {
  'kill dispatcher': 6,
  'kill worker': 8,
  'kill client': 4,
  'kill postgres': 1,
  'kill backend': 1,
  'kill nats': 2,
  'kill nats and its store': 1,
  'freeze dispatcher': 2,
  'freeze worker': 4,
  'freeze client': 1,
  'lose commits': 5,
  'cut postgres': 1,
  'cut nats': 2,
  'freeze postgres wire': 1,
  'freeze nats wire': 1,
};

export class Nemeses {
  readonly counts: Counts = {};
  /** The first hand has one card of each kind, so that a short run meets them all. */
  private cards: string[];
  /** Frozen processes that are thawed by themselves. */
  private readonly pending = new Set<Promise<void>>();

  constructor(
    private readonly random: Random,
    private readonly fleet: Fleet,
    private readonly servers: Servers,
    private readonly leaseMs: number,
  ) {
    const kinds = Object.keys(deck);
    this.cards = random.sample(kinds, kinds.length);
  }

  /** Strikes until the time is over, then waits for what thaws by itself. */
  async rage(forMs: number, everyMs: number): Promise<void> {
    for (const end = performance.now() + forMs; performance.now() < end;) {
      await sleep(everyMs * (0.5 + this.random.next()));
      const card = this.draw();
      await this.strike(card);
      this.counts[card] = (this.counts[card] ?? 0) + 1;
    }
    await Promise.all(this.pending);
  }

  private draw(): string {
    if (this.cards.length === 0) {
      const all = Object.entries(deck).flatMap(([card, count]) => Array<string>(count).fill(card));
      this.cards = this.random.sample(all, all.length);
    }
    return this.cards.pop()!;
  }

  private async strike(card: string): Promise<void> {
    const { random, servers } = this;
    const [verb, ...rest] = card.split(' ');
    const what = rest.join(' ');
    if (what === 'postgres') return verb === 'kill' ? servers.crashPostgres() : servers.postgresProxy.cut();
    if (card === 'kill backend') return void servers.killBackend((pids) => random.pick(pids));
    if (card === 'cut nats') return servers.natsProxy.cut();
    if (what.startsWith('nats') && verb === 'kill') return servers.killNats({ wipe: what !== 'nats' });
    if (card === 'lose commits') return servers.postgresProxy.loseCommits(1 + random.int(4));
    if (card === 'freeze postgres wire') return servers.postgresProxy.freeze(500 + random.int(1500));
    if (card === 'freeze nats wire') return servers.natsProxy.freeze(500 + random.int(1500));
    const name = random.pick(this.fleet.names.filter((each) => each.startsWith(what)));
    if (verb === 'kill') return this.fleet.kill(name);
    const thaw = this.fleet.freeze(name, this.leaseMs * (0.5 + 1.5 * random.next()));
    this.pending.add(thaw);
    void thaw.then(() => this.pending.delete(thaw));
  }
}

export const killsIn = (counts: Counts): number =>
  Object.entries(counts).reduce((sum, [card, count]) => sum + (card.startsWith('kill') ? count : 0), 0);

export const serverKillsIn = (counts: Counts): number =>
  ['kill postgres', 'kill backend', 'kill nats', 'kill nats and its store'].reduce(
    (sum, c) => sum + (counts[c] ?? 0),
    0,
  );
