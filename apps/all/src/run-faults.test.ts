import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Run, type RunLine, type RunNode, sha256 } from '@headgate/contracts';
import { dispatcher } from '@headgate/dispatcher';
import { gateway } from '@headgate/gateway';
import { identity } from '@headgate/identity';
import { runner } from '@headgate/runner';
import { RunnerProcesses, startStack, type Stack } from '@headgate/testing';
import { pack } from 'tar-stream';

jest.setTimeout(180_000);
const place = '/api/v1/projects/tiny/environments/dev';
const secret = 'pa55 wörd/for+warehouse';

/** The smallest project there is, without a profile. `wait` goes on, saying so, until a file lies beside its database. */
const project: Record<string, string> = {
  'dbt_project.yml': "name: tiny\nversion: '1.0'\nprofile: tiny\n",
  'models/one.sql': 'select 1 as id',
  'macros/wait.sql': `{% macro wait() %}
    {% set found = namespace(file=false) %}
    {% for i in range(100000) %}{% if not found.file %}
      {{ log('waiting ' ~ i, info=true) }}
      {% do run_query("select sum(a.range * b.range) from range(3000) a, range(10000) b") %}
      {% set files = run_query("select count(*) from glob('" ~ env_var('HEADGATE_DATA_DIR') ~ "/go')") %}
      {% set found.file = files.columns[0].values()[0] > 0 %}
    {% endif %}{% endfor %}
  {% endmacro %}`,
  'macros/tell.sql': `{% macro tell() %}
    {% set token = env_var('TOKEN') %}
    {{ log('plain ' ~ env_var('PLAIN'), info=true) }}
    {{ log('raw ' ~ token, info=true) }}
    {{ print('json ' ~ tojson({'token': token})) }}
    {{ log('url ' ~ token | urlencode, info=true) }}
    {{ log('base64 ' ~ run_query("select base64(encode('user:" ~ token ~ "'))").columns[0].values()[0], info=true) }}
    {{ exceptions.raise_compiler_error('failed with ' ~ token) }}
  {% endmacro %}`,
};

let stack: Stack;
let runners: RunnerProcesses;
let dataFolder: string;

beforeAll(async () => {
  // The runner is a process of its own here, so that it can be killed.
  stack = await startStack([identity, dispatcher, gateway]);
  runners = await RunnerProcesses.of(stack, runner);
  expect(stack.drift).toEqual([]);
  await post('/api/v1/projects', { project: 'tiny' });
  await post('/api/v1/projects/tiny/environments', { environment: 'dev' });
  await http('PUT', `${place}/variables/TOKEN`, JSON.stringify({ value: secret, secret: true }));
  await http('PUT', `${place}/variables/PLAIN`, JSON.stringify({ value: 'to be read' }));
  await runners.start();
  const parsed = await ended((await ingest()).run);
  expect(parsed).toMatchObject({ status: 'succeeded', artifacts: [{ name: 'manifest.json' }] });
  const environments = join(stack.host.stateDir, 'environments');
  dataFolder = join(environments, readdirSync(environments)[0]!, 'tiny/dev');
});
afterAll(async () => {
  await runners?.stop('SIGKILL');
  await stack?.stop();
});
afterEach(() => rm(join(dataFolder, 'go'), { force: true }));

const http = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
  (await stack.http<T>(method, path, body)).body;
const get = <T>(path: string) => http<T>('GET', path);
const post = <T>(path: string, body: object = {}) => http<T>('POST', path, body);

async function ingest(): Promise<{ run: string; revision: string }> {
  const tar = pack();
  for (const [name, text] of Object.entries(project)) tar.entry({ name }, text);
  tar.finalize();
  const bytes = await new Response(tar as unknown as ReadableStream).arrayBuffer();
  const blob = sha256(Buffer.from(bytes));
  await http('PUT', `/api/v1/blobs/${blob}`, bytes);
  return post(`${place}/revisions`, { blob });
}

async function ended(id: string): Promise<Run> {
  for (;;) {
    const run = await get<Run>(`/api/v1/runs/${id}?wait=20`);
    if (run.finishedAt) return run;
  }
}

const logs = (run: string, more = '') => get<{ items: RunLine[]; ended: boolean }>(`/api/v1/runs/${run}/logs?${more}`);

/** Starts the waiting macro; resolves when a line of that attempt can be read. */
async function waiting(run?: string, attempt = 1): Promise<string> {
  const id = run ?? (await post<Run>(`${place}/operations`, { macro: 'wait' })).id;
  for (let after = 0; ;) {
    const { items, ended: isOver } = await logs(id, `after=${after}&wait=20`);
    expect(isOver).toBe(false);
    if (items.some((line) => line.attempt === attempt && line.text.startsWith('waiting'))) return id;
    after = items.at(-1)?.seq ?? after;
  }
}

/** Processes of this stack's sandboxes, by the folder that only their command lines name. */
const sandboxed = () =>
  readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(stack.host.runner.workDir);
    } catch {
      return false;
    }
  });

const attemptsOf = (run: string) =>
  stack.sql(
    `select a.attempt, a.outcome from dispatcher.task_attempt a join dispatcher.task t on t.id = a.task_id
     join dispatcher.job j on j.id = t.job_id where j.run_id = $1 order by 1`,
    [run],
  );

