import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { type ExecutionPlan, hashOf, canonical } from '@headgate/contracts';
import { installs, pathsIn, workspace } from '../start/paths.js';
import { preferredPorts } from '../start/ports.js';
import { survivors, treeOf } from './processes.ts';
import { launcherOf, npmStart, patienceMs, type Report, type Started } from './start.ts';
import { withDatabase } from './stopped-database.ts';
import { type Told, undisturbedStory } from './undisturbed.ts';

jest.setTimeout(patienceMs);
const cli = join(workspace, 'apps/cli/bin/headgate.js');
const headgate = (args: string[], env: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 120_000,
  });
  return { status, said: stdout + stderr };
};

let told: Told;
let report: Report;
beforeAll(async () => {
  told = await undisturbedStory();
  // What it said is the first thing to know of a story that failed.
  if (!told.report) throw new Error(`the story left no report (${told.code}):\n${told.lines.join('\n')}`);
  report = told.report;
});

describe('the story, told once', () => {
  it('ends well, and says so stage by stage', () => {
    const { total } = report.plans[0]!;
    const leaf = report.edits[0]!.run.length;
    const stages = [
      /^ {2}story +ingested nodes=\d+ edges=\d+ /,
      /^ {2}story +landed source=ops\.events /,
      new RegExp(`^ {2}story +planned run=${total} skip=0 partial=0 `),
      /^ {2}story +ran ok built=20 /,
      new RegExp(`^ {2}story +planned run=0 skip=${total} partial=0 `),
      /^ {2}story +ingested nodes=\d+ edges=\d+ after: /,
      new RegExp(`^ {2}story +planned run=${leaf} skip=${total - leaf} partial=0 `),
      /^ {2}story +ran ok built=1 /,
      /^ {2}story +ingested nodes=\d+ edges=\d+ after: a comment /,
      new RegExp(`^ {2}story +planned run=0 skip=${total} partial=0 `),
      new RegExp(`^ {2}story +audit verified leaves=${report.leaves} `),
    ];
    // A long stage without a terminal also shows signs of life, which are no outcomes.
    const outcomes = told.lines.filter((line) => /^ {2}story +(ingested|landed|planned|ran|audit)/.test(line));
    expect(told.code).toBe(0);
    expect(outcomes.map((line, index) => stages[index]?.test(line) || line)).toEqual(stages.map(() => true));
    expect(report.leaves).toBeGreaterThan(20);
  });

  it('leaves no process', () => expect(told.left).toEqual([]));

  it('built the tables that its report holds, as another reader sees them', () => {
    const environments = pathsIn(told.state).environments;
    const [file, ...others] = readdirSync(environments, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith(join(report.project, report.environment, 'jaffle.duckdb')),
    );
    expect(others).toEqual([]);
    const python = join(installs.python, 'bin/python');
    const reader = join(workspace, 'tools/story-proof/reread.py');
    const seen: unknown = JSON.parse(execFileSync(python, [reader, join(environments, file!)], { encoding: 'utf8' }));
    expect(Object.keys(report.relations)).toHaveLength(21);
    expect(seen).toEqual(report.relations);
    const { rows, open, closed } = report.relations['main_snapshots.orders_snapshot']!;
    expect({ rows, closed }).toEqual({ rows: open, closed: 0 });
  });
});

