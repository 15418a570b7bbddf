import { canonical, type EventType, type ProvenanceEvent } from '@headgate/contracts';
import type { Tx } from './database.ts';
import { newId } from './ids.ts';

/** Where an event belongs, what changed (already without secrets), and when. */
export interface About {
  readonly project?: string;
  readonly environment?: string;
  readonly diff?: Record<string, unknown>;
}

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

/** The same for several events at once, in their order: one statement however many there are. Call it once, and last. */
export async function mutateAll(tx: Tx, changes: readonly Change[]): Promise<ProvenanceEvent[]> {
  if (changes.length === 0) return [];
  const leaves = changes.map((each) => leafOf(tx, each));
  const rows = await tx.prepared<{ ordinal: string }>(`${outboxOf(tx)} returning ordinal`, parametersOf(tx, leaves));
  return leaves.map(({ envelope }, n) => ({ ...envelope, ordinal: Number(rows[n]!.ordinal) }));
}

/** The same for whoever needs no answer: the commit follows at once. Call it once, and last. */
export async function mutateLast(tx: Tx, changes: readonly Change[]): Promise<void> {
  if (changes.length > 0)
    await tx.send(
      outboxOf(tx),
      parametersOf(
        tx,
        changes.map((each) => leafOf(tx, each)),
      ),
    );
}

/**
 * Takes the next ordinals and writes the leaves under them. Only here is it known which ones they are, so an envelope
 * comes as what stands before and behind its ordinal, and is hashed where it is put together (RFC 6962: over 0x00 and
 * the leaf's bytes).
 */
const outboxOf = ({ schema }: Tx): string => `
  with head as (
    insert into ${schema}.outbox_head as head (org_id, ordinal) values ($1, $2)
    on conflict (org_id) do update set ordinal = head.ordinal + $2 returning ordinal - $2 as before),
  leaf as materialized (
    select before + n as ordinal, id, type, opening || (before + n) || closing as envelope
    from head cross join unnest($3::uuid[], $4::text[], string_to_array($5, E'\\n'), string_to_array($6, E'\\n'))
      with ordinality as leaf (id, type, opening, closing, n))
  insert into ${schema}.outbox (org_id, ordinal, id, type, envelope, leaf_hash)
  select $1, ordinal, id, type, envelope, 'sha256:' || encode(sha256('\\x00'::bytea || convert_to(envelope, 'UTF8')), 'hex')
  from leaf`;

interface Leaf {
  /** Its ordinal is not known yet. */
  readonly envelope: ProvenanceEvent;
  readonly opening: string;
  readonly closing: string;
}

const parametersOf = (tx: Tx, leaves: readonly Leaf[]): unknown[] => [
  ...[tx.org, leaves.length, leaves.map(({ envelope }) => envelope.id), leaves.map(({ envelope }) => envelope.type)],
  // One text of lines, which needs no quoting: JSON has no line breaks within.
  ...[leaves.map(({ opening }) => opening).join('\n'), leaves.map(({ closing }) => closing).join('\n')],
];

/** What stands where the ordinal will. */
const ordinal = ',"ordinal":0';

function leafOf(tx: Tx, change: Change): Leaf {
  const { event, data } = change;
  event.parse(data);
  if (event.service !== tx.service)
    throw new TypeError(`${tx.service} may not publish ${event.type}; ${event.service} does`);
  tx.told.add(event.type);
  const envelope = envelopeOf(tx, change);
  // Of all that comes behind the ordinal nothing is an object, so the last place that looks like it is it.
  const text = canonical(envelope);
  const at = text.lastIndexOf(ordinal) + ordinal.length;
  return { envelope, opening: text.slice(0, at - 1), closing: text.slice(at) };
}

function envelopeOf(tx: Tx, { event, data, about = {}, correlationId: own }: Change): ProvenanceEvent {
  const { project, environment } = { ...placeOf(data), ...about };
  const { actor, requestId, traceparent, correlationId = own, causationId } = tx.call;
  return {
    schemaVersion: event.schemaVersion,
    specversion: '1.0',
    id: newId(),
    time: new Date().toISOString(),
    source: `headgate/${tx.service}`,
    type: event.type,
    org: tx.org,
    service: tx.service,
    ordinal: 0,
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
