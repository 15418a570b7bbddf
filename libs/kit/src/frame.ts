import type { QueryRunner } from 'typeorm';
import { identifier, infraLoginOf, type Schema } from './service.ts';

type Owned = Pick<Schema, 'name' | 'owner'>;

/**
 * What every schema stands in: outbox (= audit leaves), inbox, and the functions that keep tenant tables honest.
 * Runs before a schema's own migrations, as owner, again and again without harm.
 */
export async function createFrame(db: QueryRunner, schema: Owned): Promise<void> {
  const s = identifier(schema.name);
  await db.query(`
    create schema if not exists ${s};
    create table if not exists ${s}.outbox_head (org_id uuid primary key, ordinal bigint not null);
    create table if not exists ${s}.outbox (
      org_id uuid not null, ordinal bigint not null, id uuid not null, type text not null,
      envelope text not null, leaf_hash text not null,
      created_at timestamptz not null default now(), published_at timestamptz,
      primary key (org_id, ordinal));
    create table if not exists ${s}.relay (stream text primary key, created text not null, last_seq bigint not null);
    create table if not exists ${s}.inbox (
      org_id uuid not null, event_id uuid not null, type text not null, handled_at timestamptz not null default now(),
      primary key (org_id, event_id));
    create table if not exists ${s}.touched (xact xid8 primary key);

    alter table ${s}.outbox set (autovacuum_vacuum_scale_factor = 0.05);
    alter table ${s}.outbox_head set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500, fillfactor = 50);
    alter table ${s}.relay set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500, fillfactor = 50);
    alter table ${s}.inbox set (autovacuum_vacuum_scale_factor = 0.05);
    alter table ${s}.touched set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

    create or replace function ${s}.leaf_written() returns trigger language plpgsql as $$
      begin perform set_config('app.leaf', pg_current_xact_id()::text, true); return null; end $$;
    create or replace function ${s}.owe_leaf() returns void language plpgsql security definer set search_path = ${s} as $$
      begin
        perform set_config('app.touched', pg_current_xact_id()::text, true);
        insert into ${s}.touched values (pg_current_xact_id());
      end $$;
    create or replace function ${s}.leaf_wanted() returns trigger language plpgsql as $$
      begin
        if current_setting('app.touched', true) is distinct from pg_current_xact_id()::text then
          perform ${s}.owe_leaf();
        end if;
        return null;
      end $$;
    create or replace function ${s}.leaf_required() returns trigger language plpgsql security definer set search_path = ${s} as $$
      begin
        if current_setting('app.leaf', true) is distinct from pg_current_xact_id()::text then
          raise exception 'mutation without an audit leaf in schema ${s}'
            using hint = 'call mutate(tx, event, data) in the transaction that changes a tenant table';
        end if;
        delete from ${s}.touched where xact = new.xact;
        return null;
      end $$;
    create or replace trigger leaf_written after insert on ${s}.outbox for each statement execute function ${s}.leaf_written();
    create or replace trigger leaf_written after insert on ${s}.inbox for each statement execute function ${s}.leaf_written();
    drop trigger if exists leaf_required on ${s}.touched;
    create constraint trigger leaf_required after insert on ${s}.touched
      deferrable initially deferred for each row execute function ${s}.leaf_required();
  `);
  await countRelayed(db, schema);
  await protect(db, schema, 'outbox_head', { unaudited: 'counts the leaves' });
  await protect(db, schema, 'outbox', { unaudited: 'is the leaves' });
  await protect(db, schema, 'inbox', { unaudited: 'names the event whose leaf caused the change' });
  await db.query(
    `comment on table ${s}.touched is 'infrastructure: transactions that still owe a leaf; holds no tenant data';
     comment on table ${s}.relay is 'infrastructure: which stream has the outbox so far, and up to where'`,
  );
}

/**
 * Up to which ordinal each organization's leaves were sent. It used to be a mark on each row (`published_at`, which
 * nobody writes any more): where there are such rows, they say where to go on.
 */
async function countRelayed(db: QueryRunner, schema: Owned): Promise<void> {
  const s = identifier(schema.name);
  const [known] = (await db.query(`select to_regclass('${s}.relayed') as relayed`)) as { relayed: string | null }[];
  if (known!.relayed !== null) return;
  await db.query(`
    create table ${s}.relayed (org_id uuid primary key, ordinal bigint not null)
      with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
    alter table ${s}.outbox no force row level security;
    insert into ${s}.relayed
      select org_id, coalesce(min(ordinal) filter (where published_at is null) - 1, max(ordinal)) from ${s}.outbox group by org_id;
    drop index if exists ${s}.outbox_unpublished, ${s}.outbox_unsent;
  `);
  await protect(db, schema, 'relayed', { unaudited: 'counts what was sent' });
}

/** The one policy text: without nullif an unset organization would be an error instead of zero rows. */
export const ofTheOrg = `org_id = nullif(current_setting('app.org', true), '')::uuid`;

/**
 * Puts a tenant table under row-level security, and under the rule that a change needs an audit leaf. `unaudited` takes
 * the second rule away and says why; the reason stays with the table, where `npm run check` and people read it.
 */
export async function protect(
  db: QueryRunner,
  schema: Owned,
  table: string,
  rule: { unaudited?: string } = {},
): Promise<void> {
  const t = `${identifier(schema.name)}.${table}`;
  await db.query(`
    alter table ${t} enable row level security;
    alter table ${t} force row level security;
    drop policy if exists org on ${t};
    create policy org on ${t} using (${ofTheOrg}) with check (${ofTheOrg});
  `);
  if (rule.unaudited) {
    await db.query(`comment on table ${t} is 'unaudited: ${rule.unaudited.replaceAll("'", "''")}'`);
    return;
  }
  await db.query(`
    create or replace trigger leaf_wanted after insert or update or delete on ${t}
      for each statement execute function ${identifier(schema.name)}.leaf_wanted();
  `);
}

/** Lets a schema's infrastructure login see rows of every organization, on this table only, for these commands. */
export async function openToInfra(db: QueryRunner, schema: Owned, table: string, grants: string): Promise<void> {
  const t = `${identifier(schema.name)}.${table}`;
  const infra = infraLoginOf(schema.owner);
  await db.query(`
    drop policy if exists infra on ${t};
    create policy infra on ${t} to ${infra} using (true) with check (true);
    grant usage on schema ${identifier(schema.name)} to ${infra};
    grant ${grants} on ${t} to ${infra};
  `);
}
