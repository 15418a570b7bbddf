import { cpSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Planner } from './campaign.ts';

/** An unsound rule, planted in a copy of the code, and an edit of a project (`shapes`) that shows it. */
export interface Planted {
  readonly name: string;
  readonly lib: 'lineage' | 'plans';
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly subject?: string;
  readonly edit: readonly [file: string, from: string, to: string];
}

const spend = 'models/spend.sql';
const pairs = 'models/pairs.sql';

export const planted: readonly Planted[] = [
  {
    name: 'a filter does not count',
    lib: 'lineage',
    file: 'prints/select.ts',
    from: 'if (body.where_clause)',
    to: 'if (body.where_clause && false)',
    edit: [spend, 'price >= 1', 'price > 1'],
  },
  {
    name: 'a join is a join',
    lib: 'lineage',
    file: 'prints/froms.ts',
    from: '`${kind.toLowerCase()} ${keys.length}`',
    to: '`join ${keys.length}`',
    edit: [pairs, 'inner join', 'left join'],
  },
  {
    name: 'one table read twice gives the same columns twice',
    lib: 'lineage',
    file: 'prints/froms.ts',
    from: 'several ?',
    to: 'several && false ?',
    edit: [pairs, 'b.pay as boss_pay', 'a.pay as boss_pay'],
  },
  {
    name: 'DISTINCT looks at no column',
    lib: 'lineage',
    file: 'prints/select.ts',
    from: "mix('distinct', [whole({ rows, columns: sorted(columns), rest })])",
    to: "mix('distinct', [rows])",
    edit: ['models/kinds.sql', 'kind, dear', 'kind, dear, price'],
  },
  {
    name: 'keys of a group do not count',
    lib: 'lineage',
    file: 'prints/select.ts',
    from: '[rows, ...keysOf(body.group_by as Body, list, read)]',
    to: '[rows]',
    edit: [
      spend,
      "kind, sum(price) as total, count(*) as pieces\n  from {{ ref('base_items') }}\n  where price >= 1\n  group by person_id, kind",
      "'any' as kind, sum(price) as total, count(*) as pieces\n  from {{ ref('base_items') }}\n  where price >= 1\n  group by person_id",
    ],
  },
  {
    name: 'which rows an input has does not count',
    lib: 'plans',
    file: 'content.ts',
    from: "if (what === '#rows') return content.rows;",
    to: "if (what === '#rows') return 'rows';",
    edit: ['models/all_people.sql', "{{ ref('base_people') }}", "{{ ref('base_people') }} where pay > 7"],
  },
  {
    name: 'what dbt builds with does not count',
    lib: 'plans',
    file: 'machinery.ts',
    from: 'macros: sqlById(reached) }',
    to: '}',
    subject: 'built',
    edit: ['macros/kept.sql', '3 as kept_at', '4 as kept_at'],
  },
  {
    name: 'a name that is worked out names no macro',
    lib: 'plans',
    file: 'macro-reach.ts',
    from: 'computed ? own',
    to: 'computed && false ? own',
    subject: 'built',
    edit: ['macros/marks.sql', '50 + 3', '50 + 4'],
  },
];

/** A mistake in what the runner has in dbt's process: it forgets which variables a node reads. */
export const forgetful = {
  from: 'for kind, name in sorted(names)}',
  to: 'for kind, name in []}',
  edit: ['dbt_project.yml', 'back: 0', 'back: 3'],
} as const;

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The planner with one of the mistakes in it. `remove` deletes the copy. */
export async function plannerWith({ lib, file, from, to }: Planted): Promise<{ planner: Planner; remove: () => void }> {
  // Below the root, so that the copy finds the same packages.
  mkdirSync(join(root, '.headgate/tmp'), { recursive: true });
  const work = mkdtempSync(join(root, '.headgate/tmp/planted-'));
  for (const name of ['lineage', 'plans'])
    cpSync(join(root, 'libs', name, 'src'), join(work, name), { recursive: true });
  const path = join(work, lib, file);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} does not contain ${from}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  const load = (module: string): Promise<object> => import(pathToFileURL(join(work, module)).href) as Promise<object>;
  const planner = {
    ...(await load('plans/build.ts')),
    ...(await load('plans/fold.ts')),
    ...(await load('lineage/prints/query-print.ts')),
  } as Planner;
  return { planner, remove: () => rmSync(work, { recursive: true, force: true }) };
}
