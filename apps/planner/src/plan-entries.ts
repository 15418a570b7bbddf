import { Injectable } from '@nestjs/common';
import {
  type ExecutionPlan,
  type PlanEntry,
  type PlanHeader,
  type PlanLine,
  type PlansEntriesInput,
  type PlansEntriesOutput,
  type PlansEntryInput,
  type PlansEntryOutput,
  type PlanSide,
  runsGet,
} from '@headgate/contracts';
import { manifestMember } from '@headgate/graph';
import { Blobs, type Call, Clients, cursorOf, Failure, fitting, keyOf } from '@headgate/kit';
import { explainEntry, inWords, type PlanEntry as Entry } from '@headgate/plans';
import { Plans } from './plans.ts';

/** Plans read last: people page through one, and come back to it. */
const keptPlans = 4;
/** Both sides of a node, and their escapes, fit into one message. */
const codeChars = 40_000;
const configChars = 40_000;

type Read = { header: PlanHeader; entries: PlanEntry[]; byId: Map<string, PlanEntry> };

/** A plan's verdicts piece by piece: as one document a large plan has tens of megabytes. */
@Injectable()
export class PlanEntries {
  private readonly kept = new Map<string, Promise<Read>>();

  constructor(
    private readonly blobs: Blobs,
    private readonly clients: Clients,
    private readonly plans: Plans,
  ) {}

  async list(input: PlansEntriesInput, call: Call): Promise<PlansEntriesOutput> {
    const { header, entries } = await this.open(input.plan, call);
    const [from] = keyOf(input.cursor, 1) ?? [0];
    const found = entries.filter((entry) => isWanted(entry, input));
    const lines = found.slice(Number(from), Number(from) + (input.limit ?? 200)).map(lineOf);
    const items = fitting(lines, (line) => JSON.stringify(line));
    const next = Number(from) + items.length;
    return { header, items, total: found.length, ...(next < found.length && { next: cursorOf([next]) }) };
  }

  async get({ plan, node }: PlansEntryInput, call: Call): Promise<PlansEntryOutput> {
    const { byId, header } = await this.open(plan, call);
    const entry = byId.get(node);
    if (!entry) {
      const hint = 'sources, exposures and what was not selected have none';
      throw new Failure('not-found', { detail: `${node} has no verdict in this plan`, where: '/node', hint });
    }
    const { manifest } = await this.plans.files(plan, call);
    const built = await this.builtOf(entry, call);
    const [before, after] = [built && (await this.side(built, node, call)), await this.side({ manifest }, node, call)];
    return {
      entry,
      words: [...explainEntry(entry as Entry, header.defer)],
      ...(before && { before }),
      ...(after && { after }),
    };
  }

  /** The manifest that a node was built from last, where a run of ours did it. */
  private async builtOf({ evidence }: PlanEntry, call: Call): Promise<{ manifest: string; run: string } | undefined> {
    const run = evidence.state?.run;
    if (!run) return undefined;
    try {
      const { plan } = await this.clients.call(runsGet, runsGet.input.parse({ run }), asPlanner(call));
      return plan ? { manifest: (await this.plans.files(plan, call)).manifest, run } : undefined;
    } catch {
      // Built by somebody else, whose results were ingested: there is no run of that name.
      return undefined;
    }
  }

  private async side(of: { manifest: string; run?: string }, node: string, call: Call): Promise<PlanSide | undefined> {
    const member = manifestMember(await this.blobs.get(call.org, of.manifest), node);
    if (!member) return undefined;
    const code = member['raw_code'] ?? member['raw_sql'];
    const { original_file_path: path, config } = member;
    return {
      ...of,
      ...(typeof path === 'string' && path !== '' && { path }),
      ...(typeof code === 'string' && { code: code.slice(0, codeChars).toWellFormed() }),
      ...(typeof code === 'string' && code.length > codeChars && { truncated: true }),
      ...(isSmall(config) && { config }),
    };
  }

  private async open(plan: string, call: Call): Promise<Read> {
    const { document } = await this.plans.files(plan, call);
    const key = `${call.org} ${document}`;
    const read = this.kept.get(key) ?? this.read(call.org, document);
    this.kept.delete(key);
    this.kept.set(key, read);
    if (this.kept.size > keptPlans) this.kept.delete(this.kept.keys().next().value!);
    read.catch(() => this.kept.delete(key));
    return read;
  }

  private async read(org: string, document: string): Promise<Read> {
    const { header, entries } = JSON.parse((await this.blobs.get(org, document)).toString()) as ExecutionPlan;
    return { header: headerOf(header), entries, byId: new Map(entries.map((entry) => [entry.id, entry])) };
  }
}

const headerOf = ({ rules, fullRefresh, selection, data, defer }: ExecutionPlan['header']): PlanHeader => ({
  ...{ rules, fullRefresh, assumed: data.assumed.length },
  ...(selection && { selection }),
  ...(defer && { defer: { environment: defer.environment, nodes: Object.keys(defer.nodes).length } }),
});

const isSmall = (config: unknown): config is Record<string, unknown> =>
  typeof config === 'object' && config !== null && JSON.stringify(config).length <= configChars;

const asPlanner = (call: Call): Call => ({ ...call, actor: { kind: 'service', id: 'planner' } });

const isWanted = ({ id, verdict, cause }: PlanEntry, wanted: PlansEntriesInput): boolean =>
  (wanted.verdict === undefined || verdict === wanted.verdict) &&
  (wanted.q === undefined || id.toLowerCase().includes(wanted.q.toLowerCase())) &&
  (wanted.cause === undefined || cause.includes(wanted.cause));

function lineOf({ id, type, verdict, reasons, cause, deferred, evidence }: PlanEntry): PlanLine {
  const { parts, state } = evidence;
  const names = state ? [...new Set([...Object.keys(parts), ...Object.keys(state.parts)])] : [];
  const changed = names.filter((name) => parts[name] !== state!.parts[name]).sort();
  return {
    ...{ id, type, verdict, reasons, cause },
    ...(changed.length > 0 && { changed }),
    ...(deferred && { deferred }),
    why: inWords((reasons as Entry['reasons'])[0]!),
  };
}
