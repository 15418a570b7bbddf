import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentsReveal, type Lease, type RunRequested, type TasksCompleteInput } from '@headgate/contracts';
import type { Blobs, Call, Clients } from '@headgate/kit';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Outcome } from '../sandbox/supervise.ts';
import type { Beginning } from './beginning.ts';
import { engineIn, variablesHash } from './context.ts';
import { eachText, type LogLine, readLogLine } from './dbt-log.ts';
import { openDeferral } from './deferral.ts';
import type { Channel, Progress } from './progress.ts';
import { untilAnswered } from './patience.ts';
import { recordReads } from './reads.ts';
import { redactor } from './redact.ts';
import { compileOffline, keepGraph, notCompiled } from './revision-stage.ts';
import { mergedResults } from './results.ts';
import { adapterIn, leftBehind, type Place, type Workspace } from './workspace.ts';

export type Ended = Pick<TasksCompleteInput, 'outcome' | 'result' | 'cause'>;

interface Tools {
  readonly workspace: Workspace;
  readonly progress: Progress;
  readonly blobs: Blobs;
  readonly clients: Clients;
  readonly beginning: Beginning;
  readonly sandbox: () => Promise<Sandbox>;
  /** For what is kept of secrets. */
  readonly key: Buffer;
}

/** Two ways to end an attempt before its time. */
export interface Stops {
  /** It is not wanted any more: dbt is asked to stop, cancels its statements, and is killed only if it does not. */
  readonly cancel: AbortSignal;
  /** It is another's now, or we are being stopped: killed at once. */
  readonly kill: AbortSignal;
}

/** Adapters that need no network: their warehouse is a file. */
const offline = new Set(['duckdb', 'sqlite']);
const resultsFile = 'run_results.json';
const cancelGraceMs = 10_000;
/** dbt repeats what went wrong at the end; the first few lines say it. */
const keptErrors = 5;
const longestCause = 10_000;

/** Runs one attempt: every stage of the run, in the sandbox, on a copy of the revision. What it leaves is uploaded, not yet visible. */
export async function execute(lease: Lease, tools: Tools, stops: Stops): Promise<Ended> {
  const run = lease.spec as unknown as RunRequested;
  const call: Call = { org: lease.org, actor: { kind: 'service', id: 'runner' }, requestId: `run ${run.run}` };
  const { project, environment } = lease;
  const stop = AbortSignal.any([stops.cancel, stops.kill]);
  const reveal = () => tools.clients.call(environmentsReveal, { project, environment }, call);
  const revealed = await untilAnswered(reveal, stop);
  const redact = redactor(revealed.variables.filter(({ secret }) => secret).map(({ value }) => value));
  const env = Object.fromEntries(revealed.variables.map(({ name, value }) => [name, value]));
  const channel = tools.progress.open(call, {
    project,
    environment,
    run: run.run,
    kind: run.kind,
    attempt: lease.attempt,
  });
  try {
    const place = await tools.workspace.open(lease, run.revision);
    const adapter = (await adapterIn(place)) ?? revealed.adapter;
    const network = run.kind === 'parse' || offline.has(adapter) ? 'none' : 'host';
    const context = {
      engine: `${await engineIn((await tools.sandbox()).venv)}; ${adapter}`,
      variables: variablesHash(revealed.variables, tools.key),
    };
    const { stages, lines } = await tools.beginning.begin(run, lease, context, call, stop);
    lines.forEach((line) => channel.write(line));
    const setting: Setting = { ...tools, ...stops, channel, redact, env, network, left: new Map<string, Buffer[]>() };
    const failure = await runStages({ ...run, stages }, place, setting);
    const result = { artifacts: stops.kill.aborted ? [] : await uploaded(setting.left, place.org, tools.blobs) };
    if (stop.aborted) return { outcome: 'cancelled', result, cause: 'cancelled while it ran' };
    if (!failure) return { outcome: 'succeeded', result };
    return { outcome: 'failed', result, cause: redact(failure).slice(0, longestCause) };
  } catch (error) {
    // What could not be set up may have printed a secret too.
    throw Object.assign(error as Error, { message: redact((error as Error).message) });
  } finally {
    await channel.close();
    await tools.workspace.close(lease);
  }
}

async function uploaded(left: Setting['left'], org: string, blobs: Blobs) {
  const artifacts = [];
  for (const [name, versions] of [...left].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const bytes = name === resultsFile ? mergedResults(versions)! : versions.at(-1)!;
    artifacts.push({ name, blob: await blobs.put(org, bytes), bytes: bytes.length });
  }
  return artifacts;
}

