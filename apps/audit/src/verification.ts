import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { type Finding, leafHash, RecordCheck } from '@headgate/audit-tree';
import {
  type AuditVerifyOutput,
  type Blob,
  canonical,
  type Checkpoint,
  eventTypes,
  leavesRange,
  type LeavesRangeOutput,
} from '@headgate/contracts';
import { Blobs, type Call, Clients, Database, type Tx } from '@headgate/kit';
import { Records } from './records.ts';
import { Trees } from './trees.ts';

const sources = [...new Set(eventTypes.map(({ service }) => service))].sort();
/** Events on their way are sealed within a second; this is patience with a busy machine. */
const settleMs = 10_000;
const pollMs = 100;
/** A message of the bus holds 1 MiB; an envelope is about 1 kB. */
const leavesPerRequest = 100;
const maxFindings = 100;

interface Kept {
  readonly index: string;
  readonly ordinal: string;
  readonly type: string;
  readonly leaf_hash: string;
}

/** Compares the record with itself and with what every service still has, and exports it for others to check. */
@Injectable()
export class Verification {
  constructor(
    private readonly database: Database,
    private readonly clients: Clients,
    private readonly blobs: Blobs,
    private readonly records: Records,
    private readonly trees: Trees,
  ) {}

  /** `unavailable` when a service cannot be asked: then nobody can tell. */
  async verify(call: Call): Promise<AuditVerifyOutput> {
    const heads = new Map<string, number>();
    for (const service of sources) heads.set(service, (await this.range(service, 1, 1, call)).head);
    await this.settled(heads, call);
    const { check, newest, findings } = await this.database.read(call, (tx) => this.checkRecord(tx));
    for (const service of sources) findings.push(...(await this.compare(service, heads.get(service)!, call)));
    const told = distinct(findings).slice(0, maxFindings);
    return { ok: told.length === 0, leaves: check.size, ...(newest && { checkpoint: newest }), findings: told };
  }

  /** Waits until what the services have said by now is sealed, or is not going to be. */
  private async settled(heads: ReadonlyMap<string, number>, call: Call): Promise<void> {
    for (const end = performance.now() + settleMs; performance.now() < end; await sleep(pollMs)) {
      const rows = await this.database.read(call, (tx) =>
        tx.query<{ service: string; ordinal: string; sealed: boolean }>(
          'select service, ordinal, (select sealed = size from tree) as sealed from service_head',
        ),
      );
      const known = new Map(rows.map(({ service, ordinal }) => [service, Number(ordinal)]));
      const sealed = rows.every((row) => row.sealed);
      if (sealed && [...heads].every(([service, head]) => (known.get(service) ?? 0) >= head)) return;
    }
  }

  private async checkRecord(
    tx: Tx,
  ): Promise<{ check: RecordCheck; newest: Checkpoint | undefined; findings: Finding[] }> {
    const [tree] = await tx.query<{ sealed: string }>('select sealed from tree');
    const sealed = Number(tree?.sealed ?? 0);
    const check = new RecordCheck(tx.org, [this.trees.publicKey], maxFindings);
    const findings: Finding[] = [];
    for await (const entry of this.records.upTo(tx, sealed)) {
      if ('checkpoint' in entry) check.checkpoint(entry.checkpoint);
      else {
        const { agrees, service, ordinal, index } = entry.leaf;
        check.leaf(entry.leaf);
        if (!agrees && findings.length < maxFindings)
          findings.push({
            code: 'leaf.changed',
            service,
            ordinal,
            message: `the columns of leaf ${index} are not those of its envelope`,
          });
      }
    }
    findings.unshift(...check.end());
    if (sealed !== (check.newest?.size ?? 0))
      findings.push({
        code: 'checkpoint.missing',
        message: `${sealed} leaves were sealed; the newest checkpoint is of ${check.newest?.size ?? 0}`,
      });
    return { check, newest: check.newest, findings };
  }