test('lines can be read while the run goes on; a run that is cancelled is over soon, and nothing of it is left', async () => {
  const run = await waiting();
  expect(await get(`/api/v1/runs/${run}`)).toMatchObject({ status: 'running' });
  const { items, ended: isOver } = await logs(run, 'wait=20');
  expect(isOver).toBe(false);
  expect(items.map(({ seq }) => seq)).toEqual([...items.map(({ seq }) => seq)].sort((a, b) => a - b));
  await post(`/api/v1/runs/${run}/cancel`);
  expect(await ended(run)).toMatchObject({ status: 'cancelled', attempt: 1 });
  expect(await logs(run, `after=${(await logs(run, 'limit=1000')).items.at(-1)!.seq}&wait=20`)).toMatchObject({
    ended: true,
  });
  expect(sandboxed()).toEqual([]);
});

test('a secret is in none of the lines, the reason or the events, whichever way it is printed; the rest of the line is', async () => {
  const { id } = await post<Run>(`${place}/operations`, { macro: 'tell' });
  const run = await ended(id);
  expect(run).toMatchObject({ status: 'failed', reason: expect.stringContaining('failed with ***') });
  const texts = (await logs(id)).items.map(({ text }) => text);
  expect(texts).toContain('plain to be read');
  expect(texts).toEqual(expect.arrayContaining(['raw ***', 'url ***']));
  for (const kind of ['json ', 'base64 ']) expect(texts.find((text) => text.startsWith(kind))).toContain('***');
  const dump = JSON.stringify([
    ...(await stack.sql('select * from runner.run_log')),
    ...(await stack.sql('select * from runner.run')),
    ...(await stack.sql(
      'select envelope::text from runner.outbox union all select envelope::text from dispatcher.outbox',
    )),
  ]);
  for (const form of [secret, encodeURIComponent(secret), Buffer.from(`user:${secret}`).toString('base64')])
    expect(dump).not.toContain(form.slice(0, 20));
});

test('a runner that is killed takes its sandboxes along; the next attempt is another runner’s, and its outcome stands alone', async () => {
  const run = await waiting();
  expect(sandboxed().length).toBeGreaterThan(0);
  await runners.stop('SIGKILL');
  for (let tries = 0; sandboxed().length > 0 && tries < 200; tries++) await sleep(50);
  expect(sandboxed()).toEqual([]);
  // The dead one's last question is still open; it would be given its own task, which nobody would ever hear of.
  await sleep(1500);
  await runners.expireLeases();
  await runners.start();
  await waiting(run, 2);
  expect(await readdir(join(stack.host.runner.workDir, 'attempts'))).toHaveLength(1);
  await writeFile(join(dataFolder, 'go'), '');
  expect(await ended(run)).toMatchObject({ status: 'succeeded', attempt: 2 });
  expect(await attemptsOf(run)).toEqual([
    { attempt: 1, outcome: 'expired' },
    { attempt: 2, outcome: 'succeeded' },
  ]);
  const { items } = await get<{ items: RunNode[] }>(`/api/v1/runs/${run}/nodes`);
  expect(items.every(({ attempt }) => attempt === 2)).toBe(true);
  const finished = await stack.sql(
    `select 1 from runner.outbox where type = 'run.finished' and envelope::jsonb #>> '{data,run}' = $1`,
    [run],
  );
  expect(finished).toHaveLength(1);
});

test('a runner that is frozen loses its run to another, which ends what still holds the warehouse; thawed, it changes nothing', async () => {
  const run = await waiting();
  const [frozen] = runners.living;
  frozen!.kill('SIGSTOP');
  await sleep(1500);
  await runners.expireLeases();
  await runners.start();
  // Asked of the tables: the frozen one would be given half of the questions, and keep them.
  const until = async (sql: string) => {
    while ((await stack.sql(sql, [run])).length === 0) await sleep(100);
  };
  await until(`select 1 from runner.run_log where run_id = $1 and attempt = 2 and text like 'waiting%'`);
  await writeFile(join(dataFolder, 'go'), '');
  await until(`select 1 from runner.run where id = $1 and status = 'succeeded' and attempt = 2`);
  frozen!.kill('SIGCONT');
  await runners.stop('SIGTERM');
  expect(await attemptsOf(run)).toEqual([
    { attempt: 1, outcome: 'expired' },
    { attempt: 2, outcome: 'succeeded' },
  ]);
  expect(sandboxed()).toEqual([]);
  await runners.start();
});

test('a runner that is told to stop gives its work back at once, and that costs none of the tries', async () => {
  const run = await waiting();
  await runners.stop('SIGTERM');
  expect(sandboxed()).toEqual([]);
  expect(await attemptsOf(run)).toEqual([{ attempt: 1, outcome: 'released' }]);
  await runners.start();
  await waiting(run, 2);
  await writeFile(join(dataFolder, 'go'), '');
  expect(await ended(run)).toMatchObject({ status: 'succeeded', attempt: 2 });
});

test('a run outlives the dispatcher: its lease is kept, its outcome is heard when somebody listens again', async () => {
  const run = await waiting();
  await stack.restart();
  await writeFile(join(dataFolder, 'go'), '');
  expect(await ended(run)).toMatchObject({ status: 'succeeded', attempt: 1 });
});

test('the same files sent again are the same revision, parsed again', async () => {
  const [first, second] = [await ingest(), await ingest()];
  expect(second.revision).toBe(first.revision);
  expect(second.run).not.toBe(first.run);
  const { items } = await get<{ items: object[] }>(`${place}/revisions`);
  expect(items).toEqual([expect.objectContaining({ revision: first.revision, files: Object.keys(project).length })]);
  expect([await ended(first.run), await ended(second.run)].map(({ status }) => status)).toEqual([
    'succeeded',
    'succeeded',
  ]);
});
