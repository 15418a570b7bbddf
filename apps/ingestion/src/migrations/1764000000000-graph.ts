import { protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

export class Graph1764000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table graph.ingest (
        org_id uuid not null, id uuid not null, project text not null, environment text not null,
        revision text, run_id uuid, snapshot_seq bigint, snapshot_is_new boolean not null default false,
        warnings jsonb not null default '[]', created_at timestamptz not null default now(),
        primary key (org_id, id));
      create index ingest_org_id_project_environment_created_at_idx on graph.ingest (org_id, project, environment, created_at);

      create table graph.artifact (
        org_id uuid not null, project text not null, environment text not null, digest text not null,
        kind text not null, name text not null, bytes bigint not null, ingest_id uuid not null,
        created_at timestamptz not null default now(),
        primary key (org_id, project, environment, digest));

      create table graph.graph_snapshot (
        org_id uuid not null, project text not null, environment text not null, seq bigint not null,
        snapshot text not null, manifest text not null, graph text not null, revision text,
        nodes integer not null, edges integer not null, counts jsonb not null,
        created_at timestamptz not null default now(),
        primary key (org_id, project, environment, seq));

      create table graph.environment_head (
        org_id uuid not null, project text not null, environment text not null, seq bigint not null,
        manifest text not null, catalog text, revision text, updated_at timestamptz not null default now(),
        primary key (org_id, project, environment));

      create table graph.node_index (
        org_id uuid not null, project text not null, environment text not null, node text not null,
        from_seq bigint not null, to_seq bigint,
        type text not null, name text not null, package text not null, materialized text, relation text, owner text,
        tags text[] not null, description text not null, digest text not null, columns integer not null,
        column_names text not null, words tsvector not null,
        primary key (org_id, project, environment, node, from_seq));
      create index node_index_now on graph.node_index (org_id, project, environment, node) where to_seq is null;
      create index node_index_words on graph.node_index using gin (words);
      create index node_index_trigrams on graph.node_index using gin (name gin_trgm_ops);

      create table graph.impact_index (
        org_id uuid not null, project text not null, environment text not null, parent text not null, child text not null,
        from_seq bigint not null, to_seq bigint,
        primary key (org_id, project, environment, parent, child, from_seq));
      create index impact_index_child on graph.impact_index (org_id, project, environment, child);

      create table graph.node_run (
        org_id uuid not null, project text not null, environment text not null, node text not null, run text not null,
        status text not null, finished_at timestamptz, duration_ms bigint, rows bigint, bytes bigint, message text,
        primary key (org_id, project, environment, node, run));
    `);
    for (const table of [
      'ingest',
      'artifact',
      'graph_snapshot',
      'environment_head',
      'node_index',
      'impact_index',
      'node_run',
    ]) {
      await protect(db, owned, table);
    }
    await createSearch(db);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      'drop function graph.search; drop table graph.ingest, graph.artifact, graph.graph_snapshot, graph.environment_head, graph.node_index, graph.impact_index, graph.node_run',
    );
  }
}

/**
 * Full-text and trigram operators are not leakproof, so under row-level security Postgres would check the policy on
 * every row before it may use their index. This function reads as a role that sees this one table only, and applies
 * the organization of the session itself; the organization is never a parameter.
 */
async function createSearch(db: QueryRunner): Promise<void> {
  const [role] = (await db.query(`select 1 from pg_roles where rolname = 'headgate_search'`)) as unknown[];
  if (!role) throw new Error('role headgate_search is missing: it is made with the logins');
  await db.query(`
    grant usage, create on schema graph to headgate_search;
    grant select on graph.node_index to headgate_search;
    create policy search on graph.node_index for select to headgate_search using (true);

    create function graph.search(p text, e text, q text, want_type text, want_package text, want_tag text, cap integer)
    returns table (node text, rank real, fragment text) language plpgsql stable security definer set search_path = graph, public as $$
    declare
      the_org uuid := nullif(current_setting('app.org', true), '')::uuid;
      query tsquery := websearch_to_tsquery('simple', q);
      pattern text := '%' || replace(replace(replace(q, '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%';
    begin
      return query
      with found as (
        (select n.node, n.name, n.words, n.description from node_index n
          where n.words @@ query and n.org_id = the_org and n.project = p and n.environment = e and n.to_seq is null
            and (want_type is null or n.type = want_type) and (want_package is null or n.package = want_package)
            and (want_tag is null or want_tag = any (n.tags)) limit cap)
        union
        (select n.node, n.name, n.words, n.description from node_index n
          where n.name ilike pattern and n.org_id = the_org and n.project = p and n.environment = e and n.to_seq is null
            and (want_type is null or n.type = want_type) and (want_package is null or n.package = want_package)
            and (want_tag is null or want_tag = any (n.tags)) limit cap))
      select f.node,
        ((case when lower(f.name) = lower(q) then 4 when f.name ilike substr(pattern, 2) then 2 else 0 end)
          + ts_rank(f.words, query) + similarity(f.name, q))::real as rank,
        case when f.words @@ query and f.description <> ''
          then ts_headline('simple', f.description, query, 'StartSel=«, StopSel=», MaxFragments=1, MaxWords=20, MinWords=5')
          else '' end
      from found f order by 2 desc, 1 limit cap;
    end $$;
    alter function graph.search owner to headgate_search;
    revoke create on schema graph from headgate_search;
    revoke all on function graph.search from public;
    grant execute on function graph.search to hg_graph_read;
  `);
}
