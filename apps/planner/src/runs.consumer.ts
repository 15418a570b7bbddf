import { Injectable } from '@nestjs/common';
import {
  artifactIngested,
  type ArtifactIngested,
  runFinished,
  type RunFinished,
  runsOutcomes,
} from '@headgate/contracts';
import { type Call, Clients, Hears, type Heard, type Tx } from '@headgate/kit';
import type { NodeOutcome } from '@headgate/plans';
import { Plans } from './plans.ts';
import { Triggers } from './schedules/triggers.ts';
import { SourceVersions } from './source-versions.ts';
import { States } from './states.ts';

/** A finished run moves its environment's state on, whatever its outcome: what succeeded in a failed run counts. */
@Injectable()
export class RunsConsumer {
  constructor(
    private readonly states: States,
    private readonly plans: Plans,
    private readonly clients: Clients,
    private readonly triggers: Triggers,
    private readonly sources: SourceVersions,
  ) {}

  /** What the end of a run sets off is planned from the state that it leaves. */
  @Hears(runFinished)
  async finished({ data }: Heard<RunFinished>, tx: Tx): Promise<void> {
    const looked = data.artifacts.find(({ name }) => name === 'sources.json');
    if (data.kind === 'operation' && looked) await this.sources.note(tx, data, looked.blob);
    if (data.kind !== 'plan') return;
    await this.fold(data, tx);
    await this.triggers.ended(data, tx);
  }

  /** Also a run that was cut off and left no files: what it had built stands, and of the rest nobody knows what does. */
  private async fold(data: RunFinished, tx: Tx): Promise<void> {
    const call: Call = { ...tx.call, actor: { kind: 'service', id: 'planner' } };
    const blobOf = (name: string) => data.artifacts.find((artifact) => artifact.name === name)?.blob;
    const unreported = await this.outcomesOf(data.run, call);
    const manifest = blobOf('manifest.json') ?? (data.plan && (await this.plans.files(data.plan, call)).manifest);
    const results = blobOf('run_results.json');
    if (!manifest) return;
    const { run, attempt } = data;
    const files = { manifest, ...(results && { results }) };
    const inBatches = data.plan !== undefined && (await this.plans.isInBatches(data.plan, call));
    const defer = data.plan === undefined ? undefined : await this.plans.defers(data.plan, call);
    await this.states.fold(tx, data, { run, attempt }, files, { unreported, inBatches, ...(defer && { defer }) });
  }

  /**
   * So do results that were delivered, when the manifest of the same invocation was, too. Those of our own runs come as
   * above. What was seen of sources counts wherever it came from.
   */
  @Hears(artifactIngested)
  async foldDelivered({ data }: Heard<ArtifactIngested>, tx: Tx): Promise<void> {
    const { kind, run, manifest, artifact: results, ingest } = data;
    if (kind === 'sources') return this.sources.note(tx, data, results);
    if (kind !== 'run_results' || run || !manifest) return;
    await this.states.fold(tx, data, { run: ingest, attempt: 1 }, { manifest, results }, { which: 'newer' });
  }

  private async outcomesOf(run: string, call: Call): Promise<NodeOutcome[]> {
    const found: NodeOutcome[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await this.clients.call(runsOutcomes, { run, limit: 1000, ...(cursor && { cursor }) }, call);
      for (const { node: id, status, finishedAt = null, relation = null } of page.items)
        found.push({ id, status, finishedAt, relation });
      if (!page.next) return found;
      cursor = page.next;
    }
  }
}
