import { Inject, Injectable } from '@nestjs/common';
import { plansHolds, runsHolds } from '@headgate/contracts';
import { Blobs, type Call, Clients, CONFIG, type Config, Database } from '@headgate/kit';
import type { Place } from './commit.ts';
import { expire, oldOf } from './expiry.ts';
import { noteUnused, unnamed } from './unused-blobs.ts';

const dayMs = 86_400_000;
/** Blobs looked at in one transaction. */
const most = 500;

/**
 * Removes what nothing needs any more: old snapshots with their rows, files, uploads that ended, and then their bytes.
 * unaudited: what goes with a snapshot has its leaf from `expire`; uploads and bytes without a row decide nothing.
 */
@Injectable()
export class Retention {
  private readonly days: number;
  private readonly graceMs: number;

  constructor(
    @Inject(CONFIG) { retention }: Config,
    private readonly database: Database,
    private readonly blobs: Blobs,
    private readonly clients: Clients,
  ) {
    this.days = retention.days ?? 90;
    this.graceMs = retention.graceMs ?? dayMs;
  }

  /** Removes old snapshots and files of an environment, but for those that newer plans and runs name. */
  async expire(place: Place, call: Call): Promise<void> {
    const old = await this.database.read(call, (tx) => oldOf(tx, place, this.days));
    const digests = [...old.snapshots.flatMap(({ snapshot, manifest }) => [snapshot, manifest]), ...old.files];
    if (digests.length === 0) return;
    const held = await this.held(digests, call);
    await this.database.write(call, (tx) => expire(tx, place, old, held));
  }

  /** Uploads whose day is over; their pieces are nobody's any more. */
  async dropUploads(call: Call): Promise<void> {
    await this.database.write(call, async (tx) => {
      const pieces = await tx.query<{ blob: string }>(
        `delete from upload_piece p using upload u where u.id = p.upload_id and u.expires_at < now() returning p.blob`,
      );
      const ended = await tx.query<{ digest: string }>('delete from upload where expires_at < now() returning digest');
      await noteUnused(tx, [...pieces.map(({ blob }) => blob), ...ended.map(({ digest }) => digest)]);
    });
  }

  /** Removes bytes that were noted as unused, once nobody can be about to name them. Answers whether there may be more. */
  async sweep(call: Call): Promise<boolean> {
    const old = `select digest from unused_blob where since < now() - make_interval(secs => $1) order by since, digest limit $2`;
    const found = await this.database.read(call, async (tx) => {
      const rows = await tx.query<{ digest: string }>(old, [this.graceMs / 1000, most]);
      const digests = rows.map(({ digest }) => digest);
      return { digests, unnamed: await unnamed(tx, digests) };
    });
    if (found.digests.length === 0) return false;
    const held = found.unnamed.length > 0 ? await this.held(found.unnamed, call) : new Set<string>();
    await this.remove(found.digests, held, call);
    return found.digests.length === most;
  }

  private async remove(digests: readonly string[], held: ReadonlySet<string>, call: Call): Promise<void> {
    await this.database.write(call, async (tx) => {
      // Whoever is about to name one waits here, or has it already.
      const rows = await tx.query<{ digest: string }>(
        'select digest from unused_blob where digest = any ($1) order by digest for update skip locked',
        [digests],
      );
      const free = new Set(
        await unnamed(
          tx,
          rows.map(({ digest }) => digest),
        ),
      );
      const later: string[] = [];
      for (const { digest } of rows) {
        if (!free.has(digest)) continue;
        if (held.has(digest) || !(await this.blobs.remove(tx.org, digest, this.graceMs))) later.push(digest);
      }
      const done = rows.map(({ digest }) => digest).filter((digest) => !later.includes(digest));
      await tx.query('delete from unused_blob where digest = any ($1)', [done]);
      await noteUnused(tx, later);
    });
  }

  /** What plans and runs still need. Where one of them does not answer, nothing is removed. */
  private async held(digests: readonly string[], call: Call): Promise<Set<string>> {
    const held = new Set<string>();
    for (let at = 0; at < digests.length; at += most) {
      const input = { digests: digests.slice(at, at + most), days: this.days };
      for (const operation of [plansHolds, runsHolds])
        for (const digest of (await this.clients.call(operation, input, call)).held) held.add(digest);
    }
    return held;
  }
}
