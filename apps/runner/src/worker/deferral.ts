import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunRequested } from '@headgate/contracts';
import { type Blobs, Failure } from '@headgate/kit';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { copyDatabase } from './database-copy.ts';
import { attachDatabase } from './profiles.ts';
import type { Place } from './workspace.ts';

type Defer = NonNullable<RunRequested['stages'][number]['defer']>;

/** How a stage reads from another environment. */
export interface Deferred {
  readonly args: readonly string[];
  readonly readOnly: Readonly<Record<string, string>>;
}

const manifestFile = 'manifest.json';
const shownAt = '/w/deferred';

/**
 * Views of a file name the database that they were made in, under the name that it has there. Here another file has that
 * name, so they become tables, in a copy that nobody else has.
 */
const viewsToTables = `
import json, os, duckdb
wanted = json.loads(os.environ['WANTED'])
db = duckdb.connect(os.path.join(os.environ['FOLDER'], os.environ['FILE']))
quoted = lambda *names: '.'.join('"' + name.replace('"', '""') + '"' for name in names)
views = {(schema.lower(), name.lower()) for schema, name in db.execute(
    'select schema_name, view_name from duckdb_views() where not internal and database_name = current_database()').fetchall()}
for schema, name in wanted:
    if (schema.lower(), name.lower()) not in views:
        continue
    view, rows = quoted(schema, name), quoted(schema, name + '__rows')
    db.execute(f'create table {rows} as select * from {view}')
    db.execute(f'drop view {view}')
    db.execute(f'alter table {rows} rename to {quoted(name)}')
db.close()
`;

/**
 * Lays out what a stage reads from another environment: the manifest that dbt defers to and, where its warehouse is a
 * file, a copy of that, attached read-only.
 * @throws Failure when the file is not there, or a view in it cannot be read
 */
export async function openDeferral(
  place: Place,
  defer: Defer,
  { blobs, sandbox, stop }: { blobs: Blobs; sandbox: Sandbox; stop: AbortSignal },
): Promise<Deferred> {
  const folder = join(dirname(place.out), 'deferred');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  const manifest = await blobs.get(place.org, defer.manifest);
  await writeFile(join(folder, manifestFile), manifest);
  const isConfined = sandbox.isolation !== 'none';
  const inside = isConfined ? shownAt : folder;
  if (defer.attach) {
    const there = join(dirname(place.data), defer.environment);
    const name = await copyDatabase(there, defer.attach.database, folder, stop);
    await readable(place, { folder, name, relations: relationsIn(manifest) }, sandbox, stop);
    const profiles = join(place.project, 'profiles.yml');
    const attached = { path: `${inside}/${name}`, alias: defer.attach.as };
    await writeFile(profiles, attachDatabase(await readFile(profiles, 'utf8'), attached));
  }
  return {
    args: ['--defer', '--favor-state', '--defer-state', inside],
    readOnly: isConfined ? { [shownAt]: folder } : {},
  };
}

interface Copy {
  readonly folder: string;
  readonly name: string;
  readonly relations: readonly (readonly [schema: string, name: string])[];
}

async function readable(
  { project, out, home }: Place,
  { folder, name, relations }: Copy,
  sandbox: Sandbox,
  signal: AbortSignal,
): Promise<void> {
  const folders = { project, out, home, data: folder };
  const said: string[] = [];
  const env = { WANTED: JSON.stringify(relations), FOLDER: sandbox.inside(folders).data, FILE: name };
  const program = [join(sandbox.venv, 'bin', 'python'), '-c', viewsToTables];
  const how = { program, args: [], env, network: 'none', signal } as const;
  const { code } = await sandbox.run({ ...folders, ...how }, (line) => said.push(line));
  if (code === 0 || signal.aborted) return;
  throw new Failure('conflict', {
    detail: `what is to be read from the other environment cannot be: ${said.slice(-3).join(' ')}`,
  });
}

function relationsIn(manifest: Buffer): Copy['relations'] {
  const { nodes } = JSON.parse(manifest.toString()) as { nodes: Record<string, { schema: string; alias: string }> };
  return Object.values(nodes).map(({ schema, alias }) => [schema, alias] as const);
}
