// Search, impact, neighbourhoods and maps over 500,000 assets of two organizations, through row-level security.
//   npm run bench -- search [--quick] [--models=50000] [--seed=1]
// CPU of Node and Postgres together; one environment is ingested, the others are copies of its index rows.
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  assetsGet,
  assetsImpact,
  assetsSearch,
  columnsSearch,
  graphNeighbourhood,
  graphRollup,
  ingestsCreate,
  type Operation,
  snapshotsGet,
  snapshotsSkeleton,
} from '@headgate/contracts';
import { adjacency, impactOf, type LogicalGraph, skeletonOf } from '@headgate/graph';
import { graphRead } from '@headgate/graph-read';
import { ingestion } from '@headgate/ingestion';
import { type Call } from '@headgate/kit';
import { asker, startStack } from '@headgate/testing';
import { throwAwayPostgres } from '../test/postgres.js';
import { generatedManifest } from './generated-project.ts';
import { cpuOf, tree } from './processes.js';

const option = (name: string) => process.argv.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
const models = Number(option('models') ?? (process.argv.includes('--quick') ? 5000 : 50_000));
const seed = Number(option('seed') ?? 1);
const org = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a';
const other = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0b';
const call: Call = { org, actor: { kind: 'person', id: 'bench' }, requestId: 'bench' };
const here = { project: 'galaxy', environment: 'prod' };
const scratch = mkdtempSync(path.join(tmpdir(), 'headgate-bench-'));
const children: { pid?: number; kill(signal: NodeJS.Signals): boolean }[] = [];

const gateway = asker(org);

let missed = 0;
function report(what: string, figure: number, unit: string, goal?: number): void {
  const judged = goal === undefined ? '' : figure <= goal ? `≤ ${goal}` : `MISSED ≤ ${goal}`;
  if (judged.startsWith('MISSED')) missed++;
  console.log(`${what.padEnd(66)} ${figure.toFixed(figure < 10 ? 2 : 0).padStart(9)} ${unit.padEnd(7)} ${judged}`);
}

const ask = async <I, O>(operation: Operation<I, O>, input: I): Promise<O> => {
  for (;;) {
    try {
      return await gateway.clients.call(operation, input, call);
    } catch (error) {
      if ((error as { code?: string }).code !== 'timeout') throw error;
    }
  }
};

/** CPU ms so far of this process and of the Postgres server with all its backends. */
function cpuNow(): number {
  const { user, system } = process.cpuUsage();
  const server = tree(children[0]!.pid!).map((pid) => cpuOf(pid));
  return (user + system) / 1e3 + server.reduce((sum, one) => sum + ((one?.own ?? 0) + (one?.reaped ?? 0)) * 1e3, 0);
}

/** CPU ms of one of many such questions; the first one, which fills caches, is not counted. */
async function cpuEach<T>(things: readonly T[], work: (thing: T) => Promise<unknown>, rounds = 8): Promise<number> {
  for (const thing of things) await work(thing);
  const before = cpuNow();
  for (let round = 0; round < rounds; round++) for (const thing of things) await work(thing);
  return (cpuNow() - before) / (rounds * things.length);
}

async function ingest(): Promise<void> {
  const file = path.join(scratch, 'manifest.json');
  await pipeline(Readable.from(generatedManifest({ seed, models })), createWriteStream(file));
  const { digest: blob } = await gateway.blobs.write(org, createReadStream(file, { highWaterMark: 2 ** 20 }));
  await ask(ingestsCreate, { ...here, artifacts: [{ name: 'manifest.json', blob }] });
}

/** As many assets as five times one environment, half of them another organization's with the same names. */
async function crowd(): Promise<number> {
  const columns =
    'from_seq, to_seq, node, type, name, package, materialized, relation, owner, tags, description, digest, columns, column_names, database, schema, words';
  for (const [owner, environment] of [
    [org, 'test'],
    [org, 'dev'],
    [other, 'prod'],
    [other, 'dev'],
  ])
    await stack.sql(
      `begin; insert into graph.node_index (org_id, project, environment, ${columns})
         select '${owner}', project, '${environment}', ${columns} from graph.node_index where org_id = '${org}' and environment = 'prod';
       select set_config('app.leaf', pg_current_xact_id()::text, true); commit`,
    );
  await stack.sql('analyze graph.node_index');
  const [count] = await stack.sql<{ n: string }>('select count(*) as n from graph.node_index');
  return Number(count!.n);
}

