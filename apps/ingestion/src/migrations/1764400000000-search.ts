import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Search within one environment, also on a server that holds a hundred of them: the place stands in the indexes beside
 * the words, so that a common word costs what this environment has of it and no more.
 */
export class Search1764400000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table graph.node_index add database text, add schema text;
      drop function graph.search;
      drop index graph.node_index_words, graph.node_index_trigrams;
      create index node_index_words on graph.node_index using gin (org_id, project, environment, words)
        with (gin_pending_list_limit = 512) where to_seq is null;
      create index node_index_trigrams on graph.node_index using gin (org_id, project, environment, name gin_trgm_ops)
        with (gin_pending_list_limit = 512) where to_seq is null;
      create index node_index_names on graph.node_index (org_id, project, environment, lower(name) text_pattern_ops)
        where to_seq is null;
      grant create on schema graph to headgate_search;
      create function graph.search(${parameters})
      returns table (node text, rank real, approximate boolean) ${settings} as $$ ${search} $$;
      create function graph.search_facets(${parameters})
      returns table (facet text, value text, assets bigint, seen bigint) ${settings} as $$ ${facets} $$;
    `);
    for (const name of ['search', 'search_facets']) {
      const full = `graph.${name}(text, text, text, text, text, text, text, text, text, integer)`;
      await db.query(`
        alter function ${full} owner to headgate_search;
        revoke all on function ${full} from public;
        grant execute on function ${full} to hg_graph_read;
      `);
    }
    await db.query('revoke create on schema graph from headgate_search');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop function graph.search, graph.search_facets');
  }
}

const parameters = `p text, e text, q text, want_type text, want_package text, want_tag text, want_owner text,
  want_materialization text, want_database text, cap integer`;

/**
 * Full-text and trigram operators are not leakproof, so under row-level security Postgres would check the policy on
 * every row before it may use their index. These functions read as a role that sees this one table only, and apply the
 * organization of the session themselves; the organization is never a parameter. A plan is made for each call, because
 * the best one depends on the words; it comes from an index, also when a limit makes the whole table look cheap.
 */
const settings = `language plpgsql stable security definer set search_path = graph, public set enable_seqscan = off
  set plan_cache_mode = force_custom_plan set pg_trgm.word_similarity_threshold = 0.45`;

/** `pattern` is what a name begins with; the last word may be unfinished, while somebody types. */
const declared = `
  the_org uuid := nullif(current_setting('app.org', true), '')::uuid;
  query tsquery := websearch_to_tsquery('simple', coalesce(q, ''));
  pattern text := replace(replace(replace(lower(q), '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%';`;
const unfinished = `
  if q ~ '[[:alnum:]]{3}$' and query::text ~ '''$' then query := (query::text || ':*')::tsquery; end if;`;

const here = 'n.org_id = the_org and n.project = p and n.environment = e and n.to_seq is null';
const wanted = `(want_type is null or n.type = want_type) and (want_package is null or n.package = want_package)
  and (want_tag is null or want_tag = any (n.tags)) and (want_owner is null or n.owner = want_owner)
  and (want_materialization is null or n.materialized = want_materialization)
  and (want_database is null or n.database = want_database)`;

/** Matches, each kind from its own index. One or two letters have no trigram: then only names that begin with them. */
const matches = (columns: string, filter: string, cap: string) => `
  (select ${columns} from node_index n where lower(n.name) = lower(q) and ${here} and ${filter} limit ${cap})
  union
  (select ${columns} from node_index n where n.words @@ query and ${here} and ${filter} limit ${cap})
  union
  (select ${columns} from node_index n where length(q) >= 3 and n.name ilike '%' || pattern and ${here} and ${filter} limit ${cap})
  union
  (select ${columns} from node_index n where length(q) < 3 and lower(n.name) like pattern and ${here} and ${filter} limit ${cap})`;

/** Names tell most: the whole, the beginning, a part. Tests carry the names of models, so they come after them. */
const search = `
  declare ${declared}
  begin
    ${unfinished}
    return query
    with found as (${matches('n.node, n.type, n.name, n.words', wanted, 'cap')})
    select f.node,
      (case when lower(f.name) = lower(q) then 8 when lower(f.name) like pattern then 4 when lower(f.name) like '%' || pattern then 2 else 0 end
        + case when f.type in ('test', 'unit_test') then -1 when f.type in ('model', 'source', 'seed', 'snapshot', 'exposure') then 0.3 else 0 end
        + 2 * ts_rank(f.words, query) + similarity(f.name, q))::real, false
    from found f order by 2 desc, 1 limit cap;
    if found or length(q) < 4 then return; end if;
    return query
    select f.node, (word_similarity(q, f.name) + similarity(q, f.name) / 2)::real, true
    from (select n.node, n.name from node_index n where q <% n.name and ${here} and ${wanted} limit cap) f
    order by 2 desc, 1 limit 50;
  end`;

const flags = `
  coalesce(n.type <> want_type, false) as no_type, coalesce(n.package <> want_package, false) as no_package,
  want_tag is not null and not want_tag = any (n.tags) as no_tag,
  want_owner is not null and n.owner is distinct from want_owner as no_owner,
  want_materialization is not null and n.materialized is distinct from want_materialization as no_materialization,
  want_database is not null and n.database is distinct from want_database as no_database`;
const facetNames = ['type', 'package', 'tag', 'owner', 'materialization', 'database'];
const misses = facetNames.map((name) => `f.no_${name}::int`).join(' + ');

/** A facet counts what all filters but its own leave, so that another value can be chosen. */
const facets = `
  declare ${declared}
  begin
    ${unfinished}
    return query
    with matching as materialized (${matches(`n.node, n.type, n.package, n.tags, n.owner, n.materialized as materialization, n.database, ${flags}`, 'q is not null', 'cap')}
      union all
      (select n.node, n.type, n.package, n.tags, n.owner, n.materialized, n.database, ${flags} from node_index n where q is null and ${here})),
    found as materialized (select f.*, ${misses} as missed from matching f),
    size as (select count(*) as n from matching)
    ${facetNames
      .map(
        (name) => `(select '${name}', v.value, count(*), (select n from size) from found f
      cross join lateral ${name === 'tag' ? 'unnest(f.tags) as v(value)' : `(values (coalesce(f.${name}, ''))) as v(value)`}
      where f.missed = f.no_${name}::int group by 2 order by 3 desc, 2 limit 50)`,
      )
      .join(' union all ')};
  end`;
