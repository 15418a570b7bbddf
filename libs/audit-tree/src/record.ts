import type { KeyObject } from 'node:crypto';
import type { Checkpoint } from '@headgate/contracts';
import { append, type Frontier } from './append.ts';
import { checkpointDigest, keyIdOf, signatureHolds } from './checkpoint.ts';
import { leafHash } from './hash.ts';
import { rootOf } from './path.ts';

/** Something that is not as it was recorded. `ordinal` counts the leaves of `service`. */
export interface Finding {
  readonly code: string;
  readonly service?: string;
  readonly ordinal?: number;
  readonly message: string;
}

/** A leaf as it was kept: its place in the tree, its hash, and the exact bytes the hash is of. */
export interface RecordedLeaf {
  readonly index: number;
  readonly leafHash: string;
  readonly envelope: string;
  readonly event: string;
  readonly org: string;
  readonly type: string;
  readonly service: string;
  readonly ordinal: number;
}

/**
 * Reads one organization's record from beginning to end and says what does not hold: leaves in order, and after the
 * last leaf that a checkpoint covers the checkpoint itself. Needs nothing but the record and the public keys, and
 * memory for the frontier alone.
 */
export class RecordCheck {
  readonly findings: Finding[] = [];
  size = 0;
  newest: Checkpoint | undefined;
  private frontier: Frontier = [];
  private readonly ordinals = new Map<string, number>();
  private readonly keys: ReadonlyMap<string, KeyObject>;

  /** @param maxFindings when so many are found, the rest is only counted on by `ok` */
  constructor(
    readonly org: string,
    publicKeys: readonly KeyObject[],
    private readonly maxFindings = 100,
  ) {
    this.keys = new Map(publicKeys.map((key) => [keyIdOf(key), key]));
  }

  /** The root over the leaves read so far. */
  get root(): string {
    return rootOf(this.frontier);
  }

  leaf(leaf: RecordedLeaf): void {
    const { service, ordinal } = leaf;
    const about = { service, ordinal };
    if (leaf.index !== this.size)
      this.found('tree.gap', `leaf ${this.size} of the tree is not where it belongs: leaf ${leaf.index} is`, about);
    if (leaf.org !== this.org)
      this.found('leaf.foreign', `leaf ${leaf.index} belongs to organization ${leaf.org}`, about);
    const hash = leafHash(leaf.envelope);
    if (hash !== leaf.leafHash)
      this.found(
        'leaf.changed',
        `the envelope of ${leaf.type} (leaf ${leaf.index}) is not the one that was recorded`,
        about,
      );
    this.order(leaf);
    // What counts is the bytes, not what stands beside them: a changed envelope changes the root, too.
    ({ frontier: this.frontier } = append(this.frontier, this.size, hash));
    this.size += 1;
  }

  checkpoint(checkpoint: Checkpoint): void {
    const { size, root } = checkpoint;
    const key = this.keys.get(checkpoint.key);
    if (checkpoint.org !== this.org)
      this.found('checkpoint.foreign', `the checkpoint of size ${size} is of ${checkpoint.org}`);
    if (!key)
      this.found(
        'checkpoint.key',
        `the checkpoint of size ${size} is signed with key ${checkpoint.key}, which is not the audit's`,
      );
    else if (!signatureHolds(checkpoint, key))
      this.found('checkpoint.signature', `the signature of the checkpoint of size ${size} does not hold`);
    const previous = this.newest ? checkpointDigest(this.newest) : null;
    if (checkpoint.previous !== previous)
      this.found('checkpoint.chain', `the checkpoint of size ${size} does not follow the one before it`);
    if (size !== this.size)
      this.found('tree.truncated', `the checkpoint of size ${size} stands after ${this.size} leaves`);
    else if (root !== this.root)
      this.found(
        'root.mismatch',
        `the leaves 0 to ${size - 1} do not have the root that the checkpoint of size ${size} signed`,
      );
    this.newest = checkpoint;
  }

  /** Ends the reading. `expected` is the checkpoint somebody says is the newest. */
  end(expected?: Checkpoint): Finding[] {
    const newest = this.newest;
    if (this.size > 0 && newest?.size !== this.size && !(newest && newest.size > this.size))
      this.found('tree.unsealed', `${this.size - (newest?.size ?? 0)} leaves stand after the newest checkpoint`);
    if (expected && (!newest || checkpointDigest(expected) !== checkpointDigest(newest)))
      this.found('checkpoint.missing', `the record ends before its newest checkpoint, of size ${expected.size}`);
    return this.findings;
  }

  private order({ service, ordinal }: RecordedLeaf): void {
    const before = this.ordinals.get(service) ?? 0;
    if (ordinal <= before)
      this.found('leaf.reordered', `leaf ${ordinal} of ${service} stands after its leaf ${before}`, {
        service,
        ordinal,
      });
    // One finding a missing leaf, as far as there is room: each is something that happened and is not recorded.
    for (let missing = before + 1; missing < ordinal && this.findings.length < this.maxFindings; missing++)
      this.found('leaf.missing', `leaf ${missing} of ${service} is not in the tree`, { service, ordinal: missing });
    this.ordinals.set(service, Math.max(before, ordinal));
  }

  private found(code: string, message: string, about: { service?: string; ordinal?: number } = {}): void {
    if (this.findings.length < this.maxFindings) this.findings.push({ code, ...about, message });
  }
}
