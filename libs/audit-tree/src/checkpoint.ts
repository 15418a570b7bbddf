import { type KeyObject, sign, verify } from 'node:crypto';
import { canonical, type Checkpoint, hashOf, sha256 } from '@headgate/contracts';

/** Keeps a checkpoint's signature from passing for a signature of something else. */
const context = 'headgate audit checkpoint v1\n';

/** The bytes a checkpoint's signature is over: everything but the signature. */
export function checkpointBody({
  signature: _,
  ...body
}: Checkpoint | (Omit<Checkpoint, 'signature'> & { signature?: string })): Buffer {
  return Buffer.from(`${context}${canonical(body)}`);
}

/** What the next checkpoint names as its `previous`: the whole of this one, signature included. */
export const checkpointDigest = (checkpoint: Checkpoint): string => hashOf(checkpoint);

/** A key's id: the hash of its public half (SPKI, DER), so that a listed key cannot claim another's id. */
export const keyIdOf = (publicKey: KeyObject): string => sha256(publicKey.export({ type: 'spki', format: 'der' }));

/** Signs with an Ed25519 key; the signature is base64. */
export function signCheckpoint(body: Omit<Checkpoint, 'signature'>, key: KeyObject): Checkpoint {
  return { ...body, signature: sign(null, checkpointBody(body), key).toString('base64') };
}

export const signatureHolds = (checkpoint: Checkpoint, publicKey: KeyObject): boolean =>
  verify(null, checkpointBody(checkpoint), publicKey, Buffer.from(checkpoint.signature, 'base64'));
