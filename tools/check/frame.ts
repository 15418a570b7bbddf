// Migrates every service on a throw-away Postgres and looks at what stands there: no table without forced row-level
// security and the one policy, no tenant table that can be changed without an audit leaf, no login that could get around
// either. Then it tries: as each service, to change each of its tables without a leaf.
import { generateKeyPairSync } from 'node:crypto';
import { type HostConfig, migrate, ofTheOrg, type Service } from '@headgate/kit';
import pg from 'pg';
import { services } from '../../apps/all/src/services.ts';

const org = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b01';
const server = new URL(process.env['HEADGATE_TEST_POSTGRES'] ?? '');
const findings: string[] = [];

interface Table {
  schema: string;
  name: string;
  comment: string | null;
  secured: boolean;
  forced: boolean;
  policies: { name: string; using: string; check: string | null; roles: string[] }[];
  triggers: string[];
  columns: string[];
  unique: string[];
}

const host = hostConfig();
findings.push(...(await migrate(host, ...services)).map((sql) => `entities and migrations disagree: ${sql}`));
const { owner, data } = host.postgres;
const admin = await connect(owner.user, owner.password);
const keeper = await connect(owner.user, owner.password, data);
for (const { schema, readOnly, data: bulk } of services) {
  if (bulk) for (const table of await tablesOf(bulk.name, keeper)) judge(table);
  if (!schema || readOnly) continue;
  for (const table of await tablesOf(schema.name.replaceAll('-', '_'))) judge(table);
}
for (const client of [admin, keeper]) await judgeLogins(client);
for (const service of services) await attempt(service);
await Promise.all([admin.end(), keeper.end()]);
if (findings.length > 0) {
  console.error(findings.map((finding) => `frame: ${finding}`).join('\n'));
  process.exit(1);
}
console.log('frame: every table is under forced row-level security, every change of one needs an audit leaf');

function judge({ schema, name, comment, secured, forced, policies, triggers, columns, unique }: Table): void {
  const table = `${schema}.${name}`;
  if (comment?.startsWith('infrastructure: ')) {
    if (columns.includes('org_id')) findings.push(`${table} has org_id but calls itself infrastructure`);
    return;
  }
  if (!columns.includes('org_id')) findings.push(`${table} has no org_id`);
  if (!secured) findings.push(`${table} is without row-level security: call protect(db, schema, '${name}')`);
  if (secured && !forced) findings.push(`${table} does not force row-level security on its owner`);
  const own = policies.find((policy) => policy.name === 'org');
  const plain = (text: string | null | undefined) => (text ?? '').replace(/[\s()]|::text/g, '').toLowerCase();
  if (secured && (plain(own?.using) !== plain(ofTheOrg) || plain(own?.check) !== plain(ofTheOrg))) {
    findings.push(`${table} has a policy "org" other than kit's`);
  }
  for (const policy of policies) {
    if (policy.name !== 'org' && policy.roles.some((role) => !/^\{?(hg_\w+_infra|headgate_search)\}?$/.test(role))) {
      findings.push(`${table} has policy "${policy.name}" for ${policy.roles.join(', ')}`);
    }
  }
  for (const index of unique)
    if (!/\((org_id|.*\borg_id\b)/.test(index)) findings.push(`${table} is unique across organizations: ${index}`);
  const unaudited = comment?.startsWith('unaudited: ') && comment.length > 'unaudited: '.length + 5;
  if (!unaudited && !triggers.includes('leaf_wanted'))
    findings.push(`${table} can be changed without an audit leaf: call protect(db, schema, '${name}')`);
}

async function tablesOf(schema: string, client = admin): Promise<Table[]> {
  const { rows } = await client.query(
    `select n.nspname as schema, c.relname as name, obj_description(c.oid, 'pg_class') as comment,
       c.relrowsecurity as secured, c.relforcerowsecurity as forced,
       coalesce((select jsonb_agg(jsonb_build_object('name', p.policyname, 'using', p.qual, 'check', p.with_check, 'roles', p.roles))
         from pg_policies p where p.schemaname = n.nspname and p.tablename = c.relname), '[]') as policies,
       array(select t.tgname::text from pg_trigger t where t.tgrelid = c.oid and t.tgenabled = 'O') as triggers,
       array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
       array(select pg_get_indexdef(i.indexrelid) from pg_index i where i.indrelid = c.oid and i.indisunique) as unique
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'migrations' order by 2`,
    [schema],
  );
  return rows;
}

async function judgeLogins(client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    `select rolname from pg_roles where rolname ~ '^(hg_|headgate_)' and rolname <> $1 and (rolsuper or rolbypassrls or rolcreaterole)`,
    [host.postgres.owner.user],
  );
  for (const { rolname } of rows) findings.push(`${rolname} could switch row-level security off`);
  const owned = await client.query(
    `select c.oid::regclass::text as name from pg_class c join pg_roles r on r.oid = c.relowner where c.relkind = 'r' and r.rolcanlogin and r.rolname ~ '^hg_' and r.rolname <> $1`,
    [host.postgres.owner.user],
  );
  for (const { name } of owned.rows) findings.push(`${name} belongs to a login, which could alter it`);
}

/** A statement that changes no row still owes its leaf, so every table can be tried without knowing its columns. */
async function attempt({ name, schema, readOnly }: Service): Promise<void> {
  const login = host.postgres.logins[name];
  if (!schema || !login) return;
  const db = await connect(login.user, login.password);
  for (const { schema: in_, name: table, comment } of await tablesOf(schema.name.replaceAll('-', '_'))) {
    if (!readOnly && /^(unaudited|infrastructure): /.test(comment ?? '')) continue;
    await db.query('begin');
    await db.query(`select set_config('app.org', $1, true)`, [org]);
    const refused = await db
      .query(`delete from ${in_}.${table} where false`)
      .then(() => db.query('commit'))
      .then(
        () => false,
        () => true,
      );
    await db.query('rollback');
    if (!refused) findings.push(`${name} changed ${in_}.${table} without an audit leaf`);
  }
  await db.end();
}

async function connect(user: string, password: string, database = host.postgres.database): Promise<pg.Client> {
  const client = new pg.Client({
    host: server.hostname,
    port: Number(server.port),
    user,
    password,
    database,
  });
  await client.connect();
  return client;
}

function hostConfig(): HostConfig {
  const names = services.map(({ name }) => name);
  const logins = Object.fromEntries(
    [...names.flatMap((name) => [name, `${name}_infra`]), 'dispatcher_data'].map((name) => [
      name,
      { user: `hg_${name.replaceAll('-', '_')}`, password: 'frame-check' },
    ]),
  );
  const database = process.env['HEADGATE_FRAME_DATABASE'] ?? 'frame';
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const unused = { user: 'unused', password: 'unused' };
  return {
    profile: 'embedded',
    stateDir: '',
    http: { host: '127.0.0.1', port: 0 },
    health: { port: 0 },
    postgres: {
      host: server.hostname,
      port: Number(server.port),
      database,
      data: `${database}_data`,
      owner: { user: server.username, password: decodeURIComponent(server.password) },
      logins,
    },
    nats: { url: '', admin: unused, users: {} },
    keys: { identity: key },
    blobs: { dir: '', key: '' },
    bootstrap: { org: '', owner: '', token: '' },
    runner: { python: '', sandbox: 'auto', workDir: '' },
  };
}
