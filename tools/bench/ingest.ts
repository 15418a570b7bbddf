// Ingestion: from bytes to searchable, beside dbt's own load of the same manifest. CPU of Node and of Postgres.
//   npm run bench -- ingest [--quick] [--models=50000]
// Column lineage is computed after a snapshot is committed, and is not counted here.
import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { assetsSearch, type Ingest, ingestsCreate, type Operation, sha256 } from '@headgate/contracts';
import { ingestion } from '@headgate/ingestion';
import { graphRead } from '@headgate/graph-read';
import { type Call } from '@headgate/kit';
import { asker, startStack } from '@headgate/testing';
import { generatedManifest, type ProjectShape } from './generated-project.ts';
import { cpuOf, tree } from './processes.js';
import { throwAwayPostgres } from '../test/postgres.js';

const root = path.resolve(import.meta.dirname, '../..');
const option = (name: string) => process.argv.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
const models = Number(option('models') ?? (process.argv.includes('--quick') ? 5000 : 50_000));
const shape: ProjectShape = { seed: Number(option('seed') ?? 1), models };
const org = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a';
const call: Call = { org, actor: { kind: 'person', id: 'bench' }, requestId: 'bench' };
const scratch = mkdtempSync(path.join(tmpdir(), 'headgate-bench-'));
const children: { pid?: number; kill(signal: NodeJS.Signals): boolean }[] = [];

const gateway = asker(org);

function report(what: string, figure: string, goal = ''): void {
  console.log(`${what.padEnd(70)} ${figure.padStart(16)}  ${goal}`);
}

async function generated(name: string, shape: ProjectShape): Promise<string> {
  const file = path.join(scratch, name);
  await pipeline(Readable.from(inLargePieces(generatedManifest(shape))), createWriteStream(file));
  return file;
}

