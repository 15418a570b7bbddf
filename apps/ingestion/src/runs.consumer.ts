import { Injectable } from '@nestjs/common';
import { runFinished, type RunFinished } from '@headgate/contracts';
import { Hears, type Heard, type Tx } from '@headgate/kit';
import { Ingests } from './ingests.ts';

const names = new Set(['manifest.json', 'run_results.json', 'sources.json', 'catalog.json']);

/** What a run leaves is ingested like any delivery. */
@Injectable()
export class RunsConsumer {
  constructor(private readonly ingests: Ingests) {}

  @Hears(runFinished)
  async take({ data }: Heard<RunFinished>, tx: Tx): Promise<void> {
    // dbt writes a run_results.json for operations too; it tells of no node.
    if (data.kind === 'operation') return;
    const artifacts = data.artifacts.filter(({ name }) => names.has(name)).map(({ name, blob }) => ({ name, blob }));
    if (artifacts.length === 0) return;
    const isCurrent = data.kind === 'parse' && data.outcome === 'succeeded';
    const { project, environment, revision, run } = data;
    await this.ingests.takeRun({ project, environment, artifacts, revision, run, isCurrent }, tx);
  }
}
