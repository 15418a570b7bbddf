import { Injectable } from '@nestjs/common';
import {
  type Environment,
  environmentChanged,
  environmentCreated,
  environmentRevealed,
  type EnvironmentsCreateInput,
  type EnvironmentsGetInput,
  type EnvironmentsListInput,
  type EnvironmentsListOutput,
  type EnvironmentsPutVariableInput,
  type EnvironmentsRevealOutput,
} from '@headgate/contracts';
import { type Call, Database, Failure, keyOf, mutate, pageOf, type Tx, Vault } from '@headgate/kit';
import { findProject } from './projects.ts';

/** The dbt that an environment runs with when nobody said another one: the installed one. */
const defaultDbt = '1.11';

interface Row {
  project: string;
  environment: string;
  adapter: string;
  dbt_version: string;
  created_at: Date;
  variables: Environment['variables'];
}

const columns = `e.project, e.environment, e.adapter, e.dbt_version, e.created_at,
  coalesce((select jsonb_agg(jsonb_build_object('name', v.name, 'secret', v.secret) order by v.name) from environment_variable v
    where v.org_id = e.org_id and v.project = e.project and v.environment = e.environment), '[]') as variables`;

@Injectable()
export class Environments {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  get(input: EnvironmentsGetInput, call: Call): Promise<Environment> {
    return this.database.read(call, async (tx) => shown(await findEnvironment(tx, input)));
  }

  list({ project, cursor, limit = 50 }: EnvironmentsListInput, call: Call): Promise<EnvironmentsListOutput> {
    return this.database.read(call, async (tx) => {
      const [after] = keyOf(cursor, 1) ?? [''];
      await findProject(tx, project);
      const rows = await tx.query<Row>(
        `select ${columns} from environment e where project = $1 and environment > $2 order by environment limit $3`,
        [project, after, limit + 1],
      );
      return pageOf(rows, limit, (row) => [row.environment], shown);
    });
  }

  /** The same environment twice is one; its settings stay as they were first made. */
  create(
    { project, environment, adapter = 'duckdb', dbtVersion = defaultDbt }: EnvironmentsCreateInput,
    call: Call,
  ): Promise<Environment> {
    return this.database.write(call, async (tx) => {
      await findProject(tx, project);
      await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${tx.org} ${project} ${environment}`]);
      const [there] = await tx.query('select 1 from environment where project = $1 and environment = $2', [
        project,
        environment,
      ]);
      if (!there) {
        await tx.query(
          'insert into environment (org_id, project, environment, adapter, dbt_version) values ($1, $2, $3, $4, $5)',
          [tx.org, project, environment, adapter, dbtVersion],
        );
        await mutate(tx, environmentCreated, { project, environment, adapter });
      }
      return shown(await findEnvironment(tx, { project, environment }));
    });
  }

  putVariable(
    { project, environment, name, value, secret = false }: EnvironmentsPutVariableInput,
    call: Call,
  ): Promise<Environment> {
    if (secret && Buffer.byteLength(value) < 8) {
      throw new Failure('contract.invalid', {
        detail: 'a secret of fewer than 8 bytes cannot be kept out of logs',
        where: '/value',
        hint: 'use a longer one, or set it as a plain variable',
      });
    }
    return this.database.write(call, async (tx) => {
      await findEnvironment(tx, { project, environment });
      await tx.query(
        `insert into environment_variable (org_id, project, environment, name, sealed, secret) values ($1, $2, $3, $4, $5, $6)
         on conflict (org_id, project, environment, name) do update set sealed = excluded.sealed, secret = excluded.secret, updated_at = now()`,
        [
          tx.org,
          project,
          environment,
          name,
          this.vault.seal(tx.org, purposeOf(project, environment, name), value),
          secret,
        ],
      );
      await mutate(tx, environmentChanged, { project, environment, changed: [`variable:${name}`] });
      return shown(await findEnvironment(tx, { project, environment }));
    });
  }

  /** Plaintext, for the runner's sandbox alone. The use of a secret is kept in the audit, or there is no secret. */
  reveal(place: EnvironmentsGetInput, call: Call): Promise<EnvironmentsRevealOutput> {
    return this.database.write(call, async (tx) => {
      const { adapter, dbt_version } = await findEnvironment(tx, place);
      const { project, environment } = place;
      const rows = await tx.query<{ name: string; sealed: Buffer; secret: boolean }>(
        'select name, sealed, secret from environment_variable where project = $1 and environment = $2 order by name',
        [project, environment],
      );
      const variables = rows.map(({ name, sealed, secret }) => ({
        name,
        secret,
        value: this.vault.open(tx.org, purposeOf(project, environment, name), sealed),
      }));
      const names = rows.filter(({ secret }) => secret).map(({ name }) => name);
      if (names.length > 0) await mutate(tx, environmentRevealed, { project, environment, names });
      return { adapter, dbtVersion: dbt_version, variables };
    });
  }
}

const purposeOf = (project: string, environment: string, name: string): string => `${project}/${environment}/${name}`;

/** The environment, or the failure that says which part of it is missing. */
export async function findEnvironment(tx: Tx, { project, environment }: EnvironmentsGetInput): Promise<Row> {
  const [row] = await tx.query<Row>(`select ${columns} from environment e where project = $1 and environment = $2`, [
    project,
    environment,
  ]);
  if (row) return row;
  throw new Failure('not-found', {
    detail: `there is no environment ${project}/${environment}`,
    where: '/environment',
    hint: `make it: POST /api/v1/projects/${project}/environments`,
  });
}

const shown = ({ project, environment, adapter, dbt_version, created_at, variables }: Row): Environment => ({
  project,
  environment,
  adapter,
  dbtVersion: dbt_version,
  createdAt: created_at.toISOString(),
  variables,
});