  /** One service's own rows beside the leaves of it in the tree, by ordinal. */
  private async compare(service: string, head: number, call: Call): Promise<Finding[]> {
    const findings: Finding[] = [];
    const found = (code: string, ordinal: number, message: string) =>
      findings.push({ code, service, ordinal, message });
    const last = Math.max(head, await this.lastKept(service, call));
    for (let from = 1; from <= last && findings.length < maxFindings; from += leavesPerRequest) {
      const to = Math.min(from + leavesPerRequest - 1, last);
      const { items } = await this.range(service, from, to - from + 1, call);
      const own = new Map(items.map(({ ordinal, envelope }) => [ordinal, leafHash(canonical(envelope))]));
      const kept = await this.kept(service, from, to, call);
      for (let ordinal = from; ordinal <= to; ordinal++) {
        const [hash, leaf] = [own.get(ordinal), kept.get(ordinal)];
        if (!leaf && !hash)
          found('leaf.missing', ordinal, `leaf ${ordinal} of ${service} is gone from its rows and not in the tree`);
        else if (!leaf) found('leaf.unsealed', ordinal, `leaf ${ordinal} of ${service} is not in the tree`);
        else if (!hash)
          found(
            'leaf.missing',
            ordinal,
            `${service} no longer has its leaf ${ordinal} (${leaf.type}); the tree has it as leaf ${leaf.index}`,
          );
        else if (hash !== leaf.leaf_hash)
          found(
            'leaf.changed',
            ordinal,
            `${service} now has another leaf ${ordinal} (${leaf.type}) than the tree's leaf ${leaf.index}`,
          );
      }
    }
    return findings;
  }

  private async lastKept(service: string, call: Call): Promise<number> {
    const [row] = await this.database.read(call, (tx) =>
      tx.query<{ last: string | null }>(
        'select max(ordinal) as last from leaf where service = $1 and index < (select sealed from tree)',
        [service],
      ),
    );
    return Number(row?.last ?? 0);
  }

  private async kept(service: string, from: number, to: number, call: Call): Promise<Map<number, Kept>> {
    const rows = await this.database.read(call, (tx) =>
      tx.query<Kept>(
        'select index, ordinal, type, leaf_hash from leaf where service = $1 and ordinal between $2 and $3',
        [service, from, to],
      ),
    );
    return new Map(rows.map((row) => [Number(row.ordinal), row]));
  }

  private async range(service: string, from: number, limit: number, call: Call): Promise<LeavesRangeOutput> {
    return this.clients.call(leavesRange, { org: call.org, from, limit }, call, service);
  }

  /**
   * The whole sealed record as lines of JSON: a header with the public keys and the newest checkpoint, then leaves and
   * checkpoints in the order they came to be. It needs no database and no service to be checked.
   */
  async export(call: Call): Promise<Blob> {
    const checkpoint = await this.trees.checkpoint(call);
    const lines = await this.database.read(call, async (tx) => {
      const publicKey = this.trees.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
      const header = {
        kind: 'header',
        schemaVersion: '1.0',
        org: call.org,
        keys: [{ id: checkpoint.key, publicKey }],
        checkpoint,
      };
      const text = [JSON.stringify(header)];
      for await (const entry of this.records.upTo(tx, checkpoint.size)) {
        if ('checkpoint' in entry) text.push(JSON.stringify({ kind: 'checkpoint', ...entry.checkpoint }));
        else {
          const { index, leafHash: hash, envelope } = entry.leaf;
          // Not parsed and written again: what leaves the house is the bytes that are kept.
          text.push(`{"kind":"leaf","index":${index},"leafHash":"${hash}","envelope":${envelope}}`);
        }
      }
      return text;
    });
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    return { blob: await this.blobs.put(call.org, bytes), bytes: bytes.length };
  }
}

/** Two ways of looking may find the same thing. */
function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, Finding>();
  for (const finding of findings) {
    const { code, service, ordinal, message } = finding;
    const key = service === undefined ? `${code} ${message}` : `${code} ${service} ${ordinal}`;
    if (!seen.has(key)) seen.set(key, finding);
  }
  return [...seen.values()];
}
