import { environmentsReveal, type Lease, type RunRequested, type TasksCompleteInput } from '@headgate/contracts';
import type { Blobs, Call, Clients } from '@headgate/kit';
import type { Folders } from '../sandbox/box.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { readLogLine } from './dbt-log.ts';
import type { Channel, Progress } from './progress.ts';
import { redactor } from './redact.ts';
import { leftBehind, type Workspace } from './workspace.ts';

export type Ended = Pick<TasksCompleteInput, 'outcome' | 'result' | 'cause'>;

interface Tools {
  readonly workspace: Workspace;
  readonly progress: Progress;
  readonly blobs: Blobs;
  readonly clients: Clients;
  readonly sandbox: () => Promise<Sandbox>;
}

/** Adapters that need no network: their warehouse is a file. */
const offline = new Set(['duckdb', 'sqlite']);

/** Runs one attempt: every stage of the run, in the sandbox, on a copy of the revision. What it leaves is uploaded, not yet visible. */
export async function execute(lease: Lease, tools: Tools, signal: AbortSignal): Promise<Ended> {
  const run = lease.spec as unknown as RunRequested;
  const call: Call = { org: lease.org, actor: { kind: 'service', id: 'runner' }, requestId: `run ${run.run}` };
  const { project, environment } = lease;
  const { variables } = await tools.clients.call(environmentsReveal, { project, environment }, call);
  const redact = redactor(variables.filter(({ secret }) => secret).map(({ value }) => value));
  const channel = tools.progress.open(call, run.run, lease.attempt);
  try {
    const folders = await tools.workspace.open(lease, run.revision);
    const env = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
    const failure = await runStages(run, lease, folders, { ...tools, channel, redact, env, signal });
    const artifacts = [];
    for (const { name, bytes } of await leftBehind(folders)) {
      artifacts.push({ name, blob: await tools.blobs.put(lease.org, bytes), bytes: bytes.length });
    }
    const result = { artifacts };
    if (signal.aborted) return { outcome: 'cancelled', result, cause: 'cancelled while it ran' };
    return failure ? { outcome: 'failed', result, cause: redact(failure) } : { outcome: 'succeeded', result };
  } finally {
    await channel.close();
    await tools.workspace.close(lease);
  }
}

type Setting = Tools & {
  channel: Channel;
  redact: (line: string) => string;
  env: Record<string, string>;
  signal: AbortSignal;
};

/** Why a stage failed, or undefined when none did. */
async function runStages(
  run: RunRequested,
  lease: Lease,
  folders: Folders,
  setting: Setting,
): Promise<string | undefined> {
  const { workspace, channel, redact, env, signal } = setting;
  const sandbox = await setting.sandbox();
  const network = offline.has(await workspace.adapter(folders)) ? 'none' : 'host';
  const at = sandbox.inside(folders);
  for (const stage of run.stages) {
    if (signal.aborted) return undefined;
    await workspace.overlay(folders, lease.org, stage.selectors);
    const errors: string[] = [];
    const outcome = await sandbox.run(
      {
        ...folders,
        args: stage.command,
        network,
        signal,
        env: {
          ...env,
          HEADGATE_DATA_DIR: at.data,
          HEADGATE_RUN: run.run,
          DBT_LOG_FORMAT: 'json',
          DBT_LOG_LEVEL: 'info',
          DBT_USE_COLORS: 'false',
        },
      },
      (line) => {
        const read = readLogLine(redact(line), () => new Date().toISOString());
        if (read.level === 'error' && errors.length < 5) errors.push(read.text);
        channel.write(read);
      },
    );
    if (outcome.cancelled) return undefined;
    if (outcome.timedOut) return 'it ran longer than it may';
    if (outcome.outOfMemory) return 'it needed more memory than it may have';
    if (outcome.outOfCpu) return 'it needed more CPU time than it may have';
    if (outcome.code !== 0)
      return errors.join('\n') || `dbt ${stage.command[0]} ended with ${outcome.signal ?? outcome.code}`;
  }
  return undefined;
}
