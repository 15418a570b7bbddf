import { Injectable } from '@nestjs/common';
import {
  type Revision,
  revisionCreated,
  type RevisionsCreateInput,
  type RevisionsListInput,
  type RevisionsListOutput,
} from '@headgate/contracts';
import { Blobs, type Call, Database, keyOf, mutate, pageOf } from '@headgate/kit';
import { listArchive } from './archive.ts';
import { Runs } from './runs.ts';

interface Row {
  project: string;
  environment: string;
  revision: string;
  files: number;
  bytes: string;
  created_at: Date;
}

/** States of a project's files. */
@Injectable()
export class Revisions {
  constructor(
    private readonly database: Database,
    private readonly blobs: Blobs,
    private readonly runs: Runs,
  ) {}

  /** Makes an uploaded tar known as a revision, named by its digest, and has dbt parse it unless told not to. */
  async create({ project, environment, blob, parse = true }: RevisionsCreateInput, call: Call): Promise<Revision> {
    const { files, bytes } = await listArchive(await this.blobs.get(call.org, blob));
    return this.database.write(call, async (tx) => {
      const [known] = await tx.query<Row>(
        'select * from revision where project = $1 and environment = $2 and revision = $3',
        [project, environment, blob],
      );
      if (!known) {
        await tx.query(
          'insert into revision (org_id, project, environment, revision, files, bytes) values ($1, $2, $3, $4, $5, $6)',
          [tx.org, project, environment, blob, files, bytes],
        );
        await mutate(tx, revisionCreated, { project, environment, revision: blob, files, bytes });
      } else if (parse) {
        // It becomes the newest again: going back to an earlier state of the files is a change like any other.
        await tx.query(
          'update revision set created_at = now() where project = $1 and environment = $2 and revision = $3',
          [project, environment, blob],
        );
      }
      const run = parse
        ? await this.runs.request(tx, {
            project,
            environment,
            kind: 'parse',
            revision: blob,
            stages: [{ command: ['parse'] }],
            requestedBy: call.actor.id,
          })
        : undefined;
      const createdAt = (known?.created_at ?? new Date()).toISOString();
      return { project, environment, revision: blob, files, bytes, createdAt, ...(run && { run: run.id }) };
    });
  }

  list({ project, environment, cursor, limit = 50 }: RevisionsListInput, call: Call): Promise<RevisionsListOutput> {
    return this.database.read(call, async (tx) => {
      const [at, revision] = keyOf(cursor, 2) ?? [];
      const rows = await tx.query<Row>(
        `select * from revision where project = $1 and environment = $2 and ($3::timestamptz is null or (created_at, revision) < ($3, $4))
         order by created_at desc, revision desc limit $5`,
        [project, environment, at ?? null, revision ?? null, limit + 1],
      );
      return pageOf(rows, limit, (row) => [row.created_at.toISOString(), row.revision], shown);
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
