import { Injectable } from '@nestjs/common';
import { environmentsGet, grantsCan, type PlansStagesOutput } from '@headgate/contracts';
import type { Manifest } from '@headgate/dbt';
import { Blobs, type Call, Clients, Database, Failure } from '@headgate/kit';
import {
  attachmentOf,
  deferredManifest,
  type DeferRefusal,
  type DeferTo,
  type ExecutionPlan,
  type PlanDefer,
} from '@headgate/plans';
import type { Place } from './place.ts';
import { Selectable } from './selectable.ts';
import { States } from './states.ts';

type StageDefer = PlansStagesOutput['stages'][number]['defer'];

const where = '/defer';

/** Other environments of a project that plans read from. */
@Injectable()
export class Deferrals {
  constructor(
    private readonly database: Database,
    private readonly clients: Clients,
    private readonly blobs: Blobs,
    private readonly selectable: Selectable,
    private readonly states: States,
  ) {}

  /**
   * What stands there, and the graph that selections by state compare with.
   * @throws Failure `forbidden` to whoever may not see the other environment, `not-found`, `conflict` for one whose
   * relations cannot be read from here, `precondition.missing` where nothing was built
   */
  async open(
    here: Place,
    environment: string,
    manifest: Manifest,
    call: Call,
  ): Promise<{ to: DeferTo; manifest: Manifest }> {
    const there = { project: here.project, environment };
    if (environment === here.environment)
      throw new Failure('contract.invalid', { detail: 'an environment cannot defer to itself', where });
    await this.refuseStranger(there, call);
    await this.clients.call(environmentsGet, there, call).catch(at);
    const snapshot = await this.selectable.snapshot(there, undefined, call).catch(at);
    const { manifest: theirs } = await this.selectable.project(call.org, snapshot.manifest);
    const [adapter, other] = [manifest, theirs].map(({ metadata }) => metadata.adapter_type);
    if (adapter !== other) {
      const detail = `${environment} is on ${other}, and what is on ${adapter} cannot read from there`;
      throw new Failure('conflict', { detail, where });
    }
    const { state } = await this.database.read(call, (tx) => this.states.current(tx, there));
    if (!Object.values(state.nodes).some(({ built }) => built))
      throw new Failure('precondition.missing', {
        ...{ detail: `nothing was built in ${environment} yet`, where },
        hint: `headgate run --environment ${environment}`,
      });
    return { to: { environment, state }, manifest: theirs };
  }

  /** Whoever lets a plan run must be allowed to see what it reads. */
  async refuseStranger({ project, environment }: Place, call: Call): Promise<void> {
    const asked = { permission: 'environment:read', project, environment };
    const { allowed, because } = await this.clients.call(grantsCan, asked, call);
    if (!allowed) throw new Failure('forbidden', { detail: because, where });
  }

  /** What the runner needs for it; nothing when the plan reads nothing from elsewhere. */
  async ofStages({ header: { defer } }: ExecutionPlan, manifest: Manifest, { org }: Call): Promise<StageDefer> {
    if (!defer || Object.keys(defer.nodes).length === 0) return undefined;
    const attachment = attachmentOf(manifest, defer);
    if ('refused' in attachment) throw unreadable(attachment.refused, attachment.id, defer);
    const bytes = Buffer.from(JSON.stringify(deferredManifest(manifest, defer)));
    return { environment: defer.environment, manifest: await this.blobs.put(org, bytes), ...attachment };
  }
}

const words: Readonly<Record<DeferRefusal, string>> = {
  several_databases: 'lies in another file than other nodes that are read from there',
  other_database: 'lies in another database, and this adapter reads one at a time',
};

const unreadable = (why: DeferRefusal, id: string, { environment, nodes }: PlanDefer): Failure =>
  new Failure('conflict', { detail: `${id} of ${environment} (${nodes[id]?.relation}) ${words[why]}`, where });

const at = (error: unknown): never => {
  if (!(error instanceof Failure)) throw error;
  throw new Failure(error.code, { detail: error.detail, where, hint: error.hint });
};
