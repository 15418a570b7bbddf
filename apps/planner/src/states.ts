import { Injectable } from '@nestjs/common';
import { canonical } from '@headgate/contracts';
import { readArtifact } from '@headgate/dbt';
import { Blobs, type Tx } from '@headgate/kit';
import { readerOfSql } from './sql.ts';
import { emptyState, type EnvironmentState, fold, outcomeOf } from '@headgate/plans';

interface Place {
  readonly project: string;
  readonly environment: string;
}

/** What each environment holds, as far as runs have told. */
@Injectable()
export class States {
  constructor(private readonly blobs: Blobs) {}

  /** The state an environment is in, and its hash; both of the empty state when nothing has run. */
  async current(tx: Tx, { project, environment }: Place): Promise<{ state: EnvironmentState; digest: string }> {
    const [row] = await tx.query<{ state: string }>(
      'select state from environment_state where project = $1 and environment = $2',
      [project, environment],
    );
    if (!row) return { state: emptyState, digest: await this.blobs.put(tx.org, Buffer.from(canonical(emptyState))) };
    return {
      state: JSON.parse((await this.blobs.get(tx.org, row.state)).toString()) as EnvironmentState,
      digest: row.state,
    };
  }

  /**
   * Folds a run into the state of its environment. A node that succeeded in a failed run counts; results that were not
   * written by the invocation of the manifest beside them do not. Runs of one environment fold one after another.
   */
  async fold(
    tx: Tx,
    place: Place,
    run: { run: string; attempt: number },
    files: { manifest: string; results: string },
  ): Promise<void> {
    const { project, environment } = place;
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${tx.org} ${project} ${environment}`]);
    const manifest = readArtifact(await this.blobs.get(tx.org, files.manifest), { file: 'manifest.json' });
    const results = readArtifact(await this.blobs.get(tx.org, files.results), { file: 'run_results.json' });
    if (!manifest.ok || manifest.artifact.kind !== 'manifest') return;
    if (!results.ok || results.artifact.kind !== 'run_results') return;
    const outcome = outcomeOf(manifest.artifact.manifest, results.artifact.runResults, run);
    if (!outcome.ok) return;
    const { state } = await this.current(tx, place);
    const print = await readerOfSql(manifest.artifact.manifest);
    const next = fold(state, { ...outcome.outcome, ...(print && { print }) });
    const digest = await this.blobs.put(tx.org, Buffer.from(canonical(next)));
    await tx.query(
      `insert into environment_state (org_id, project, environment, state, run) values ($1, $2, $3, $4, $5)
       on conflict (org_id, project, environment) do update set state = excluded.state, run = excluded.run, updated_at = now()`,
      [tx.org, project, environment, digest, run.run],
    );
  }
}