describe('the plans of the story', () => {
  const folders = () =>
    report.plans.map((_, index) => join(pathsIn(told.state).story, report.environment, `plan-${index + 1}`));

  const verify = (plan: string, inputs: string) =>
    headgate([
      'verify',
      join(plan, 'plan.json'),
      '--manifest',
      join(inputs, 'manifest.json'),
      '--state',
      join(inputs, 'state.json'),
      '--json',
    ]);

  it('each verify, offline', () => {
    const answers = folders().map((folder) => verify(folder, folder));
    expect(answers.map(({ status, said }) => (status === 0 ? 'verified' : said))).toEqual(
      report.plans.map(() => 'verified'),
    );
    expect(report.plans).toHaveLength(4);
  });

  it('with one RUN turned into a SKIP are rejected at that entry, however well they were sealed', () => {
    const folder = folders()[2]!;
    const { digest: _, ...plan } = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as ExecutionPlan;
    const victim = plan.entries.find(({ verdict, type }) => verdict === 'RUN' && type === 'model')!;
    // As an honest plan would word it, with every number and the hash made to fit.
    const wrong = {
      ...plan,
      header: {
        ...plan.header,
        counts: { ...plan.header.counts, run: plan.header.counts.run - 1, skip: plan.header.counts.skip + 1 },
      },
      entries: plan.entries.map((entry) =>
        entry === victim
          ? { ...entry, verdict: 'SKIP', cause: [], reasons: [{ code: 'unchanged', assumed: [] }] }
          : entry,
      ),
      stages: plan.stages.map((stage) => ({ ...stage, nodes: stage.nodes.filter((id) => id !== victim.id) })),
    };
    const planted = join(told.state, 'planted');
    mkdirSync(planted, { recursive: true });
    writeFileSync(join(planted, 'plan.json'), canonical({ ...wrong, digest: hashOf(wrong) }));
    const answer = verify(planted, folder);
    expect(answer.status).toBe(1);
    expect(JSON.parse(answer.said)).toMatchObject({ ok: false, code: 'entry', entry: victim.id });
  });

  it("run what dbt's own state:modified+ gives, the edited leaf with its tests alone; for a comment, nothing", () => {
    const [leaf, comment] = report.edits;
    expect(report.edits).toHaveLength(2);
    expect(leaf!.run).toEqual(leaf!.dbt);
    const kinds = leaf!.run.map((id) => (id.startsWith('model.') ? id : id.split('.')[0]));
    expect(kinds).toEqual(['model.jaffle.customer_segments', 'test', 'unit_test']);
    expect(comment!.dbt.length).toBeGreaterThan(0);
    expect(comment!.run).toEqual([]);
  });
});

describe('an install that told its story', () => {
  const stopped = async (started: Started) => {
    const { pid } = started.npm;
    const tree = treeOf(pid!);
    // Ctrl-C in a terminal reaches all of its group.
    process.kill(-pid!, 'SIGINT');
    await started.end;
    expect(await survivors(told.state, tree, 10_000)).toEqual([]);
  };

  it('starts again without a network', async () => {
    const started = npmStart(told.state, [], withoutNetwork());
    await started.line(/^Headgate is up at /);
    await stopped(started);
  });

  it('steps over busy ports, refuses a second start beside it, and misses a leaf that is gone', async () => {
    const gone = await withDatabase(told.state, async (database) => {
      const { rows } = await database.query<{ ordinal: string }>(
        `delete from planner.outbox where (org_id, ordinal) =
           (select org_id, ordinal from planner.outbox order by ordinal offset 1 limit 1) returning ordinal`,
      );
      return Number(rows[0]!.ordinal);
    });
    const busy = await occupy(preferredPorts.http, 4);
    const started = npmStart(told.state);
    const url = (await started.line(/^Headgate is up at /)).match(/http:\S+:\d+/)![0];
    expect(busy.ports).not.toContain(Number(new URL(url).port));
    expect(busy.ports).not.toHaveLength(0);

    const second = npmStart(told.state);
    expect(await second.end).toBe(69);
    expect(second.lines.join('\n')).toMatch(new RegExp(`already running \\(process ${launcherOf(told.state)}\\)`));
    expect((await fetch(`${url}/healthz`)).status).toBe(200);

    const token = readFileSync(pathsIn(told.state).cliToken, 'utf8').trim();
    const verdict = headgate(['audit', 'verify', '--json'], { HEADGATE_URL: url, HEADGATE_TOKEN: token });
    expect(verdict.status).toBe(1);
    expect(JSON.parse(verdict.said)).toMatchObject({
      ok: false,
      findings: [{ code: 'leaf.missing', service: 'planner', ordinal: gone }],
    });
    await stopped(started);
    busy.free();
    rmSync(told.state, { recursive: true, force: true });
  });
});

/** What takes the network from a program: a namespace with nothing but loopback; where that is forbidden, dead proxies. */
function withoutNetwork(): string[] {
  const mapped = process.getuid!() === 0 ? [] : ['--map-root-user'];
  const alone = ['unshare', ...mapped, '--net', '--', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
  if (spawnSync(alone[0]!, [...alone.slice(1), 'true']).status === 0) return alone;
  const nowhere = 'http://127.0.0.1:9';
  return ['env', 'npm_config_offline=true', `https_proxy=${nowhere}`, `http_proxy=${nowhere}`, 'no_proxy=127.0.0.1'];
}

/** Listens on those of the ports from `first` on that nobody else has. */
async function occupy(first: number, count: number): Promise<{ ports: number[]; free: () => void }> {
  const servers: Server[] = [];
  const ports: number[] = [];
  for (let port = first; port < first + count; port += 1) {
    const server = createServer();
    const ours = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!ours) continue;
    server.unref();
    servers.push(server);
    ports.push(port);
  }
  return { ports, free: () => servers.forEach((server) => server.close()) };
}
