import { describe, expect, test } from '@jest/globals';
import type { LineageResult } from './edge.ts';
import { columnLineage } from './lineage.ts';
import { projectLineage, type Model, type ProjectInput } from './project.ts';
import { sourceName } from './report.ts';

const MODELS: Model[] = [
  {
    id: 'mart',
    relation: 'db.prod.mart',
    sql: 'select s.id, s.total * 2 as twice from db.prod.stg s where s.total > 1',
    dependsOn: ['stg'],
  },
  {
    id: 'stg',
    relation: 'db.prod.stg',
    sql: 'with r as (select * from db.raw.orders) select *, amount as total from r',
    dependsOn: ['source.orders'],
  },
  { id: 'test', relation: null, sql: 'select twice from db.prod.mart where twice is null', dependsOn: ['mart'] },
];
const CATALOG = { 'db.raw.orders': ['id', 'amount'] };

function run(input: Partial<ProjectInput> = {}) {
  return projectLineage({ dialect: 'duckdb', models: MODELS, catalog: CATALOG, ...input }, (task) =>
    columnLineage(task.sql, task.schema, { dialect: task.dialect }),
  );
}

const names = (result: LineageResult): string[] =>
  result.ok
    ? result.statements[0]!.columns.flatMap((column) =>
        column.edges.map((edge) => `${column.name}<-${sourceName(edge)}`),
      )
    : [result.error.message];

describe('a project', () => {
  test('each model is the schema of those that read it, in whatever order they come', async () => {
    const [mart, stg, check] = await run();
    expect(stg!.columns).toEqual({ columns: ['id', 'amount', 'total'] });
    expect(names(mart!.result)).toEqual(['id<-db.prod.stg.id', 'twice<-db.prod.stg.total']);
    expect(names(check!.result)).toEqual(['twice<-db.prod.mart.twice']);
    expect([mart, stg, check].every((one) => one!.result.ok && one!.result.statements[0]!.confidence === 1)).toBe(true);
  });

  test("the catalog lends its spelling, but the model's own SQL says which columns there are", async () => {
    const [, stg] = await run({ catalog: { ...CATALOG, 'DB.PROD.STG': ['ID', 'AMOUNT', 'DROPPED'] } });
    expect(stg!.columns).toEqual({ columns: ['ID', 'AMOUNT', 'total'] });
  });

  test('where a star cannot be expanded the catalog stands in, else the columns are incomplete', async () => {
    expect((await run({ catalog: { 'db.prod.stg': ['id', 'total'] } }))[1]!.columns).toEqual({
      columns: ['id', 'total'],
    });
    const [mart, stg] = await run({ catalog: {} });
    expect(stg!.columns).toEqual({ columns: ['total'], complete: false });
    expect(names(mart!.result)).toEqual(['id<-db.prod.stg.id', 'twice<-db.prod.stg.total']);
    expect(mart!.result.ok && mart!.result.statements[0]!.columns.map((column) => column.confidence)).toEqual([0.4, 1]);
  });

  test('what has the same inputs is not computed again, and only that', async () => {
    const first = await run();
    const previous = (id: string, inputKey: string) => {
      const known = first.find((one) => one.id === id);
      return known?.inputKey === inputKey ? known.result : undefined;
    };
    expect((await run({ previous })).map((one) => one.reused)).toEqual([true, true, true]);
    const changed = MODELS.map((model) =>
      model.id === 'stg' ? { ...model, sql: model.sql.replace('amount as total', 'amount + 1 as total') } : model,
    );
    expect((await run({ previous, models: changed })).map((one) => one.reused)).toEqual([true, false, true]);
    const renamed = MODELS.map((model) =>
      model.id === 'stg' ? { ...model, sql: model.sql.replace('as total', 'as sum') } : model,
    );
    expect((await run({ previous, models: renamed })).map((one) => one.reused)).toEqual([false, false, true]);
  });

  test('a cycle ends and is marked', async () => {
    const models = [
      { id: 'a', relation: 'a', sql: 'select x from b', dependsOn: ['b'] },
      { id: 'b', relation: 'b', sql: 'select x from a', dependsOn: ['a'] },
    ];
    expect((await run({ models })).map((one) => one.cyclic)).toEqual([true, true]);
  });

  test('a model that is no SQL stops none of the others', async () => {
    const broken = MODELS.map((model) => (model.id === 'stg' ? { ...model, sql: 'select (' } : model));
    const [mart, stg] = await run({ models: broken });
    expect(stg!.result.ok).toBe(false);
    expect(names(mart!.result)).toEqual(['id<-db.prod.stg.id', 'twice<-db.prod.stg.total']);
  });
});
