import { Injectable } from '@nestjs/common';
import { canonical } from '@headgate/contracts';
import { type Manifest, readArtifact } from '@headgate/dbt';
import { Blobs, type Tx } from '@headgate/kit';
import { lockPlace, type Place } from './place.ts';
import { SourceVersions } from './source-versions.ts';
import { readerOfSql } from './sql.ts';
import {
  emptyState,
  type EnvironmentState,
  fold,
  isMicrobatch,
  type NodeOutcome,
  outcomeOf,
  type PlanDefer,
  type RunOutcome,
} from '@headgate/plans';

interface Folding {
  readonly unreported?: readonly NodeOutcome[];
  /** Of the unreported, whether only some batches were asked for. */
  readonly inBatches?: boolean;
  readonly which?: 'all' | 'newer';
  /** What the run read from another environment. */
  readonly defer?: PlanDefer;
}

/** What each environment holds, as far as runs have told. */
@Injectable()
export class States {
  constructor(
    private readonly blobs: Blobs,
    private readonly sources: SourceVersions,
  ) {}

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
   * `unreported`: how nodes ended of which the results say nothing, since an attempt was cut off; what their SQL gave
   * nobody looked at. `newer`: the files may be old or here already, so only what ended after all that the state knows counts.
   */
  async fold(
    tx: Tx,
    place: Place,
    run: { run: string; attempt: number },
    files: { manifest: string; results?: string },
    { unreported = [], inBatches = false, which = 'all', defer }: Folding = {},
  ): Promise<void> {
    const { project, environment } = place;
    await lockPlace(tx, place);
    const manifest = readArtifact(await this.blobs.get(tx.org, files.manifest), { file: 'manifest.json' });
    if (!manifest.ok || manifest.artifact.kind !== 'manifest') return;
    const outcome = await this.reported(tx.org, manifest.artifact.manifest, run, files.results);
    const { state } = await this.current(tx, place);
    const counted = outcome && (which === 'all' ? outcome : newerThan(state, outcome));
    const said = new Set(counted?.results.map(({ id }) => id));
    const { nodes } = manifest.artifact.manifest;
    const results = unreported
      .filter(({ id }) => !said.has(id))
      .map((one) => (inBatches && isMicrobatch(nodes[one.id]) ? { ...one, partial: true } : one));
    if (!counted && results.length === 0) return;
    const data = await this.sources.before(tx, place, manifest.artifact.manifest);
    const more = { data, ...(defer && { defer }) };
    const cut = { ...run, manifest: manifest.artifact.manifest, results, ...more };
    const before = results.length > 0 ? fold(state, cut) : state;
    const print = counted && (await readerOfSql(counted.manifest));
    const next = counted ? fold(before, { ...counted, ...more, ...(print && { print }) }) : before;
    const digest = await this.blobs.put(tx.org, Buffer.from(canonical(next)));
    await tx.query(
      `insert into environment_state (org_id, project, environment, state, run) values ($1, $2, $3, $4, $5)
       on conflict (org_id, project, environment) do update set state = excluded.state, run = excluded.run, updated_at = now()`,
      [tx.org, project, environment, digest, run.run],
    );
  }

  private async reported(
    org: string,
    manifest: Manifest,
    run: { run: string; attempt: number },
    digest: string | undefined,
  ): Promise<RunOutcome | undefined> {
    if (digest === undefined) return undefined;
    const results = readArtifact(await this.blobs.get(org, digest), { file: 'run_results.json' });
    if (!results.ok || results.artifact.kind !== 'run_results') return undefined;
    const outcome = outcomeOf(manifest, results.artifact.runResults, run);
    return outcome.ok ? outcome.outcome : undefined;
  }
}

/** When the last of them ended, in ms; -Infinity when none says so. */
const newest = (ends: Iterable<{ readonly finishedAt: string | null }>): number => {
  let last = -Infinity;
  for (const { finishedAt } of ends) last = Math.max(last, finishedAt === null ? -Infinity : timeOf(finishedAt));
  return last;
};

/** Without what the state knows a later end of; nothing when the whole of it is older than the state. */
function newerThan(state: EnvironmentState, outcome: RunOutcome): RunOutcome | undefined {
  if (newest(outcome.results) <= newestIn(state)) return undefined;
  const results = outcome.results.filter((result) => {
    const last = state.nodes[result.id]?.last;
    return !last || newest([result]) > newest([last]);
  });
  return { ...outcome, results };
}

const newestIn = ({ nodes }: EnvironmentState): number => newest(Object.values(nodes).map((node) => node.last));

const timeOf = (text: string): number => {
  const time = Date.parse(text);
  return Number.isNaN(time) ? -Infinity : time;
};
