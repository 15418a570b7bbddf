import { Injectable } from '@nestjs/common';
import {
  artifactIngested,
  type IngestsCreateInput,
  type Ingest,
  type IngestsListInput,
  type IngestsListOutput,
  runObserved,
  snapshotCommitted,
} from '@headgate/contracts';
import { Blobs, type Call, Database, Failure, keyOf, mutate, pageOf, type Tx } from '@headgate/kit';
import { v7 as uuidv7 } from 'uuid';
import { commitSnapshot, takePlace } from './commit.ts';
import { Deliveries, type DeliveredFile, type Delivery } from './deliveries.ts';
import { manifestOf, recordResults } from './node-runs.ts';
import { matchWaiting } from './observed-runs.ts';
import { Running } from './running.ts';
import { takeBack } from './unused-blobs.ts';

/** Takes artifacts whole or not at all: everything is read before the transaction, everything is visible after it. */
@Injectable()
export class Ingests {
  private readonly running = new Running<Ingest>(20_000, 300_000);

  constructor(
    private readonly database: Database,
    private readonly deliveries: Deliveries,
    private readonly blobs: Blobs,
  ) {}

  /** A large delivery outlasts the request: the same request again joins it, or gets what came of it. */
  create(input: IngestsCreateInput, call: Call): Promise<Ingest> {
    return this.running.join(JSON.stringify([call.org, call.actor, input]), () =>
      this.deliveries.read({ ...input, isCurrent: true }, call, (delivery) =>
        this.database.write(call, (tx) => this.commit(tx, delivery)),
      ),
    );
  }

  /** The same for what a run left, in the transaction of the event that tells of it. */
  async takeRun(input: IngestsCreateInput & { run: string; isCurrent: boolean }, tx: Tx): Promise<void> {
    await this.deliveries.read(
      input,
      tx.call,
      (delivery) => this.commit(tx, delivery),
      (work) => work(tx),
    );
  }

  list({ project, environment, cursor, limit = 50 }: IngestsListInput, call: Call): Promise<IngestsListOutput> {
    return this.database.read(call, async (tx) => {
      const [at, id] = keyOf(cursor, 2) ?? [];
      const rows = await tx.query<IngestRow>(
        `select i.*, coalesce((select jsonb_agg(jsonb_build_object('name', a.name, 'kind', a.kind, 'artifact', a.digest, 'duplicate', false) order by a.name)
           from artifact a where a.ingest_id = i.id and a.org_id = i.org_id), '[]') as artifacts
         from ingest i where project = $1 and environment = $2 and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
         order by created_at desc, id desc limit $5`,
        [project, environment, at ?? null, id ?? null, limit + 1],
      );
      return pageOf(rows, limit, (row) => [row.created_at.toISOString(), row.id], shown);
    });
  }

  /** What the rows of this transaction name is there, and stays. */
  private async takeBytes(tx: Tx, { files, snapshot }: Delivery): Promise<void> {
    const made = snapshot ? [snapshot.blob, snapshot.skeleton, snapshot.manifest, snapshot.catalog] : [];
    const digests = [...files.map(({ blob }) => blob), ...made].filter((digest) => digest !== undefined);
    await takeBack(tx, digests);
    for (const digest of digests)
      if (!(await this.blobs.has(tx.org, digest)))
        throw new Failure('blob.missing', {
          detail: `the bytes of ${digest} were removed as unused`,
          hint: 'send them again',
        });
  }

  private async commit(tx: Tx, delivery: Delivery): Promise<Ingest> {
    const { project, environment, files, revision, run, snapshot } = delivery;
    await takePlace(tx, delivery);
    await this.takeBytes(tx, delivery);
    const id = uuidv7();
    const warnings = files.flatMap((file) => file.warnings);
    const kept = [];
    for (const { kind, name, blob, bytes, invocation, results } of files) {
      const fresh = await tx.query(
        `insert into artifact (org_id, project, environment, digest, kind, name, bytes, ingest_id, invocation) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict do nothing returning digest`,
        [tx.org, project, environment, blob, kind, name, bytes, id, invocation],
      );
      kept.push({ name, kind, artifact: blob, duplicate: fresh.length === 0 });
      if (results) await recordResults(tx, delivery, results, run ?? invocation);
    }
    const committed = snapshot && (await commitSnapshot(tx, delivery, snapshot, () => delivery.deltaNow(tx)));
    const observed = committed?.isNew ? await matchWaiting(tx, delivery) : [];
    await tx.query(
      `insert into ingest (org_id, id, project, environment, revision, run_id, snapshot_seq, snapshot_is_new, warnings) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        tx.org,
        id,
        project,
        environment,
        revision ?? null,
        run ?? null,
        committed?.snapshot.seq ?? null,
        committed?.isNew ?? false,
        JSON.stringify(warnings),
      ],
    );
    // What was seen of sources first: results beside it were built over that.
    const freshnessFirst = [...files].sort((a, b) => Number(b.kind === 'sources') - Number(a.kind === 'sources'));
    for (const file of freshnessFirst) await tell(tx, delivery, file, id);
    if (committed?.isNew) {
      const { snapshot: digest, seq, nodes, edges, manifest } = committed.snapshot;
      await mutate(tx, snapshotCommitted, {
        project,
        environment,
        snapshot: digest,
        seq,
        nodes,
        edges,
        manifest,
        ...(revision && { revision }),
      });
    }
    for (const run of observed) await mutate(tx, runObserved, run);
    const createdAt = new Date().toISOString();
    return {
      project,
      environment,
      id,
      createdAt,
      artifacts: kept,
      warnings,
      ...(committed && { snapshot: committed.snapshot, snapshotIsNew: committed.isNew }),
    };
  }
}

/** Results that belong to a manifest we have move the environment's state on, as our own runs do. */
async function tell(tx: Tx, delivery: Delivery, file: DeliveredFile, ingest: string): Promise<void> {
  const { project, environment, run } = delivery;
  const { kind, blob: artifact, invocation } = file;
  const manifest = kind === 'run_results' && !run ? await manifestOf(tx, delivery, invocation) : undefined;
  const more = { ...(run && { run }), ...(manifest && { manifest }) };
  await mutate(tx, artifactIngested, { project, environment, artifact, kind, ingest, ...more });
}

interface IngestRow {
  id: string;
  project: string;
  environment: string;
  created_at: Date;
  warnings: Ingest['warnings'];
  artifacts: Ingest['artifacts'];
}

const shown = ({ id, project, environment, created_at, warnings, artifacts }: IngestRow): Ingest => ({
  project,
  environment,
  id,
  createdAt: created_at.toISOString(),
  artifacts,
  warnings,
});
