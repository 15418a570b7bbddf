import { canonical, type EventType, type ProvenanceEvent, sha256 } from '@headgate/contracts';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from './database.ts';

/** Where an event belongs, what changed (already without secrets), and when. */
export interface About {
  readonly project?: string;
  readonly environment?: string;
  readonly diff?: Record<string, unknown>;
}

/** RFC 6962: a leaf's hash is over 0x00 and its bytes, so that no inner node can pass for a leaf. */
export const leafHash = (envelope: string): string => sha256(Buffer.concat([Buffer.of(0), Buffer.from(envelope)]));

/**
 * Publishes one event and writes its audit leaf: one outbox row, in the caller's transaction. A write transaction that
 * changes a tenant table and never comes here does not commit. Call it last: from here to the commit, writers of the
 * same organization and service queue up for the next ordinal.
 */
export async function mutate<T extends object>(
  tx: Tx,
  event: EventType<T>,
  data: T,
  about: About = {},
): Promise<ProvenanceEvent> {
  event.parse(data);
  if (event.service !== tx.service)
    throw new TypeError(`${tx.service} may not publish ${event.type}; ${event.service} does`);
  const { project, environment } = { ...placeOf(data), ...about };
  const [head] = await tx.query<{ ordinal: string }>(
    `insert into ${tx.schema}.outbox_head as head (org_id, ordinal) values ($1, 1)
     on conflict (org_id) do update set ordinal = head.ordinal + 1 returning ordinal`,
    [tx.org],
  );
  const { actor, requestId, traceparent, correlationId, causationId } = tx.call;
  const envelope: ProvenanceEvent = {
    schemaVersion: event.schemaVersion,
    specversion: '1.0',
    id: uuidv7(),
    time: new Date().toISOString(),
    source: `headgate/${tx.service}`,
    type: event.type,
    org: tx.org,
    service: tx.service,
    ordinal: Number(head!.ordinal),
    actor,
    ...(project && { project }),
    ...(environment && { environment }),
    requestid: requestId,
    ...(traceparent && { traceparent }),
    ...(correlationId && { correlationid: correlationId }),
    ...(causationId && { causationid: causationId }),
    ...(about.diff && { diff: about.diff }),
    data: data as Record<string, unknown>,
  };
  const text = canonical(envelope);
  await tx.query(
    `insert into ${tx.schema}.outbox (org_id, ordinal, id, type, envelope, leaf_hash) values ($1, $2, $3, $4, $5, $6)`,
    [tx.org, envelope.ordinal, envelope.id, envelope.type, text, leafHash(text)],
  );
  return envelope;
}

function placeOf(data: object): { project?: string; environment?: string } {
  const { project, environment } = data as { project?: string; environment?: string };
  return { ...(project && { project }), ...(environment && { environment }) };
}
