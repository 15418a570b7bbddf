import { Injectable } from '@nestjs/common';
import type { PlansRemainingInput, PlansRemainingOutput } from '@headgate/contracts';
import { Blobs, type Call } from '@headgate/kit';
import { type BuiltSince, type ExecutionPlan, remaining, toStages } from '@headgate/plans';
import { Deferrals } from './deferrals.ts';
import { Plans } from './plans.ts';
import { inDbtsWords, keptStages } from './proposal.ts';
import { Selectable } from './selectable.ts';

/** As the runner writes it. */
interface Built {
  readonly run: string;
  readonly plan: string;
  readonly nodes: readonly string[];
}

/** What decided plans still have to execute. */
@Injectable()
export class RemainingStages {
  constructor(
    private readonly blobs: Blobs,
    private readonly plans: Plans,
    private readonly selectable: Selectable,
    private readonly deferrals: Deferrals,
  ) {}

  async of({ plan: id, built }: PlansRemainingInput, call: Call): Promise<PlansRemainingOutput> {
    const { manifest: digest } = await this.plans.files(id, call);
    const [{ manifest }, plan] = [await this.selectable.project(call.org, digest), await this.read(id, call)];
    const runs = JSON.parse((await this.blobs.get(call.org, built)).toString()) as Built[];
    const since: BuiltSince[] = [];
    for (const { run, plan: of, nodes } of runs)
      since.push({ run, nodes, plan: of === id ? plan : await this.read(of, call) });
    const { stages, reused } = remaining(plan, manifest, since);
    const translated = toStages({ ...plan, stages }, manifest, inDbtsWords);
    const nodes = stages.flatMap((stage) => stage.nodes);
    return {
      nodes: await this.keep(nodes, call),
      reused: await this.keep(reused, call),
      stages: await keptStages(
        translated,
        (bytes) => this.blobs.put(call.org, bytes),
        await this.deferrals.ofStages(plan, manifest, call),
      ),
    };
  }

  private keep(value: unknown, { org }: Call): Promise<string> {
    return this.blobs.put(org, Buffer.from(JSON.stringify(value)));
  }

  private async read(plan: string, call: Call): Promise<ExecutionPlan> {
    const { document } = await this.plans.files(plan, call);
    return JSON.parse((await this.blobs.get(call.org, document)).toString()) as ExecutionPlan;
  }
}
