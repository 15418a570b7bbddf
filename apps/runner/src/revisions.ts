import { Injectable } from '@nestjs/common';
import {
  type Revision,
  revisionCreated,
  type RevisionsCreateInput,
  type RevisionsListInput,
  type RevisionsListOutput,
} from '@headgate/contracts';
import { Blobs, type Call, Database, keyOf, mutate, pageOf } from '@headgate/kit';
import { canonicalArchive } from './archive.ts';
import { Runs } from './runs.ts';
import { revisionStage } from './worker/revision-stage.ts';

interface Row {
  project: string;
  environment: string;
  revision: string;
  files: number;
  bytes: string;
  created_at: Date;
  key_at: string;
}

/** States of a project's files. */
@Injectable()
export class Revisions {
  constructor(
    private readonly database: Database,
    private readonly blobs: Blobs,
    private readonly runs: Runs,
  ) {}

  /**
   * Makes the files of an uploaded tar known as a revision, and has dbt parse and compile it unless told not to. A revision is named
   * by its content alone, so the same files sent again, packed by whatever means, are the same revision.
   */
  async create({ project, environment, blob, parse = true }: RevisionsCreateInput, call: Call): Promise<Revision> {
    const { tar, files, bytes } = await canonicalArchive(await this.blobs.get(call.org, blob));
    const revision = await this.blobs.put(call.org, tar);
    return this.database.write(call, async (tx) => {
      // Sent again, it becomes the newest again: going back to an earlier state of the files is a change like any other.
      const [row] = await tx.query<Row & { is_new: boolean }>(
        `insert into revision (org_id, project, environment, revision, files, bytes) values ($1, $2, $3, $4, $5, $6)
         on conflict (org_id, project, environment, revision) do update set created_at = now()
         returning *, xmax = 0 as is_new`,
        [tx.org, project, environment, revision, files, bytes],
      );
      const stages = [revisionStage];
      const requestedBy = call.actor.id;
      const run = parse
        ? await this.runs.request(tx, { project, environment, kind: 'parse', revision, stages, requestedBy })
        : undefined;
      if (row!.is_new || !run) await mutate(tx, revisionCreated, { project, environment, revision, files, bytes });
      return { ...shown(row!), ...(run && { run: run.id }) };
    });
  }

  list({ project, environment, cursor, limit = 50 }: RevisionsListInput, call: Call): Promise<RevisionsListOutput> {
    return this.database.read(call, async (tx) => {
      const [at, revision] = keyOf(cursor, 2) ?? [];
      const rows = await tx.query<Row>(
        `select *, created_at::text as key_at from revision where project = $1 and environment = $2 and ($3::timestamptz is null or (created_at, revision) < ($3, $4))
         order by created_at desc, revision desc limit $5`,
        [project, environment, at ?? null, revision ?? null, limit + 1],
      );
      return pageOf(rows, limit, (row) => [row.key_at, row.revision], shown);
    });
  }
}

const shown = ({ project, environment, revision, files, bytes, created_at }: Row): Revision => ({
  project,
  environment,
  revision,
  files,
  bytes: Number(bytes),
  createdAt: created_at.toISOString(),
});