async function searching(names: readonly string[]): Promise<void> {
  const kinds: [string, string[], number][] = [
    ['search, selective: a whole name', names.slice(0, 4), 50],
    ['search, selective: a name half typed', names.slice(4, 8).map((name) => name.slice(0, -1)), 50],
    ['search, selective: a part of a name', names.slice(8, 12).map((name) => name.slice(3)), 50],
    ['search, two words', ['refund growth', 'lead risk', 'visit web'], 100],
    ['search, broad: one word of many names', ['customer', 'invoice', 'payment'], 100],
    ['search, broad: a word of nearly all', ['analytics', 'prod', 'daily'], 100],
    ['search, a typo', ['customar', 'finanse', 'shipmnt'], 100],
  ];
  for (const [what, words, goal] of kinds) {
    const answers = [];
    for (const q of words) answers.push(await ask(assetsSearch, { ...here, q }));
    const said = answers.map(({ total, capped }) => `${total}${capped ? '+' : ''}`).join(', ');
    report(`${what} (${said})`, await cpuEach(words, (q) => ask(assetsSearch, { ...here, q })), 'CPU ms', goal);
  }
  const withFacets = (q?: string) => ask(assetsSearch, { ...here, ...(q && { q }), facets: true, limit: 20 });
  report('search with facets, broad', await cpuEach(['customer', 'daily'], withFacets, 4), 'CPU ms');
  report('facets of everything', await cpuEach([undefined], withFacets, 4), 'CPU ms');
}

async function graphs(): Promise<void> {
  const { graph: digest, nodes, edges } = await ask(snapshotsGet, { ...here, snapshot: 'latest' });
  const graph = JSON.parse((await gateway.blobs.get(org, digest)).toString()) as LogicalGraph;
  console.log(`\n${nodes} nodes, ${edges} edges`);
  const linked = adjacency(graph);
  const sources = graph.nodes.filter(({ type }) => type === 'source').map(({ id }) => id);
  const roots = sources.filter((_, i) => i % Math.ceil(sources.length / 20) === 0);
  const largest = Math.max(...roots.map((id) => impactOf(graph, linked, [id]).total));
  const counting = await cpuEach(roots, async (id) => impactOf(graph, linked, [id]));
  report(`impact, warm, up to ${largest} nodes reached: closure and counts`, counting, 'CPU ms', 5);
  const asked = await cpuEach(roots, (asset) => ask(assetsImpact, { ...here, asset, limit: 50 }));
  report('  asked over the bus, with a page of 50 and all checks', asked, 'CPU ms');
  const middle = graph.nodes
    .filter(({ type }, i) => type === 'model' && i % Math.ceil(nodes / 30) === 0)
    .map(({ id }) => id);
  const near = await cpuEach(middle, (root) => ask(graphNeighbourhood, { ...here, root, up: 2, down: 2 }));
  report('neighbourhood, two up and two down', near, 'CPU ms');
  report('an asset whole', await cpuEach(middle, (asset) => ask(assetsGet, { ...here, asset }), 4), 'CPU ms');
  report('columns by name', await cpuEach(['customer', 'region'], (q) => ask(columnsSearch, { ...here, q })), 'CPU ms');
  report(
    'rollup by folder',
    await cpuEach(['folder' as const], (level) => ask(graphRollup, { ...here, level })),
    'CPU ms',
  );
  await map(graph);
}

async function map(graph: LogicalGraph): Promise<void> {
  const { blob, bytes } = await ask(snapshotsSkeleton, { ...here, snapshot: 'latest' });
  const on = graph.nodes.filter(({ type }) => ['model', 'seed', 'snapshot', 'source'].includes(type)).length;
  report(`the map of ${on} nodes, gzip (${blob.slice(0, 15)}…)`, bytes / 1e6, 'MB', 0.8 * Math.max(1, on / 50_000));
  skeletonOf(graph);
  const before = process.cpuUsage();
  const first = skeletonOf(graph);
  const laid = process.cpuUsage(before);
  report('  laid out anew', (laid.user + laid.system) / 1e6, 'CPU s');
  const again = process.cpuUsage();
  skeletonOf(graph, first);
  const kept = process.cpuUsage(again);
  report('  laid out as before', (kept.user + kept.system) / 1e6, 'CPU s');
}

Object.assign(process.env, await throwAwayPostgres(scratch, children as never));
const stack = await startStack([ingestion, graphRead, gateway.service]);
try {
  await stack.sql(`create function public.later() returns trigger language plpgsql as
    $$ begin new.held_until := now() + interval '1 day'; return new; end $$;
    create trigger later before insert or update on graph.lineage_state for each row execute function public.later()`);
  await ingest();
  console.log(`seed ${seed}: ${await crowd()} assets in five environments of two organizations\n`);
  const names = await stack.sql<{ name: string }>(
    `select name from graph.node_index where org_id = '${org}' and environment = 'prod' and type = 'model' order by md5(name) limit 12`,
  );
  await searching(names.map(({ name }) => name));
  await graphs();
} finally {
  await stack.stop();
  for (const child of children) child.kill('SIGINT');
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(missed === 0 ? 0 : 1);
