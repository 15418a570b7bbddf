import { Injectable } from '@nestjs/common';
import type { JetStreamManager, MsgRequest } from '@nats-io/jetstream';
import { eventTypes, type ProvenanceEvent } from '@headgate/contracts';
import { Bus, streamOf } from './bus.ts';

/** What a stream holds: sequence numbers, both ends included; `last` is `first - 1` when it is empty. */
export interface Extent {
  /** When it was made: another time, another stream, whose numbers mean something else. */
  readonly made: string;
  readonly first: number;
  readonly last: number;
}

/** Something was published: an event of this publisher, or a signal. Without an organization: it may be anybody's. */
export interface Ring {
  readonly org?: string;
  readonly publisher?: string;
  readonly signal?: { readonly type: string; readonly data: unknown };
}

const publisherOf = new Map(eventTypes.map(({ type, service }) => [type, service]));

/**
 * Everybody's events, read by whoever watches instead of consuming: positions are the reader's, nothing is acknowledged
 * and nothing is left behind on the server, so a restart at either end changes nothing.
 */
@Injectable()
export class EventLog {
  /** Services that publish, one stream each. */
  readonly publishers: readonly string[] = [...new Set(publisherOf.values())].sort();
  private managing: Promise<JetStreamManager> | undefined;

  constructor(private readonly bus: Bus) {}

  async extent(publisher: string): Promise<Extent> {
    const { created, state } = await (await this.manager()).streams.info(streamOf(publisher));
    return { made: created, first: state.first_seq, last: state.last_seq };
  }

  /** The first event of an organization after a position, or undefined when there is none yet. */
  async next(
    publisher: string,
    org: string,
    after: number,
  ): Promise<{ position: number; event: ProvenanceEvent } | undefined> {
    const query = { seq: after + 1, next_by_subj: `hg.${org}.>` };
    // The server takes both together; the client's types know it of direct requests only.
    const found = await (await this.manager()).streams.getMessage(streamOf(publisher), query as MsgRequest);
    if (!found) return undefined;
    // Not checked further: the bus says who publishes, and a newer service's event must not stop everybody's stream.
    const event = found.json<ProvenanceEvent>();
    if (event.org !== org) throw new TypeError(`an event of ${event.org} came on ${found.subject}`);
    return { position: found.seq, event };
  }

  /**
   * Calls `ring` for each event and signal as it is published (events maybe before they can be read), and with nothing
   * after every reconnection, when some may have been missed. Ends with the connection.
   */
  async listen(ring: (heard: Ring) => void): Promise<void> {
    const connection = await this.bus.connected();
    connection.subscribe('hg.*.*.*', {
      callback: (error, message) => {
        if (!error) ring(ringOf(message.subject, () => message.json()));
      },
    });
    for await (const status of connection.status()) if (status.type === 'reconnect') ring({});
  }

  // checkAPI asks for account information, which a service's user may not see.
  private manager(): Promise<JetStreamManager> {
    return (this.managing ??= this.bus.manager());
  }
}

function ringOf(subject: string, data: () => unknown): Ring {
  const [, org = '', ...words] = subject.split('.');
  const type = words.join('.');
  const publisher = publisherOf.get(type);
  if (publisher) return { org, publisher };
  try {
    return { org, signal: { type, data: data() } };
  } catch {
    return { org };
  }
}
