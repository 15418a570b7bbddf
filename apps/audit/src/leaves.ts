import { Injectable } from '@nestjs/common';
import { leafHash } from '@headgate/audit-tree';
import {
  type AuditLeaf,
  type AuditSearchInput,
  type AuditSearchOutput,
  canonical,
  leavesRange,
  provenanceEvent,
  type ProvenanceEvent,
} from '@headgate/contracts';
import { type Call, Clients, Database, keyOf, pageOf, type ServiceName, type Tx } from '@headgate/kit';

/** A message of the bus holds 1 MiB; an envelope is about 1 kB. */
const leavesPerRequest = 100;
const summaryLength = 160;

export interface LeafText {
  readonly index: string;
  readonly envelope: string;
  readonly leaf_hash: string;
}

/** Every event of every service, once, in the order it got here; within a service in the order it happened. */
@Injectable()
export class Leaves {
  constructor(
    private readonly clients: Clients,
    private readonly database: Database,
  ) {}

  /**
   * Appends an event. Sources are heard side by side and deliveries can overtake each other, so the leaf's number comes
   * from the organization's one locked row, and what a service published between its last leaf and this one is asked
   * for first. A leaf that the service itself no longer has stays a gap, which `verify` tells.
   */
  async record(event: ProvenanceEvent, tx: Tx): Promise<void> {
    const [head] = await tx.query<{ ordinal: string }>(
      `insert into service_head as head (org_id, service, ordinal) values ($1, $2, 0)
       on conflict (org_id, service) do update set ordinal = head.ordinal returning ordinal`,
      [tx.org, event.service],
    );
    const last = Number(head!.ordinal);
    if (event.ordinal <= last) return;
    for (const missed of await this.missed(event, last + 1, tx.call)) await append(tx, missed);
    await append(tx, event);
    await tx.query('update service_head set ordinal = $2 where service = $1', [event.service, event.ordinal]);
  }

  private async missed({ service, ordinal }: ProvenanceEvent, from: number, call: Call): Promise<ProvenanceEvent[]> {
    const found: ProvenanceEvent[] = [];
    for (let next = from; next < ordinal;) {
      const limit = Math.min(leavesPerRequest, ordinal - next);
      const { items } = await this.clients.call(
        leavesRange,
        { org: call.org, from: next, limit },
        call,
        service as ServiceName,
      );
      const before = items.filter((item) => item.ordinal < ordinal);
      if (before.length === 0) break;
      found.push(...before.map(({ envelope }) => provenanceEvent.parse(envelope)));
      next = before.at(-1)!.ordinal + 1;
    }
    return found;
  }

  /** Newest first. Text is looked for in the whole envelope. */
  search(input: AuditSearchInput, call: Call): Promise<AuditSearchOutput> {
    const { q, type, project, environment, cursor, limit = 50 } = input;
    const [before] = keyOf(cursor, 1) ?? [null];
    const like = q === undefined ? null : `%${q.replaceAll(/[\\%_]/g, '\\$&')}%`;
    return this.database.read(call, async (tx) => {
      const rows = await tx.query<LeafText>(
        `select index, envelope, leaf_hash from leaf
          where ($1::bigint is null or index < $1) and ($2::text is null or type = $2)
            and ($3::text is null or project = $3) and ($4::text is null or environment = $4)
            and ($5::text is null or envelope ilike $5)
          order by index desc limit $6`,
        [before, type, project, environment, like, limit + 1],
      );
      return pageOf(rows, limit, ({ index }) => [Number(index)], leafOf);
    });
  }
}

async function append(tx: Tx, event: ProvenanceEvent): Promise<void> {
  const [tree] = await tx.query<{ index: string }>(
    `insert into tree as t (org_id, size) values ($1, 1)
     on conflict (org_id) do update set size = t.size + 1 returning size - 1 as index`,
    [tx.org],
  );
  const envelope = canonical(event);
  await tx.query(
    `insert into leaf (org_id, index, event, type, service, ordinal, project, environment, envelope, leaf_hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      tx.org,
      tree!.index,
      event.id,
      event.type,
      event.service,
      event.ordinal,
      event.project ?? null,
      event.environment ?? null,
      envelope,
      leafHash(envelope),
    ],
  );
}

/** A leaf as shown: told from the envelope, which the tree proves, not from the columns beside it. */
export function leafOf({ index, envelope, leaf_hash }: LeafText): AuditLeaf {
  const { id, type, service, ordinal, time, actor, project, environment, data } = JSON.parse(
    envelope,
  ) as ProvenanceEvent;
  const place = { ...(project && { project }), ...(environment && { environment }) };
  const words = Object.entries(data).filter(([name, value]) => !(name in place) && typeof value !== 'object');
  return {
    index: Number(index),
    event: id,
    type,
    service,
    ordinal,
    at: time,
    actor,
    leafHash: leaf_hash,
    ...place,
    summary: words
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(' ')
      .slice(0, summaryLength),
  };
}
