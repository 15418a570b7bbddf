import { describe, expect, test } from '@jest/globals';
import type { Dialect } from './dialect.ts';
import { columnLineage } from './lineage.ts';
import { report } from './report.ts';

const SCHEMA = {
  t: ['a', 'b', 'c', 'k', 'arr', 'js', 'd'],
  u: ['a', 'x', 'y', 'k'],
  v: ['id', 'p', 'q'],
  tgt: ['a', 'b', 'c'],
};

/** `column <- sources; … | predicates`, with the confidence where it is below 1. */
function told(dialect: Dialect, sql: string): string {
  const result = report(columnLineage(sql, SCHEMA, { dialect, detail: false }));
  if ('error' in result) return result.error;
  const edges = result.edges.map(
    (edge) => `${edge.target}<-${edge.sources.join('+')}${edge.confidence < 1 ? ` ${edge.confidence}` : ''}`,
  );
  return [edges.join('; '), ...(result.predicates.length > 0 ? [result.predicates.join(' ')] : [])].join(' | ');
}

type Row = readonly [sql: string, expected: string];

const CONSTRUCTS: Readonly<Record<Dialect, readonly Row[]>> = {
  snowflake: [
    ['select s.$1, s.$2:x as y from @stage s', '$1<-@stage.$1 0.9; y<-@stage.$2 0.9'],
    ["select a from identifier('t')", 'a<-t.a'],
    ['select * from table(result_scan(last_query_id()))', '*<- 0.5'],
    ["select object_construct('a', a)::variant:b[0].c as z from t", 'z<-t.a'],
    ["select dateadd(month, b, date_trunc('month', d)) as z from t", 'z<-t.b+t.d'],
    ['select t.a from t, u where t.k = u.k(+) and u.y(+) = 3', 'a<-t.a | t.k u.k u.y'],
    ['update tgt set a = (select max(x) from u where u.k = tgt.c)', 'a<-u.x | tgt.c u.k'],
    ['insert all into tgt (a) values (k) into u (a, x) select k, b from t', 'a<-t.k; a<-t.k; x<-t.b'],
    [
      'insert first when k > 1 then into tgt (a, b) values (k, b) else into v (id) values (c) select k, b, c from t where d > 1',
      'a<-t.k; b<-t.b; id<-t.c | t.d t.k',
    ],
    ["create dynamic table z target_lag='1 minute' warehouse=w as select a from t", 'a<-t.a'],
  ],
  bigquery: [
    ['select item.*, k from t, unnest(arr) as item', '*<-t.arr; k<-t.k'],
    ['select net.host(k) as h, proj.ds.fn(c) as f, safe.substr(a, 1) as s from t', 'h<-t.k; f<-t.c; s<-t.a'],
    ['declare x int64 default 1; select a + x + @p as z from t', 'z<-t.a'],
    ['insert `tgt` (a, b) values ((select max(x) from u), 2)', 'a<-u.x; b<-'],
    [
      "select * from t unpivot ((v1, v2) for q in ((a, b) as 'x', (c, k) as 'y'))",
      'arr<-t.arr; js<-t.js; d<-t.d; q<-; v1<-t.a+t.c; v2<-t.b+t.k | t.a t.b t.c t.k',
    ],
    ['select (select as struct max(x) as m, min(y) as n from u) as s from t', 's<-u.x+u.y'],
    ['select a, sum(b) over (w order by d) as s from t window w as (partition by c)', 'a<-t.a; s<-t.b+t.c+t.d'],
  ],
  redshift: [
    ['select attr, val from t z, unpivot z.js as val at attr', 'attr<-t.js; val<-t.js'],
    ['select a into #z from t; select a from #z', 'a<-t.a; a<-t.a'],
    ['merge into tgt using u on tgt.a = u.a remove duplicates', 'a<-u.a | tgt.a u.a'],
    ["create external table s.z stored as parquet location 's3://x' as select a from t", 'a<-t.a'],
    ['select date_part(w, d) as z, datediff(day, c, d) as y from t', 'z<-t.d; y<-t.c+t.d'],
    ["copy tgt from 's3://x'", 'unsupported: COPY of files'],
  ],
  databricks: [
    ["select transform(a, b) using 'cat' as (m, n) from t", 'm<-t.a+t.b; n<-t.a+t.b'],
    ['create or refresh streaming table st as select a from stream(t)', 'a<-t.a'],
    ['select col.fld.* from (select js as col from t)', '*<-t.js'],
    ["select k, window.start as s from t group by k, window(d, '1 hour')", 'k<-t.k; s<-t.d'],
    ['select date_add(d, k) as z, exists(arr, x -> x > k) as y from t', 'z<-t.d+t.k; y<-t.arr+t.k'],
    [
      'select * from t cross join lateral (select max(x) as mx from u where u.k = t.k) l',
      'a<-t.a; b<-t.b; c<-t.c; k<-t.k; arr<-t.arr; js<-t.js; d<-t.d; mx<-u.x | t.k u.k',
    ],
  ],
  postgres: [
    ['update tgt set (a, b) = (select x, y from u where u.k = tgt.c)', 'a<-u.x; b<-u.y | tgt.c u.k'],
    ['update tgt set (a, b) = (u.x, u.y), c = default from u', 'a<-u.x; b<-u.y; c<-'],
    ['select a from t where (a, b) = (select x, y from u)', 'a<-t.a | t.a t.b u.x u.y'],
    ['table v', 'id<-v.id; p<-v.p; q<-v.q'],
    ['create materialized view mv as select a from t with no data', 'a<-t.a'],
    ['select (t).a, t.*::text as w from t', 'a<-t.a; w<-t.a+t.arr+t.b+t.c+t.d+t.js+t.k'],
    ['with ins as (insert into tgt (a, b) select k, js from t returning a) select * from ins', 'a<-t.k'],
    ['select e.ordinality from t, jsonb_array_elements(js) with ordinality e', 'ordinality<-t.js'],
  ],
  duckdb: [
    ["select min(columns('a|b')) + 1 from v join t on true", 'a<-t.a; b<-t.b; arr<-t.arr'],
    ["select columns('(p|q)') as 'x_\\1', coalesce(*columns('p|q')) as z from v", 'x_p<-v.p; x_q<-v.q; z<-v.p+v.q'],
    ["select columns(['p']), v.columns('q') from v", 'p<-v.p; q<-v.q'],
    ["select * like 'p%' from v", 'p<-v.p'],
    ['pivot v on p in (1) using sum(q), max(q) as m group by id', 'id<-v.id; 1_sum(q)<-v.q; 1_m<-v.q'],
    ['select a from t where a in (from u select x where y > 1)', 'a<-t.a | t.a u.x u.y'],
    ["create table z as pivot v on p in ('x') using sum(q)", 'id<-v.id; x<-v.q'],
    ['select a // b as z from t order by all', 'z<-t.a+t.b'],
    ['from t select k, sum(b) over (partition by k) as run qualify run > 5', 'k<-t.k; run<-t.b+t.k | t.b t.k'],
    [
      'merge into tgt using u using (a) when matched then update when not matched then insert',
      'a<-u.a; b<-u.x; c<-u.y | tgt.a u.a',
    ],
    [
      'insert into tgt select a, b, c from t on conflict (a) do update set b = excluded.b + tgt.c',
      'a<-t.a; b<-t.b+tgt.c; c<-t.c',
    ],
  ],
};

describe.each(Object.entries(CONSTRUCTS))('%s', (dialect, rows) => {
  test.each(rows)('%s', (sql, expected) => {
    expect(told(dialect as Dialect, sql)).toBe(expected);
  });
});
