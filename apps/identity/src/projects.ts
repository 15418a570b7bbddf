import { Injectable } from '@nestjs/common';
import {
  type Org,
  type Project,
  projectCreated,
  type ProjectsCreateInput,
  type ProjectsListInput,
  type ProjectsListOutput,
} from '@headgate/contracts';
import { type Call, Database, Failure, keyOf, mutate, pageOf, type Tx } from '@headgate/kit';

interface Row {
  project: string;
  name: string;
  created_at: Date;
}

@Injectable()
export class Projects {
  constructor(private readonly database: Database) {}

  get(project: string, call: Call): Promise<Project> {
    return this.database.read(call, async (tx) => shown(await findProject(tx, project)));
  }

  list({ cursor, limit = 50 }: ProjectsListInput, call: Call): Promise<ProjectsListOutput> {
    return this.database.read(call, async (tx) => {
      const [after] = keyOf(cursor, 1) ?? [''];
      const rows = await tx.query<Row>('select * from project where project > $1 order by project limit $2', [
        after,
        limit + 1,
      ]);
      return pageOf(rows, limit, (row) => [row.project], shown);
    });
  }

  /** The same project twice is one. */
  create({ project, name = project }: ProjectsCreateInput, call: Call): Promise<Project> {
    return this.database.write(call, async (tx) => {
      await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${tx.org} ${project}`]);
      const [there] = await tx.query<Row>('select * from project where project = $1', [project]);
      if (there) return shown(there);
      const [made] = await tx.query<Row>(
        'insert into project (org_id, project, name) values ($1, $2, $3) returning *',
        [tx.org, project, name],
      );
      await mutate(tx, projectCreated, { project, name });
      return shown(made!);
    });
  }
}

/** The organization that the transaction is bound to. */
export async function organizationIn(tx: Tx): Promise<Org> {
  const [row] = await tx.query<{ org_id: string; slug: string; name: string; created_at: Date }>(
    'select * from organization',
  );
  if (!row) throw new Failure('not-found', { detail: 'this organization does not exist' });
  return { id: row.org_id, slug: row.slug, name: row.name, createdAt: row.created_at.toISOString() };
}

export async function findProject(tx: Tx, project: string): Promise<Row> {
  const [row] = await tx.query<Row>('select * from project where project = $1', [project]);
  if (row) return row;
  throw new Failure('not-found', {
    detail: `there is no project ${project}`,
    where: '/project',
    hint: 'make it first: POST /api/v1/projects',
  });
}

const shown = ({ project, name, created_at }: Row): Project => ({ project, name, createdAt: created_at.toISOString() });