function* inLargePieces(texts: Iterable<string>): Generator<string> {
  let piece = '';
  for (const text of texts) {
    piece += text;
    if (piece.length < 2 ** 20) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

/** CPU seconds: of this process with its threads, and of the Postgres server with all its backends. */
function cpuNow(): { node: number; postgres: number } {
  const { user, system } = process.cpuUsage();
  const server = tree(children[0]!.pid!).map((pid) => cpuOf(pid));
  const postgres = server.reduce((sum, one) => sum + (one?.own ?? 0) + (one?.reaped ?? 0), 0);
  return { node: (user + system) / 1e6, postgres };
}

const peakMb = (): number => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;
const forgetPeak = (): void => writeFileSync('/proc/self/clear_refs', '5');

interface Cost {
  readonly cpu: number;
  readonly node: number;
  readonly postgres: number;
  readonly peak: number;
  readonly wall: number;
}

async function measured(work: () => Promise<unknown>): Promise<Cost> {
  globalThis.gc?.();
  forgetPeak();
  const before = cpuNow();
  const began = performance.now();
  await work();
  const after = cpuNow();
  const [node, postgres] = [after.node - before.node, after.postgres - before.postgres];
  return { cpu: node + postgres, node, postgres, peak: peakMb(), wall: (performance.now() - began) / 1000 };
}

/** A large delivery outlasts one request: the same request again joins it. */
async function patiently<I, O>(operation: Operation<I, O>, input: I): Promise<O> {
  for (;;) {
    try {
      return await gateway.clients.call(operation, input, call);
    } catch (error) {
      if ((error as { code?: string }).code !== 'timeout') throw error;
    }
  }
}

let deliveries = 0;

async function bringIn(file: string, environment: string): Promise<Ingest> {
  const { digest: blob } = await gateway.blobs.write(org, createReadStream(file, { highWaterMark: 2 ** 20 }));
  const artifacts = [{ name: 'manifest.json', blob }];
  // Each is a delivery of its own, not the last one asked for again.
  const revision = sha256(`${deliveries++}`);
  return patiently(ingestsCreate, { project: 'galaxy', environment, artifacts, revision });
}

async function searchable(file: string, environment: string, word: string): Promise<Ingest> {
  const taken = await bringIn(file, environment);
  const { items } = await gateway.clients.call(assetsSearch, { project: 'galaxy', environment, q: word }, call);
  if (items.length === 0) throw new Error(`${word} is not found after ingestion`);
  return taken;
}

const told = ({ cpu, node, postgres, wall }: Cost): string =>
  `${cpu.toFixed(2)} CPU s (Node ${node.toFixed(2)}, Postgres ${postgres.toFixed(2)}; ${wall.toFixed(1)} s of wall time)`;

async function large(): Promise<void> {
  const file = await generated('manifest.json', shape);
  const changed = await generated('changed.json', { ...shape, edits: 10 });
  let taken!: Ingest;
  const first = await measured(async () => (taken = await searchable(file, 'large', 'customer')));
  console.log(`${models} models: ${taken.snapshot!.nodes} nodes, ${taken.snapshot!.edges} edges`);
  report('bytes → searchable', `${first.cpu.toFixed(1)} CPU s`, '≤ 25, goal 15');
  console.log(`  ${told(first)}`);
  report('peak of the process that holds all services', `${first.peak.toFixed(0)} MB`, '< 1536');
  const same = await measured(() => bringIn(file, 'large'));
  report('the same file again', `${same.cpu.toFixed(1)} CPU s`);
  const change = await measured(() => bringIn(changed, 'large'));
  console.log(`  the same with 10 changed nodes: ${told(change)}`);
  report('10 changed nodes, beyond reading and digests', `${(change.cpu - same.cpu).toFixed(2)} CPU s`, '≤ 0.5');
  besideDbt(file, first);
}

function besideDbt(file: string, ours: Cost): void {
  const python = path.join(root, '.headgate/python/bin/python');
  const text = execFileSync(python, [path.join(import.meta.dirname, 'dbt-load.py'), file], { encoding: 'utf8' });
  const theirs = JSON.parse(text) as { cpu: number; peakMb: number; nodes: number; version: string };
  report(`dbt-core ${theirs.version} loads the same file`, `${theirs.cpu.toFixed(1)} CPU s`);
  report('  its peak', `${theirs.peakMb.toFixed(0)} MB`);
  const reading = execFileSync(
    process.execPath,
    ['-C', 'source', '--import', path.join(root, 'tools/register.js'), path.join(import.meta.dirname, 'load.ts'), file],
    { encoding: 'utf8' },
  );
  const load = JSON.parse(reading) as { cpu: number; peakMb: number };
  report('ours: file → graph with its digests, alone', `${load.cpu.toFixed(1)} CPU s`);
  report('  its peak', `${load.peakMb.toFixed(0)} MB`);
  report('dbt ÷ ours, CPU to load', `${(theirs.cpu / load.cpu).toFixed(1)} ×`, '≥ 5');
  report('dbt ÷ ours, CPU until searchable', `${(theirs.cpu / ours.cpu).toFixed(1)} ×`);
  report('dbt ÷ ours, memory to load', `${(theirs.peakMb / load.peakMb).toFixed(1)} ×`, '≥ 2');
}

/** The largest published manifest that we have: 1,676 nodes, beside a catalog. */
async function specimen(): Promise<void> {
  const data = process.env['HEADGATE_DATA'] ?? path.join(root, '../shared/data');
  const packed = path.join(data, 'artifacts/tuva-large-published-catalog-and-run-results/manifest.json.gz');
  if (!existsSync(packed)) return console.log(`no specimen at ${packed}`);
  const file = path.join(scratch, 'specimen.json');
  await pipeline(createReadStream(packed), createGunzip(), createWriteStream(file));
  const cost = await measured(() => searchable(file, 'specimen', 'condition'));
  report('the specimen of 1,676 nodes: bytes → searchable', `${cost.cpu.toFixed(2)} CPU s`);
  console.log(`  ${told(cost)}`);
}

const env = await throwAwayPostgres(scratch, children as never);
Object.assign(process.env, env);
const stack = await startStack([ingestion, graphRead, gateway.service]);
try {
  // Lineage has a bench of its own; here it would only blur the figures.
  await stack.sql(`create function public.later() returns trigger language plpgsql as
    $$ begin new.held_until := now() + interval '1 day'; return new; end $$;
    create trigger later before insert or update on graph.lineage_state for each row execute function public.later()`);
  await specimen();
  await large();
} finally {
  await stack.stop();
  for (const child of children) child.kill('SIGINT');
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(0);
