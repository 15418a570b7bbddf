import { Injectable } from '@nestjs/common';
import { artifactIngested, type ArtifactIngested, runFinished, type RunFinished } from '@headgate/contracts';
import { Hears, type Heard, type Tx } from '@headgate/kit';
import { States } from './states.ts';

/** A finished run moves its environment's state on, whatever its outcome: what succeeded in a failed run counts. */
@Injectable()
export class RunsConsumer {
  constructor(private readonly states: States) {}

  @Hears(runFinished)
  async fold({ data }: Heard<RunFinished>, tx: Tx): Promise<void> {
    if (data.kind !== 'plan') return;
    const blobOf = (name: string) => data.artifacts.find((artifact) => artifact.name === name)?.blob;
    const manifest = blobOf('manifest.json');
    const results = blobOf('run_results.json');
    if (!manifest || !results) return;
    await this.states.fold(tx, data, { run: data.run, attempt: data.attempt }, { manifest, results });
  }

  /** So do results that were delivered, when the manifest of the same invocation was, too. Those of our own runs come as above. */
  @Hears(artifactIngested)
  async foldDelivered({ data }: Heard<ArtifactIngested>, tx: Tx): Promise<void> {
    const { kind, run, manifest, artifact: results, ingest } = data;
    if (kind !== 'run_results' || run || !manifest) return;
    await this.states.fold(tx, data, { run: ingest, attempt: 1 }, { manifest, results }, 'newer');
  }
}
