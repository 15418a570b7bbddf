import { createPublicKey, type KeyObject } from 'node:crypto';
import { canonical, type Checkpoint } from '@headgate/contracts';
import { checkpointDigest, keyIdOf } from './checkpoint.ts';
import { type Finding, RecordCheck, type RecordedLeaf } from './record.ts';

/** What the reader of an export knows from elsewhere; without it, an export is only consistent with itself. */
export interface Known {
  /** The id of the audit's signing key, `sha256:…`. */
  readonly key?: string | undefined;
  /** A checkpoint seen before. The record must still contain it, or it was cut or forked since. */
  readonly checkpoint?: Checkpoint | undefined;
}

export interface ExportVerdict {
  readonly ok: boolean;
  readonly leaves: number;
  readonly checkpoint?: Checkpoint;
  /** Ids of the keys that the export names. */
  readonly keys: readonly string[];
  /** `export.invalid` alone means that this is no export. */
  readonly findings: Finding[];
}

interface Header {
  readonly org: string;
  readonly keys: readonly KeyObject[];
  readonly checkpoint: Checkpoint;
}

/**
 * Checks an export of `audit export`, line by line: a header (`kind`, `schemaVersion`, `org`, `keys` of `{ id, publicKey }` as
 * base64 of SPKI DER, the newest `checkpoint`), then leaves and checkpoints as they came to be. Memory: one line.
 */
export function verifyExport(lines: Iterable<string>, known: Known = {}): ExportVerdict {
  let check: RecordCheck | undefined;
  let header: Header | undefined;
  let met: Checkpoint | undefined;
  let number = 0;
  try {
    for (const line of lines) {
      number += 1;
      if (!header || !check) {
        header = headerOf(line);
        check = new RecordCheck(header.org, header.keys);
        continue;
      }
      const entry = entryOf(line);
      if (entry.leaf) check.leaf(entry.leaf);
      else check.checkpoint(entry.checkpoint);
      if (entry.checkpoint?.size === known.checkpoint?.size) met ??= entry.checkpoint;
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return verdict(check, header, [
      ...(check?.findings ?? []),
      { code: 'export.invalid', message: `line ${number}: ${error.message}` },
    ]);
  }
  if (!header || !check) return verdict(check, header, [{ code: 'export.invalid', message: 'the export is empty' }]);
  return verdict(check, header, [...check.end(header.checkpoint), ...against(known, header, met)]);
}

function verdict(check: RecordCheck | undefined, header: Header | undefined, findings: Finding[]): ExportVerdict {
  return {
    ok: findings.length === 0,
    leaves: check?.size ?? 0,
    ...(header && { checkpoint: header.checkpoint }),
    keys: (header?.keys ?? []).map(keyIdOf),
    findings,
  };
}

function against(known: Known, { keys }: Header, met: Checkpoint | undefined): Finding[] {
  const findings: Finding[] = [];
  if (known.key !== undefined && !keys.every((key) => keyIdOf(key) === known.key))
    findings.push({ code: 'key.other', message: `the record is not signed with key ${known.key} alone` });
  if (known.checkpoint && (!met || checkpointDigest(met) !== checkpointDigest(known.checkpoint)))
    findings.push({
      code: 'checkpoint.missing',
      message: `the record does not contain the checkpoint of size ${known.checkpoint.size} that was seen before: it was cut or forked`,
    });
  return findings;
}

class Unreadable extends Error {}

function parsed(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  throw new Unreadable('not a JSON object');
}

function headerOf(line: string): Header {
  const { kind, schemaVersion, org, keys, checkpoint } = parsed(line);
  if (kind !== 'header' || typeof org !== 'string' || !Array.isArray(keys))
    throw new Unreadable('not the header of an audit export');
  if (typeof schemaVersion !== 'string' || !schemaVersion.startsWith('1.'))
    throw new Unreadable(`schemaVersion ${String(schemaVersion)} is not one this release reads (it reads 1.x)`);
  return { org, keys: keys.map(keyOf), checkpoint: checkpointOf(checkpoint) };
}

function keyOf(value: unknown): KeyObject {
  const { id, publicKey } = value as { id?: unknown; publicKey?: unknown };
  const key = importKey(String(publicKey));
  if (keyIdOf(key) !== id) throw new Unreadable(`the public key is not the one with id ${String(id)}`);
  return key;
}

function importKey(base64: string): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
  } catch {
    throw new Unreadable('a public key cannot be read');
  }
}

function checkpointOf(value: unknown): Checkpoint {
  const { size, root, signature } = (value ?? {}) as Partial<Checkpoint>;
  if (!Number.isSafeInteger(size) || typeof root !== 'string' || typeof signature !== 'string')
    throw new Unreadable('not a checkpoint');
  return value as Checkpoint;
}

type Entry = { leaf: RecordedLeaf; checkpoint?: undefined } | { leaf?: undefined; checkpoint: Checkpoint };

function entryOf(line: string): Entry {
  const { kind, ...rest } = parsed(line);
  if (kind === 'checkpoint') return { checkpoint: checkpointOf(rest) };
  if (kind !== 'leaf') throw new Unreadable(`"${String(kind)}" is no kind of entry`);
  const { index, leafHash, envelope } = rest;
  if (typeof envelope !== 'object' || envelope === null) throw new Unreadable('a leaf without envelope');
  const said = envelope as Record<string, unknown>;
  const text = canonical(said);
  return {
    leaf: {
      index: Number(index),
      leafHash: String(leafHash),
      // Anything but the canonical text, a key that stands there twice for one, is not what was recorded.
      envelope: line.endsWith(`"envelope":${text}}`) ? text : line,
      event: String(said['id']),
      org: String(said['org']),
      type: String(said['type']),
      service: String(said['service']),
      ordinal: Number(said['ordinal']),
    },
  };
}
