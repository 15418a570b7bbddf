import { Injectable } from '@nestjs/common';
import {
  artifactIngested,
  type IngestsCreateInput,
  type Ingest,
  type IngestsListInput,
  type IngestsListOutput,
  snapshotCommitted,
} from '@headgate/contracts';
import { type Artifact, readArtifact } from '@headgate/dbt';
import { Blobs, type Call, Database, Failure, keyOf, mutate, pageOf, type Tx } from '@headgate/kit';
import { v7 as uuidv7 } from 'uuid';
import { commitSnapshot, currentHead, type Place } from './commit.ts';
import { recordResults } from './results.ts';
import { buildSnapshot, type BuiltSnapshot } from './snapshot.ts';

/** What one delivery is made of, once every file has been read. */
interface Delivery extends Place {
  readonly artifacts: readonly { artifact: Artifact; name: string; blob: string; bytes: number }[];
  readonly revision?: string | undefined;
  readonly run?: string | undefined;
  /** Whether its manifest becomes what the environment shows; a run's own manifest does not, it may be older. */
  readonly isCurrent: boolean;
}

/** Takes artifacts whole or not at all: everything is read before the transaction, everything is visible after it. */
@Injectable()
export class Ingests {
  constructor(
    private readonly database: Database,
    private readonly blobs: Blobs,
  ) {}

  async create(input: IngestsCreateInput, call: Call): Promise<Ingest> {
    const delivery = await this.read({ ...input, isCurrent: true }, call);
    const snapshot = await this.build(delivery, call);
    return this.database.write(call, (tx) => this.commit(tx, delivery, snapshot));
  }

  /** The same for what a run left, in the transaction of the event that tells of it. */
  async takeRun(input: IngestsCreateInput & { run: string; isCurrent: boolean }, tx: Tx): Promise<void> {
    const delivery = await this.read(input, tx.call);
    await this.commit(tx, delivery, await this.build(delivery, tx.call));
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

  private async read(
    input: IngestsCreateInput & { run?: string; isCurrent: boolean },
    { org }: Call,
  ): Promise<Delivery> {
    const artifacts = [];
    for (const { name, blob } of input.artifacts) {
      const bytes = await this.blobs.get(org, blob);
      const result = readArtifact(bytes, { file: name });
      if (!result.ok) {
        const { file, path, message } = result.error;
        throw new Failure('artifact.refused', {
          detail: `${file}: ${message}`,
          where: `${file} ${path}`,
          hint: 'nothing of this delivery was taken',
        });
      }
      artifacts.push({ artifact: result.artifact, name, blob, bytes: bytes.length });
    }
    const { project, environment, revision, run, isCurrent } = input;
    return { project, environment, revision, run, isCurrent, artifacts };
  }

  private async build(delivery: Delivery, call: Call): Promise<BuiltSnapshot | undefined> {
    if (!delivery.isCurrent) return undefined;
    const find = (kind: Artifact['kind']) => delivery.artifacts.find(({ artifact }) => artifact.kind === kind);
    if (!find('manifest') && !find('catalog')) return undefined;
    const head = await this.database.read(call, (tx) => currentHead(tx, delivery));
    return buildSnapshot(this.blobs, call.org, delivery, head, {
      manifest: find('manifest'),
      catalog: find('catalog'),
    });
  }

  private async commit(tx: Tx, delivery: Delivery, snapshot: BuiltSnapshot | undefined): Promise<Ingest> {
    const { project, environment, artifacts, revision, run } = delivery;
    await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`${tx.org} ${project} ${environment}`]);
    const id = uuidv7();
    const warnings = artifacts
      .flatMap(({ artifact }) => artifact.warnings.slice(0, 50))
      .map(({ code, path, message }) => ({ code, path, message }));
    const kept = [];
    for (const { artifact, name, blob, bytes } of artifacts) {
      const fresh = await tx.query(
        `insert into artifact (org_id, project, environment, digest, kind, name, bytes, ingest_id) values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict do nothing returning digest`,
        [tx.org, project, environment, blob, artifact.kind, name, bytes, id],
      );
      kept.push({ name, kind: artifact.kind, artifact: blob, duplicate: fresh.length === 0 });
      if (artifact.kind === 'run_results') await recordResults(tx, delivery, artifact.runResults, run);
    }
    const committed = snapshot ? await commitSnapshot(tx, delivery, snapshot) : undefined;
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
    for (const { kind, artifact } of kept) {
      await mutate(tx, artifactIngested, {
        project,
        environment,
        artifact,
        kind: kind as 'manifest',
        ingest: id,
        ...(run && { run }),
      });
    }
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
