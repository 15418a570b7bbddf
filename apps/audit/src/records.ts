import { Injectable } from '@nestjs/common';
import type { Checkpoint } from '@headgate/contracts';
import type { RecordedLeaf } from '@headgate/audit-tree';
import type { Tx } from '@headgate/kit';

const batch = 1000;

export interface CheckpointText {
  readonly org_id: string;
  readonly size: string;
  readonly root: string;
  readonly at: Date;
  readonly previous: string | null;
  readonly signature: string;
  readonly key: string;
}

export const checkpointOf = ({ org_id, size, root, at, previous, signature, key }: CheckpointText): Checkpoint => ({
  org: org_id,
  size: Number(size),
  root,
  at: at.toISOString(),
  previous,
  signature,
  key,
});

/** A leaf with what the columns beside its envelope say; `agrees` is whether both say the same. */
export interface Leaf extends RecordedLeaf {
  readonly agrees: boolean;
}

export type Entry = { readonly leaf: Leaf } | { readonly checkpoint: Checkpoint };

interface LeafColumns {
  readonly org_id: string;
  readonly index: string;
  readonly event: string;
  readonly type: string;
  readonly service: string;
  readonly ordinal: string;
  readonly project: string | null;
  readonly environment: string | null;
  readonly envelope: string;
  readonly leaf_hash: string;
}

/** An organization's record as it lies in the tables, in the order it grew. Memory: one batch, whatever its length. */
@Injectable()
export class Records {
  /** Leaves, each followed by the checkpoints that it completes, up to the checkpoint of `size` leaves. */
  async *upTo(tx: Tx, size: number): AsyncGenerator<Entry> {
    const checkpoints = this.checkpoints(tx, size);
    let next = (await checkpoints.next()).value as Checkpoint | undefined;
    for await (const leaf of this.leaves(tx, size)) {
      yield { leaf };
      for (; next && next.size <= leaf.index + 1; next = (await checkpoints.next()).value as Checkpoint | undefined)
        yield { checkpoint: next };
    }
    for (; next; next = (await checkpoints.next()).value as Checkpoint | undefined) yield { checkpoint: next };
  }

  private async *leaves(tx: Tx, size: number): AsyncGenerator<Leaf> {
    for (let after = -1; ;) {
      const rows = await tx.query<LeafColumns>(
        'select * from leaf where index > $1 and index < $2 order by index limit $3',
        [after, size, batch],
      );
      for (const row of rows) yield recorded(row);
      if (rows.length < batch) return;
      after = Number(rows.at(-1)!.index);
    }
  }

  private async *checkpoints(tx: Tx, size: number): AsyncGenerator<Checkpoint> {
    for (let after = -1; ;) {
      const rows = await tx.query<CheckpointText>(
        'select * from checkpoint where size > $1 and size <= $2 order by size limit $3',
        [after, size, batch],
      );
      yield* rows.map(checkpointOf);
      if (rows.length < batch) return;
      after = Number(rows.at(-1)!.size);
    }
  }
}

function recorded(row: LeafColumns): Leaf {
  const said = parsed(row.envelope);
  const agrees =
    said['id'] === row.event &&
    said['org'] === row.org_id &&
    said['type'] === row.type &&
    said['service'] === row.service &&
    said['ordinal'] === Number(row.ordinal) &&
    (said['project'] ?? null) === row.project &&
    (said['environment'] ?? null) === row.environment;
  return {
    index: Number(row.index),
    leafHash: row.leaf_hash,
    envelope: row.envelope,
    event: row.event,
    org: row.org_id,
    type: row.type,
    service: row.service,
    ordinal: Number(row.ordinal),
    agrees,
  };
}

/** Somebody may have made it something that is no JSON at all; then nothing agrees with it. */
function parsed(envelope: string): Record<string, unknown> {
  try {
    return JSON.parse(envelope) as Record<string, unknown>;
  } catch {
    return {};
  }
}