interface Setting extends Tools, Stops {
  readonly channel: Channel;
  readonly redact: (line: string) => string;
  readonly env: Readonly<Record<string, string>>;
  readonly network: 'none' | 'host';
  /** What the stages so far left, by file name. */
  readonly left: Map<string, Buffer[]>;
}

/** Why a stage failed, or undefined when none did. */
async function runStages(run: RunRequested, place: Place, setting: Setting): Promise<string | undefined> {
  const { workspace, channel, redact, network, cancel, kill } = setting;
  const sandbox = await setting.sandbox();
  const env = {
    ...setting.env,
    HEADGATE_DATA_DIR: sandbox.inside(place).data,
    HEADGATE_RUN: run.run,
    DBT_LOG_FORMAT: 'json',
    DBT_LOG_LEVEL: 'info',
    DBT_USE_COLORS: 'false',
  };
  channel.write({ at: new Date().toISOString(), level: 'info', event: 'Sandbox', text: settingOf(sandbox, network) });
  for (const { command, selectors, defer } of run.stages) {
    if (cancel.aborted || kill.aborted) return undefined;
    await workspace.select(place, selectors);
    await workspace.freshHome(place);
    const stopped = AbortSignal.any([cancel, kill]);
    const there = defer && (await openDeferral(place, defer, { blobs: setting.blobs, sandbox, stop: stopped }));
    if (defer) channel.write(readsFrom(defer.environment));
    if (there) await workspace.freshHome(place);
    const errors: string[] = [];
    const { project, out, home, data } = place;
    const stop = { signal: kill, interrupt: cancel, graceMs: cancelGraceMs };
    const prelude = run.kind === 'parse' ? recordReads + compileOffline : recordReads;
    const args = [...command, ...(there?.args ?? [])];
    const how = { args, network, env, prelude, ...(there && { readOnly: there.readOnly }) };
    const outcome = await sandbox.run({ project, out, home, data, ...how, ...stop }, (line) => {
      // Twice: before anything is cut short, and again where JSON had written a character in another way.
      const read = eachText(
        readLogLine(redact(line), () => new Date().toISOString()),
        redact,
      );
      if (read.level === 'error' && errors.length < keptErrors) errors.push(read.text);
      channel.write(read);
    });
    if (!kill.aborted) await collect(place, setting.left);
    const failure = failureOf(outcome, errors, command[0]);
    const hasGraph = run.kind === 'parse' && keepGraph(setting.left);
    if (failure && !hasGraph) return failure;
    if (failure) channel.write(notCompiled(redact(failure), new Date().toISOString()));
  }
  return undefined;
}

/** Takes what the stage left. Its results are removed, so that a next one that fails early does not seem to have written them. */
async function collect(place: Place, left: Setting['left']): Promise<void> {
  for (const { name, bytes } of await leftBehind(place)) {
    const isResults = name === resultsFile;
    left.set(name, isResults ? [...(left.get(name) ?? []), bytes] : [bytes]);
    if (isResults) await rm(join(place.out, 'target', name));
  }
}

const readsFrom = (environment: string): LogLine => ({
  ...{ at: new Date().toISOString(), level: 'info', event: 'Deferred' },
  text: `reads what is not built here from ${environment}`,
});

/** Said plainly in every log, above all when there is less isolation than one would think. */
function settingOf({ isolation }: Sandbox, network: 'none' | 'host'): string {
  if (isolation === 'none') return 'runs without a sandbox, as configured';
  const reach =
    network === 'none' ? 'without network' : "with this machine's network, over which its warehouse is reached";
  return `runs in a sandbox (${isolation}) ${reach}`;
}

/** In dbt's own words, where it had any. */
function failureOf(outcome: Outcome, errors: readonly string[], command = ''): string | undefined {
  if (outcome.cancelled) return undefined;
  if (outcome.timedOut) return 'it ran longer than it may';
  if (outcome.signal === 'SIGKILL') return 'it was killed: by the system, for want of memory, or by somebody';
  if (outcome.outOfMemory) return 'it needed more memory than it may have';
  if (outcome.outOfCpu) return 'it needed more CPU time than it may have';
  if (outcome.code === 0) return undefined;
  return errors.join('\n') || `dbt ${command} ended with ${outcome.signal ?? outcome.code}`;
}
