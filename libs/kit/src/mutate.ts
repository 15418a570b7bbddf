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
  return (await mutateAll(tx, [{ event, data, about }]))[0]!;
}

/** One of several changes of one transaction. Made by `change`, which ties the data to its event. */
export interface Change {
  readonly event: EventType;
  readonly data: object;
  readonly about?: About;
  /** When the change belongs to another chain of causes than the transaction's call. */
  readonly correlationId?: string | undefined;
}

export const change = <T extends object>(
  event: EventType<T>,
  data: T,
  more: { correlationId?: string } = {},
): Change => ({
  event: event as EventType,
  data,
  ...more,
});

/** The same for several events at once, in their order: two statements however many there are. Call it once, and last. */
export async function mutateAll(tx: Tx, changes: readonly Change[]): Promise<ProvenanceEvent[]> {
  if (changes.length === 0) return [];
  for (const { event, data } of changes) {
    event.parse(data);
    if (event.service !== tx.service)
      throw new TypeError(`${tx.service} may not publish ${event.type}; ${event.service} does`);
  }
  const [head] = await tx.prepared<{ ordinal: string }>(
    `insert into ${tx.schema}.outbox_head as head (org_id, ordinal) values ($1, $2)
     on conflict (org_id) do update set ordinal = head.ordinal + $2 returning ordinal`,
    [tx.org, changes.length],
  );
  const first = Number(head!.ordinal) - changes.length + 1;
  const envelopes = changes.map((each, n) => envelopeOf(tx, each, first + n));
  const texts = envelopes.map((envelope) => canonical(envelope));
  await tx.prepared(
    `insert into ${tx.schema}.outbox (org_id, ordinal, id, type, envelope, leaf_hash)
     select $1, * from unnest($2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[])`,
    [
      ...[tx.org, envelopes.map(({ ordinal }) => ordinal), envelopes.map(({ id }) => id)],
      ...[envelopes.map(({ type }) => type), texts, texts.map(leafHash)],
    ],
  );
  return envelopes;
}

function envelopeOf(tx: Tx, { event, data, about = {}, correlationId: own }: Change, ordinal: number): ProvenanceEvent {
  const { project, environment } = { ...placeOf(data), ...about };
  const { actor, requestId, traceparent, correlationId = own, causationId } = tx.call;
  return {
    schemaVersion: event.schemaVersion,
    specversion: '1.0',
    id: uuidv7(),
    time: new Date().toISOString(),
    source: `headgate/${tx.service}`,
    type: event.type,
    org: tx.org,
    service: tx.service,
    ordinal,
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
}

function placeOf(data: object): { project?: string; environment?: string } {
  const { project, environment } = data as { project?: string; environment?: string };
  return { ...(project && { project }), ...(environment && { environment }) };
}
