import { createPublicKey, type KeyObject } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  append,
  checkpointDigest,
  consistencyPath,
  frontierNodes,
  inclusionPath,
  keyIdOf,
  type NodeAt,
  nodesOf,
  rootOf,
  signCheckpoint,
  type Span,
} from '@headgate/audit-tree';
import type { AuditConsistencyOutput, AuditInclusionOutput, Checkpoint } from '@headgate/contracts';
import { type Call, CONFIG, type Config, Database, Failure, type Tx } from '@headgate/kit';
import { leafOf, type LeafText } from './leaves.ts';
import { checkpointOf, type CheckpointText } from './records.ts';

/** More leaves than this get more than one checkpoint, so that a transaction stays short. */
const leavesPerSeal = 2000;

/** One append-only tree per organization: seals leaves into it and proves what is in it. */
@Injectable()
export class Trees {
  readonly publicKey: KeyObject;
  private readonly keyId: string;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
  ) {
    this.publicKey = createPublicKey(config.key);
    this.keyId = keyIdOf(this.publicKey);
  }

  /** Brings the tree up to the newest leaf and signs it. A write that is unaudited: it is the audit. */
  async seal(org: string): Promise<void> {
    const call: Call = { org, actor: { kind: 'service', id: this.config.service }, requestId: 'seal' };
    let more = true;
    while (more) more = await this.database.write(call, (tx) => this.sealSome(tx));
  }

  private async sealSome(tx: Tx): Promise<boolean> {
    const [tree] = await tx.query<{ size: string; sealed: string }>('select size, sealed from tree for update');
    const [size, sealed] = [Number(tree!.size), Number(tree!.sealed)];
    const leaves = await tx.query<{ leaf_hash: string }>(
      'select leaf_hash from leaf where index >= $1 order by index limit $2',
      [sealed, leavesPerSeal],
    );
    if (leaves.length === 0) return false;
    let frontier = await nodes(tx, frontierNodes(sealed));
    const made = leaves.flatMap(({ leaf_hash }, offset) => {
      const grown = append(frontier, sealed + offset, leaf_hash);
      frontier = grown.frontier;
      return grown.made;
    });
    await tx.query(
      `insert into node (org_id, level, index, hash)
       select $1, * from unnest($2::integer[], $3::bigint[], $4::text[])`,
      [tx.org, made.map(({ level }) => level), made.map(({ index }) => index), made.map(({ hash }) => hash)],
    );
    await this.sign(tx, sealed + leaves.length, rootOf(frontier));
    return sealed + leaves.length < size;
  }

  private async sign(tx: Tx, size: number, root: string): Promise<void> {
    const before = await newest(tx);
    const [clock] = await tx.query<{ at: Date }>(`select date_trunc('milliseconds', now()) as at`);
    const { signature, at, previous } = signCheckpoint(
      {
        org: tx.org,
        size,
        root,
        at: clock!.at.toISOString(),
        previous: before ? checkpointDigest(before) : null,
        key: this.keyId,
      },
      this.config.key,
    );
    await tx.query(
      'insert into checkpoint (org_id, size, root, at, previous, signature, key) values ($1, $2, $3, $4, $5, $6, $7)',
      [tx.org, size, root, at, previous, signature, this.keyId],
    );
    await tx.query('update tree set sealed = $1', [size]);
  }

  checkpoint(call: Call): Promise<Checkpoint> {
    return this.database.read(call, sealedTree);
  }

  inclusion(event: string, call: Call): Promise<AuditInclusionOutput> {
    return this.database.read(call, async (tx) => {
      const checkpoint = await sealedTree(tx);
      const [row] = await tx.query<LeafText>(
        'select index, envelope, leaf_hash from leaf where event = $1 order by index limit 1',
        [event],
      );
      if (!row) throw new Failure('not-found', { detail: `no audit leaf is event ${event}`, where: '/event' });
      const leaf = leafOf(row);
      if (leaf.index >= checkpoint.size)
        throw new Failure('unavailable', {
          detail: `leaf ${leaf.index} is not sealed yet`,
          hint: 'try again in a second',
        });
      return { leaf, checkpoint, path: await path(tx, inclusionPath(leaf.index, checkpoint.size)) };
    });
  }

  consistency(from: number, call: Call): Promise<AuditConsistencyOutput> {
    return this.database.read(call, async (tx) => {
      const checkpoint = await sealedTree(tx);
      if (from > checkpoint.size)
        throw new Failure('contract.invalid', {
          detail: `the tree has ${checkpoint.size} leaves, not ${from}`,
          where: '/from',
          hint: 'if a larger tree was seen before, the record was cut: run `headgate audit verify`',
        });
      return { from, checkpoint, path: await path(tx, consistencyPath(from, checkpoint.size)) };
    });
  }
}

async function newest(tx: Tx): Promise<Checkpoint | undefined> {
  const [row] = await tx.query<CheckpointText>('select * from checkpoint order by size desc limit 1');
  return row && checkpointOf(row);
}

async function sealedTree(tx: Tx): Promise<Checkpoint> {
  const checkpoint = await newest(tx);
  if (!checkpoint)
    throw new Failure('not-found', { detail: 'nothing is sealed yet', hint: 'try again after the first change' });
  return checkpoint;
}

/** Hashes of complete subtrees, in the order asked for. */
async function nodes(tx: Tx, wanted: NodeAt[]): Promise<string[]> {
  const rows = await tx.query<{ hash: string | null }>(
    `select coalesce(node.hash, leaf.leaf_hash) as hash
       from unnest($1::integer[], $2::bigint[]) with ordinality as wanted (level, index, nr)
       left join node on node.level = wanted.level and node.index = wanted.index
       left join leaf on wanted.level = 0 and leaf.index = wanted.index
      order by nr`,
    [wanted.map(({ level }) => level), wanted.map(({ index }) => index)],
  );
  return rows.map(({ hash }, at) => {
    if (hash === null) throw new Error(`the tree of ${tx.org} has no node ${JSON.stringify(wanted[at])}`);
    return hash;
  });
}

async function path(tx: Tx, spans: Span[]): Promise<string[]> {
  const parts = spans.map(nodesOf);
  const hashes = await nodes(tx, parts.flat());
  return parts.map((part) => rootOf(hashes.splice(0, part.length)));
}
