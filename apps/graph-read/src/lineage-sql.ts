import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { LineageSqlInput, LineageSqlOutput } from '@headgate/contracts';
import { type Call, Database, Failure, type Tx } from '@headgate/kit';
import { type Dialect, dialectOf, LineagePool, RelationWords, report, type Schema } from '@headgate/lineage';
import { stateOf } from './lineage-nodes.ts';

/** Wall-clock milliseconds for one query: whoever waits for the answer has one of its own. */
const timeoutMs = 5000;
/** Queries under way and waiting; more are refused, so that one caller's flood is not everybody's wait. */
const mostWaiting = 32;
/** Threads that nobody used for so long are let go. */
const idleMs = 60_000;
const schemasKept = 4;
/** An answer travels over the bus. */
const longestAnswer = 700_000;

interface Known {
  readonly words: RelationWords;
  readonly platform: string;
}

/** Column lineage of SQL that somebody sends: in threads, under limits of time and memory. */
@Injectable()
export class LineageSql implements OnApplicationShutdown {
  private pool: LineagePool | undefined;
  private idle: NodeJS.Timeout | undefined;
  private waiting = 0;
  /** Columns of an environment, by (organization, place, visible computation). */
  private readonly known = new Map<string, Known>();

  constructor(private readonly database: Database) {}

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.idle);
    await this.pool?.close();
  }

  async of(input: LineageSqlInput, call: Call): Promise<LineageSqlOutput> {
    if (this.waiting >= mostWaiting)
      throw new Failure('unavailable', {
        detail: `${mostWaiting} queries are waiting already`,
        hint: 'try again in a moment',
      });
    this.waiting += 1;
    try {
      return await this.answer(input, call);
    } finally {
      this.waiting -= 1;
    }
  }

  private async answer(input: LineageSqlInput, call: Call): Promise<LineageSqlOutput> {
    const { sql, schema, detail = false } = input;
    const own =
      schema && input.dialect ? undefined : await this.database.read(call, (tx) => this.environment(tx, input));
    const dialect = input.dialect ?? dialectIn(own!);
    const tables: Schema = schema ?? Object.fromEntries(own!.words.in(sql));
    const result = report(await this.threads().run({ sql, dialect, schema: tables, detail }), detail);
    if (JSON.stringify(result).length > longestAnswer)
      throw new Failure('limit.exceeded', {
        detail: 'the answer is too long',
        hint: 'headgate lineage says it offline',
      });
    return structuredClone(result) as LineageSqlOutput;
  }

  private async environment(tx: Tx, { project, environment }: LineageSqlInput): Promise<Known> {
    const { version, platform } = await stateOf(tx, { project, environment });
    const key = JSON.stringify([tx.org, project, environment, version]);
    const known = this.known.get(key) ?? { platform, words: await wordsIn(tx, project, environment) };
    this.known.delete(key);
    this.known.set(key, known);
    if (this.known.size > schemasKept) this.known.delete(this.known.keys().next().value!);
    return known;
  }

  private threads(): LineagePool {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      if (this.waiting > 0) return void this.threads();
      void this.pool?.close();
      this.pool = undefined;
    }, idleMs).unref();
    return (this.pool ??= new LineagePool({ timeoutMs }));
  }
}

async function wordsIn(tx: Tx, project: string, environment: string): Promise<RelationWords> {
  const rows = await tx.query<{ relation: string; columns: string[]; complete: boolean }>(
    `select n.relation, l.columns, l.complete from lineage_node l
     join node_index n on n.project = $1 and n.environment = $2 and n.node = l.node and n.to_seq is null
     where l.project = $1 and l.environment = $2 and n.relation is not null and (l.complete or l.columns <> '[]')`,
    [project, environment],
  );
  return new RelationWords(Object.fromEntries(rows.map(({ relation, ...table }) => [relation, table])));
}

function dialectIn({ platform }: Known): Dialect {
  const dialect = dialectOf(platform);
  if (dialect) return dialect;
  throw new Failure('contract.invalid', {
    detail: `this environment's adapter (${platform}) is none whose SQL we read`,
    where: '/dialect',
    hint: 'name a dialect',
  });
}
