import {
  environmentsCreate,
  type Ingest,
  ingestsCreate,
  projectsCreate,
  revisionsCreate,
  type Snapshot,
  snapshotsGet,
} from '@headgate/contracts';
import { Command, Option } from 'commander';
import { existsSync } from 'node:fs';
import { basename, relative, resolve, sep } from 'node:path';
import { follow, patiently, until } from './follow.ts';
import { artifactsIn } from './inspect.ts';
import { projectTar } from './project-tar.ts';
import { type Cli, globalOptions, online, type Place, type Session } from './session.ts';
import { Stop } from './stop.ts';
import { counted } from './table.ts';
import { uploadFile } from './upload-file.ts';
import { watch } from './watch.ts';

interface IngestFlags {
  readonly projectDir?: string;
  readonly create?: boolean;
  readonly watch?: boolean;
  readonly adapter?: 'duckdb' | 'postgres';
}

/** What the API takes in one delivery. */
const maxArtifacts = 16;
/** What a server may take to read the largest project, in ms. */
const ingestingMs = 900_000;

const help = `
Examples:
  headgate ingest target
  headgate ingest target/manifest.json target/catalog.json
  headgate ingest --watch target
  headgate ingest --project-dir . --create --project shop --environment dev

Artifacts are taken whole or refused with file, path and cause. A project's files are packed without target, logs,
version control and .env, and dbt parses them on the server; dbt_packages goes along as dbt deps left it.

Exit: 0 ingested, 1 dbt could not parse the project, 2 an artifact is refused, 3 nothing to ingest`;

export function ingestCommand(cli: Cli): Command {
  return globalOptions(
    new Command('ingest')
      .description("make the server know a project: from dbt's artifacts, or from the project's files")
      .argument('[paths...]', 'artifacts, or folders that hold some (default: target)')
      .option(
        '--project-dir <dir>',
        "a dbt project's folder: pack it, upload it, have dbt parse and compile it (the warehouse is not reached)",
      )
      .option('--watch', 'deliver the artifacts again whenever they change, until interrupted')
      .option('--create', 'make the project and the environment named, where they are not there yet')
      .addOption(new Option('--adapter <name>', 'what a new environment runs on').choices(['duckdb', 'postgres'])),
  )
    .addHelpText('after', help)
    .action(online(cli, ingest));
}

async function ingest(session: Session, flags: IngestFlags, paths: string[]): Promise<number> {
  if (flags.projectDir !== undefined && paths.length > 0)
    throw new Stop(64, 'either artifacts or --project-dir, not both');
  if (flags.projectDir !== undefined && flags.watch) throw new Stop(64, 'only artifacts can be watched');
  const work = flags.projectDir === undefined && !flags.watch ? artifactsOf(session, paths) : undefined;
  if (flags.create) await create(session, flags);
  const place = await session.place();
  if (flags.watch) return watchFor(session, place, paths);
  return work
    ? deliver(session, place, work)
    : deliverProject(session, place, resolve(session.cli.cwd, flags.projectDir!));
}

async function watchFor(session: Session, place: Place, paths: string[]): Promise<number> {
  const { terminal } = session;
  let isOver = false;
  const interrupted = () => (isOver = true);
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  terminal.complain('watching; interrupt to end');
  await watch({
    files: () => artifactsOf(session, paths),
    deliver: (files) => deliver(session, place, files),
    complain: (line) => terminal.complain(line),
    isOver: () => isOver,
  });
  return 0;
}

async function create({ client, settings }: Session, { adapter }: IngestFlags): Promise<void> {
  const { project, environment } = settings;
  if (project === undefined || environment === undefined)
    throw new Stop(2, 'what is to be made has to be named', { hint: 'give --project and --environment' });
  await client.call(projectsCreate, { project });
  await client.call(environmentsCreate, { project, environment, ...(adapter && { adapter }) });
}

/** Files to send: those named, and of a folder those that lie in it directly. */
function artifactsOf({ cli }: Session, paths: string[]): string[] {
  const files = (paths.length > 0 ? paths : ['target']).flatMap((given) => {
    const path = resolve(cli.cwd, given);
    if (!existsSync(path)) throw new Stop(3, `${given}: no such file or folder`);
    const found = artifactsIn(path).filter((file) => !relative(path, file).includes(sep));
    if (found.length > 0) return found;
    throw new Stop(3, `${given} holds no dbt artifacts`, {
      hint: 'run dbt compile first, or send the files: headgate ingest --project-dir',
    });
  });
  if (files.length > maxArtifacts)
    throw new Stop(2, `${files.length} artifacts are too many for one delivery`, {
      hint: `send ${maxArtifacts} at most`,
    });
  return files;
}

async function deliver(session: Session, place: Place, files: readonly string[]): Promise<number> {
  const { client, terminal } = session;
  const artifacts: { name: string; blob: string }[] = [];
  for (const file of files) {
    const name = basename(file);
    terminal.progress(`uploading ${name}`);
    const told = (share: number) => terminal.progress(`uploading ${name} ${Math.floor(share * 100)} %`);
    artifacts.push({ name, blob: await uploadFile(client, file, told) });
  }
  terminal.progress(`reading ${counted(artifacts.length, 'artifact')}`);
  // A large project outlasts one request; the same request again joins the work that is under way.
  const taken = await patiently(() => client.call(ingestsCreate, { ...place, artifacts }), ingestingMs);
  terminal.endProgress();
  for (const { code, path, message } of taken.warnings) terminal.complain(`warning: ${code} ${path}: ${message}`);
  session.answer(taken, () => inWords(taken));
  return 0;
}

function inWords({ snapshot, artifacts }: Ingest): string {
  if (snapshot) return ingested(snapshot);
  const fresh = artifacts.filter(({ duplicate }) => !duplicate).length;
  return `ingested artifacts=${artifacts.length} new=${fresh}`;
}

export const ingested = ({ nodes, edges, snapshot }: Snapshot): string =>
  `ingested nodes=${nodes} edges=${edges} snapshot=${snapshot}`;

async function deliverProject(session: Session, place: Place, folder: string): Promise<number> {
  const { client, terminal } = session;
  terminal.progress('packing the project');
  const { bytes, files, warnings } = await projectTar(folder);
  for (const warning of warnings) terminal.complain(`warning: ${warning}`);
  terminal.progress(`uploading ${counted(files, 'file')}`);
  const blob = await client.upload(bytes);
  const { revision, run } = await client.call(revisionsCreate, { ...place, blob, parse: true });
  if (run !== undefined) {
    terminal.progress('dbt parses the project');
    const ended = await follow(session, run, ({ level, text }) => {
      if (level === 'warn' || level === 'error') terminal.complain(text);
    });
    if (ended.status !== 'succeeded')
      throw new Stop(1, `the parse ${ended.status}: ${ended.reason ?? 'no reason given'}`, {
        hint: `headgate logs ${run}`,
      });
  }
  terminal.progress('reading the manifest');
  const snapshot = await until('the snapshot of this revision', () => snapshotOf(session, place, revision));
  terminal.endProgress();
  session.answer(snapshot, () => ingested(snapshot));
  return 0;
}

/** The environment's snapshot, as soon as it stands for this revision; the graph follows the run by an event. */
async function snapshotOf({ client }: Session, place: Place, revision: string): Promise<Snapshot | undefined> {
  try {
    const latest = await client.call(snapshotsGet, { ...place, snapshot: 'latest' });
    return latest.revision === revision ? latest : undefined;
  } catch (error) {
    if (error instanceof Stop && error.code === 'not-found') return undefined;
    throw error;
  }
}
