import type { RunObserved } from '@headgate/contracts';
import type { Tx } from '@headgate/kit';
import type { Place } from './commit.ts';
import { lockObserved, type ObservedRun, recordObserved } from './node-runs.ts';
import type { Ended } from './openlineage-facts.ts';

interface HeardRow {
  readonly run_id: string;
  readonly event_type: string;
  readonly event_time: Date;
  readonly run: string;
  readonly ended: Ended[];
}

/** The runs of OpenLineage that one change concerns. */
interface Heard {
  readonly run: string;
  readonly end: HeardRow;
  readonly startedAt: Date | undefined;
}

export interface Matched {
  readonly recorded: number;
  readonly unmatched: number;
  /** What changed, by invocation. */
  readonly changed: readonly RunObserved[];
}

const terminal = ['COMPLETE', 'FAIL', 'ABORT'];

/** Makes facts of how these runs ended: the same ones whatever came first, and however often. Wants the lock. */
export async function matchObserved(tx: Tx, place: Place, runIds: readonly string[]): Promise<Matched> {
  const heard = await endsOf(tx, place, runIds);
  const nodes = await nodesOf(tx, place, heard);
  const facts: ObservedRun[] = [];
  let [recorded, unmatched] = [0, 0];
  for (const { run, end, startedAt } of heard) {
    const found = end.ended.map((ended) => ({ ended, node: nodes.get(`${ended.by} ${ended.name}`) }));
    const strangers = found.filter(({ node }) => node === undefined).map(({ ended }) => ended.name);
    for (const { ended, node } of found) if (node !== undefined) facts.push(factOf(ended, node, run, end, startedAt));
    recorded += found.length - strangers.length;
    unmatched += strangers.length;
    await tx.query(
      `update openlineage_event set recorded = case event_type when $4 then $5::int else 0 end,
         unmatched = case event_type when $4 then $6::text[] else '{}' end
       where project = $1 and environment = $2 and run_id = $3`,
      [place.project, place.environment, end.run_id, end.event_type, found.length - strangers.length, strangers],
    );
  }
  const changes = await recordObserved(tx, place, facts);
  const byRun = Map.groupBy(changes, ({ run }) => run);
  const { project, environment } = place;
  const changed = [...byRun].map(([run, rows]) => ({
    ...{ project, environment, run },
    nodes: rows.map(({ node, status }) => ({ node, status })),
  }));
  return { recorded, unmatched, changed };
}

/** What was heard of nodes before anybody had told of them. */
export async function matchWaiting(tx: Tx, place: Place): Promise<readonly RunObserved[]> {
  await lockObserved(tx, place);
  const rows = await tx.query<{ run_id: string }>(
    `select run_id from openlineage_event where project = $1 and environment = $2 and cardinality(unmatched) > 0
     order by heard_at desc limit 10000`,
    [place.project, place.environment],
  );
  if (rows.length === 0) return [];
  return (await matchObserved(tx, place, rows.map(({ run_id }) => run_id))).changed; // prettier-ignore
}

async function endsOf(tx: Tx, { project, environment }: Place, runIds: readonly string[]): Promise<Heard[]> {
  const rows = await tx.query<HeardRow>(
    `select run_id, event_type, event_time, run, ended from openlineage_event
     where project = $1 and environment = $2 and run_id = any($3::uuid[])`,
    [project, environment, [...runIds]],
  );
  return [...Map.groupBy(rows, ({ run_id }) => run_id).values()].flatMap((events) => {
    const [end] = events.filter(({ event_type }) => terminal.includes(event_type)).sort(latestFirst);
    const startedAt = events.find(({ event_type }) => event_type === 'START')?.event_time;
    return end ? [{ run: end.run, end, startedAt }] : [];
  });
}

const latestFirst = (a: HeardRow, b: HeardRow): number =>
  b.event_time.getTime() - a.event_time.getTime() || terminal.indexOf(b.event_type) - terminal.indexOf(a.event_type);

/** The nodes that go by these names now; a name that is two tests' is nobody's. */
async function nodesOf(tx: Tx, { project, environment }: Place, heard: readonly Heard[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const look = async (by: Ended['by'], sql: string) => {
    const ended = heard.flatMap(({ end }) => end.ended.filter((each) => each.by === by));
    if (ended.length === 0) return;
    const names = [...new Set(ended.map(({ name }) => name))];
    for (const { name, node } of await tx.query<{ name: string; node: string }>(sql, [project, environment, names]))
      found.set(`${by} ${name}`, node);
  };
  const now = 'from node_index where project = $1 and environment = $2 and to_seq is null';
  await look('id', `select node as name, node ${now} and node = any($3)`);
  await look(
    'test',
    `select name, min(node) as node ${now} and name = any($3) and type in ('test', 'unit_test') group by name having count(*) = 1`,
  );
  return found;
}

function factOf(ended: Ended, node: string, run: string, end: HeardRow, startedAt: Date | undefined): ObservedRun {
  const { status, isAlone, rows, bytes, message } = ended;
  const finished = end.event_time;
  const ms = isAlone && startedAt ? finished.getTime() - startedAt.getTime() : -1;
  return {
    ...{ node, run, status, rows, bytes, message },
    finished_at: finished.toISOString(),
    duration_ms: ms >= 0 ? ms : null,
  };
}
