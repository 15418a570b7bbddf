import { createHash } from 'node:crypto';
import { sha256 } from '@headgate/contracts';

/** RFC 6962, 2.1: leaves and inner nodes are hashed with different first bytes, so that neither passes for the other. */
const leafPrefix = Buffer.of(0);
const nodePrefix = Buffer.of(1);

/** The root of the tree without leaves: the hash of nothing. */
export const emptyRoot = sha256('');

/** Hash of a leaf: of 0x00 and its bytes. Written `sha256:` and 64 hex digits, as every hash here. */
export const leafHash = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(leafPrefix).update(bytes).digest('hex')}`;

/** Hash of an inner node: of 0x01 and the bytes of its two children's hashes. */
export const nodeHash = (left: string, right: string): string =>
  `sha256:${createHash('sha256').update(nodePrefix).update(bytesOf(left)).update(bytesOf(right)).digest('hex')}`;

const bytesOf = (hash: string): Buffer => Buffer.from(hash.slice('sha256:'.length), 'hex');
