import { Injectable } from '@nestjs/common';
import { type Lease, plansRemaining, type RunRequested } from '@headgate/contracts';
import { Blobs, type Call, Clients, Database, Failure, type Tx } from '@headgate/kit';
import { chainOf, differsFrom, keepReused, noteAttempt, type Standing, standing } from './attempts.ts';
import type { Context } from './context.ts';
import type { LogLine } from './dbt-log.ts';
import { untilAnswered } from './patience.ts';

/** What an attempt is to execute, and what there is to say about it first. */
export interface Begun {
  readonly stages: RunRequested['stages'];
  readonly lines: readonly LogLine[];
}

interface Reused {
  readonly run: string;
  readonly nodes: readonly string[];
}

/** Decides where an attempt of a plan's run begins: behind all that stands since the plan was made. */
@Injectable()
export class Beginning {
  constructor(
    private readonly database: Database,
    private readonly clients: Clients,
    private readonly blobs: Blobs,
  ) {}

  /**
   * unaudited: the claim and the end of the attempt are events; this is what it set out to. Nothing is decided before what an earlier attempt still did has ended. What this one sets out to run is known before
   * it begins: of what is not heard again afterwards, nobody may believe that it was not touched.
   * @throws Failure `conflict` when a run that is gone on with does not find the context in which it began
   */
  async begin(run: RunRequested, lease: Lease, context: Context, call: Call, stop: AbortSignal): Promise<Begun> {
    const { plan } = run;
    if (!plan) return { stages: run.stages, lines: [] };
    const { chain, found } = await this.database.read(call, async (tx) => {
      const runs = await chainOf(tx, run.run);
      if (run.origin) await refuseOther(tx, runs, context);
      return { chain: runs, found: await standing(tx, run, context) };
    });
    const built = await this.blobs.put(call.org, Buffer.from(JSON.stringify(byRun(found, plan))));
    const left = await untilAnswered(() => this.clients.call(plansRemaining, { plan, built }, call), stop);
    const [nodes, reused] = [await this.read<string[]>(left.nodes, call), await this.read<Reused[]>(left.reused, call)];
    const others = reused.filter(({ run: id }) => !chain.includes(id));
    await this.database.write(call, async (tx) => {
      await noteAttempt(tx, run, { attempt: lease.attempt, nodes, context });
      for (const other of others) await keepReused(tx, run.run, lease.attempt, other);
    });
    const own = reused.filter(({ run: id }) => chain.includes(id));
    const waited = [...new Set(found.map(({ run: id }) => id))].filter((id) => !chain.includes(id));
    const lines = [...wentOn(run, lease, own, nodes.length), ...waited.map((id) => hadToWait(id, others))];
    return { stages: left.stages, lines };
  }

  private async read<T>(digest: string, { org }: Call): Promise<T> {
    return JSON.parse((await this.blobs.get(org, digest)).toString()) as T;
  }
}

async function refuseOther(tx: Tx, chain: readonly string[], context: Context): Promise<void> {
  const what = await differsFrom(tx, chain, context);
  if (what === undefined) return;
  const detail = `the run cannot be gone on with as it began: ${what}`;
  throw new Failure('conflict', { detail, hint: 'plan again: headgate plan' });
}

/** As the planner reads it: what stands, by the run that built it last. */
function byRun(found: readonly Standing[], plan: string): { run: string; plan: string; nodes: string[] }[] {
  const runs = new Map<string, { run: string; plan: string; nodes: string[] }>();
  for (const { run, plan: of, node, stands } of found) {
    if (!stands) continue;
    const one = runs.get(run) ?? { run, plan: of ?? plan, nodes: [] };
    one.nodes.push(node);
    runs.set(run, one);
  }
  return [...runs.values()];
}

function wentOn(run: RunRequested, { attempt }: Lease, own: readonly Reused[], left: number): LogLine[] {
  if (attempt === 1 && !run.origin) return [];
  const stand = own.reduce((sum, { nodes }) => sum + nodes.length, 0);
  const from = run.origin && attempt === 1 ? `run ${run.origin}` : `attempt ${attempt - 1}`;
  return [said('WentOn', `goes on where ${from} ended: of its nodes ${stand} stand, ${left} are left`)];
}

function hadToWait(run: string, others: readonly Reused[]): LogLine {
  const nodes = others.find((other) => other.run === run)?.nodes.length ?? 0;
  const what =
    nodes === 0 ? 'it built nothing that is wanted here' : `${nodes} nodes were built there at the same inputs`;
  return said('Waited', `waited for run ${run}: ${what}`);
}

const said = (event: string, text: string): LogLine => ({ at: new Date().toISOString(), level: 'info', event, text });
