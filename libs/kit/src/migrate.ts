import { DataSource, type QueryRunner } from 'typeorm';
import type { HostConfig } from './config.ts';
import { createFrame, openToInfra } from './frame.ts';
import { PostgresNaming } from './naming.ts';
import { dataLoginOf, identifier, infraLoginOf, loginOf, type Schema, type Service } from './service.ts';

/** The role that owns every table. Nobody logs in as it, and it is bound by row-level security like everybody. */
const owner = 'headgate_owner';

/**
 * Brings the database up to date: logins as administrator, then as owner each schema's frame, migrations and grants.
 * Answers the SQL still missing between entities and tables; a test expects none.
 */
export async function migrate(host: HostConfig, ...services: Service[]): Promise<string[]> {
  const schemas = services.flatMap(({ schema, readOnly }) => (schema && !readOnly ? [schema] : []));
  const bulk = services.flatMap(({ data }) => data ?? []);
  const { database, data } = host.postgres;
  await asAdministrator(host, 'postgres', async (db) => {
    for (const name of [database, data]) if (name !== undefined) await createDatabase(db, name);
  });
  await asAdministrator(host, database, (db) => createLogins(db, host));
  const drift: string[] = [];
  for (const schema of schemas) drift.push(...(await migrateSchema(host, schema)));
  for (const schema of data === undefined ? [] : bulk) drift.push(...(await migrateSchema(host, schema, data)));
  return drift;
}

/** @param data the second database, when the schema is one of that: without a frame, as nothing in it is a decision */
async function migrateSchema(host: HostConfig, schema: Schema, data?: string): Promise<string[]> {
  const db = await new DataSource({
    ...connection(host, data ?? host.postgres.database),
    schema: identifier(schema.name),
    entities: schema.entities,
    migrations: schema.migrations,
    namingStrategy: new PostgresNaming(),
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'all',
    poolSize: 1,
    // Whoever compares entities with tables asks many things at once.
    extra: { pipeline: true, options: `-c role=${owner} -c search_path=${identifier(schema.name)},public` },
  }).initialize();
  try {
    await withRunner(db, async (runner) => {
      if (data === undefined) return createFrame(runner, schema);
      await runner.query(`create schema if not exists ${identifier(schema.name)}`);
    });
    await db.runMigrations();
    await withRunner(db, (runner) => (data === undefined ? grant(runner, schema) : grantData(runner, schema)));
    const { upQueries } = await db.driver.createSchemaBuilder().log();
    // Comments say which tables stand outside of the audit, and why; entities know nothing of that.
    return upQueries.map(({ query }) => query).filter((query) => !/^COMMENT ON TABLE .* IS NULL$/.test(query));
  } finally {
    await db.destroy();
  }
}

function connection({ postgres }: HostConfig, database: string) {
  const { host, port, owner: login } = postgres;
  return {
    type: 'postgres' as const,
    host,
    port,
    database,
    username: login.user,
    password: login.password,
    applicationName: 'migrate',
  };
}

async function withRunner(db: DataSource, work: (runner: QueryRunner) => Promise<void>): Promise<void> {
  const runner = db.createQueryRunner();
  await work(runner).finally(() => runner.release());
}

async function asAdministrator(
  host: HostConfig,
  database: string,
  work: (db: DataSource) => Promise<void>,
): Promise<void> {
  const db = await new DataSource({ ...connection(host, database), poolSize: 1 }).initialize();
  await work(db).finally(() => db.destroy());
}

async function createDatabase(db: DataSource, name: string): Promise<void> {
  const [role] = await db.query('select 1 from pg_roles where rolname = $1', [owner]);
  if (!role) await db.query(`create role ${owner} nologin`);
  const [database] = await db.query('select 1 from pg_database where datname = $1', [name]);
  if (!database) await db.query(`create database "${name}" owner ${owner}`);
  await db.query(`revoke connect on database "${name}" from public`);
  await db.query(`grant create, connect on database "${name}" to ${owner}`);
}

async function createLogins(db: DataSource, { postgres }: HostConfig): Promise<void> {
  await db.query('create extension if not exists pg_trgm');
  await db.query('create extension if not exists btree_gin');
  // Reads the one search index across organizations, inside one function; nobody logs in as it.
  const [search] = await db.query(`select 1 from pg_roles where rolname = 'headgate_search'`);
  if (!search) await db.query('create role headgate_search nologin');
  await db.query(`grant headgate_search to ${owner}; grant create, usage on schema public to ${owner}`);
  await db.query(`grant create, usage on schema public to ${owner}; grant usage on schema public to public`);
  for (const [name, login] of Object.entries(postgres.logins)) {
    const [exists] = await db.query('select 1 from pg_roles where rolname = $1', [login.user]);
    const verb = exists ? 'alter' : 'create';
    const password = login.password.replaceAll("'", "''");
    await db.query(
      `${verb} role ${login.user} login nosuperuser nocreatedb nocreaterole nobypassrls password '${password}'`,
    );
    // A login is of one of the two databases, and does not get into the other.
    const home = name.endsWith('_data') ? postgres.data : postgres.database;
    if (home !== undefined) await db.query(`grant connect on database "${home}" to ${login.user}`);
  }
}

/** Rows come and go there; which of them may be changed, a migration says. */
async function grantData(db: QueryRunner, schema: Schema): Promise<void> {
  const s = identifier(schema.name);
  await db.query(`grant usage on schema ${s} to ${dataLoginOf(schema.owner)}`);
}

async function grant(db: QueryRunner, schema: Schema): Promise<void> {
  const s = identifier(schema.name);
  const writer = loginOf(schema.owner);
  // Leaves can be added, never changed; the relay alone may note that one was published.
  await db.query(`
    grant usage on schema ${s} to ${writer};
    grant select, insert, update, delete on all tables in schema ${s} to ${writer};
    grant usage on all sequences in schema ${s} to ${writer};
    revoke update, delete on ${s}.outbox, ${s}.inbox from ${writer};
    revoke all on ${s}.touched, ${s}.relay, ${s}.relayed, ${s}.migrations from ${writer};
  `);
  for (const reader of (schema.readers ?? []).map(loginOf)) {
    await db.query(`
      grant usage on schema ${s} to ${reader};
      grant select on all tables in schema ${s} to ${reader};
      revoke all on ${s}.outbox, ${s}.outbox_head, ${s}.inbox, ${s}.touched, ${s}.relay, ${s}.relayed, ${s}.migrations from ${reader};
    `);
    for (const table of schema.hidden ?? []) await db.query(`revoke all on ${s}.${table} from ${reader}`);
  }
  await openToInfra(db, schema, 'outbox_head', 'select');
  await openToInfra(db, schema, 'outbox', 'select');
  await openToInfra(db, schema, 'inbox', 'select, delete');
  await openToInfra(db, schema, 'relayed', 'select, insert, update');
  await db.query(`
    grant usage on schema ${s} to ${infraLoginOf(schema.owner)};
    grant select, insert, update on ${s}.relay to ${infraLoginOf(schema.owner)};
  `);
}
