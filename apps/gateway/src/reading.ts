import { Injectable } from '@nestjs/common';
import type { ProvenanceEvent } from '@headgate/contracts';
import { EventLog } from '@headgate/kit';
import { Recent } from './recent.ts';
import { Seal } from './seal.ts';

/** How far somebody has read, per publisher, and in which stream: one that was made anew counts anew. */
export type Positions = Readonly<Record<string, Position>>;

interface Position {
  readonly at: number;
  readonly made: string;
}

type Found = { position: number; event: ProvenanceEvent } | undefined;

/** Where streams are read, and the cursors that say so to the outside. */
@Injectable()
export class Reading {
  // Everybody of an organization who has read as far asks for the same next event.
  private readonly asked = new Recent<Found>(2000);

  constructor(
    private readonly events: EventLog,
    private readonly seal: Seal,
  ) {}

  /** The end of everything, as of now. */
  async now(): Promise<Positions> {
    return Object.fromEntries(
      await Promise.all(
        this.events.publishers.map(async (publisher) => {
          const { made, last } = await this.events.extent(publisher);
          return [publisher, { at: last, made }];
        }),
      ),
    );
  }

  async next(publisher: string, org: string, { at, made }: Position): Promise<Found> {
    const key = `${publisher} ${made} ${org} ${at}`;
    const found = await this.asked.get(key, () => this.events.next(publisher, org, at));
    // What is not there yet is asked for again.
    if (!found) this.asked.forget(key);
    return found;
  }

  /** Sequence numbers count everybody's events, so they are not shown. */
  cursorOf(org: string, positions: Positions): string {
    return this.seal.close(`events of ${org}`, positions);
  }

  /**
   * Where to go on from. Undefined when what came next may be gone: the cursor is not one of ours or of this
   * organization, a stream has forgotten that far back, or it began anew.
   */
  async resume(org: string, cursor: string): Promise<Positions | undefined> {
    const positions = this.seal.open<Positions>(`events of ${org}`, cursor);
    if (!positions) return undefined;
    for (const publisher of this.events.publishers) {
      const known = positions[publisher];
      const { made, first, last } = await this.events.extent(publisher);
      if (known?.made !== made || known.at > last || known.at + 1 < first) return undefined;
    }
    return positions;
  }
}
