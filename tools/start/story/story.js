// What a newcomer sees first, and what `--once` proves: a dbt project goes all the way round, twice, and is audited.
// Drives nothing but the public API; compares with dbt itself.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runBound } from '../../process/bound-child.js';
import { workspace } from '../paths.js';
import { pythonPrograms } from '../python.js';
import { Refusal, stage } from '../stage.js';
import { apiAt, Unexpected, until } from './api.js';
import { editsOf } from './edits.js';
import { oracle } from './oracle.js';
import { copyProject, tarOf } from './project.js';

/**
 * @param {{ paths: import('../paths.js').Paths, http: string, project?: string }} install
 * @returns {Promise<boolean>} true when every stage held; `report.json` then says what came of each
 */
export async function runStory({ paths, http, project: source }) {
  try {
    const report = await tell({ paths, http, source });
    writeFileSync(`${paths.report}.partial`, `${JSON.stringify(report, null, 1)}\n`, { mode: 0o600 });
    renameSync(`${paths.report}.partial`, paths.report);
    return true;
  } catch (error) {
    if (!(error instanceof Unexpected || error instanceof Refusal)) throw error;
    console.error(`\nthe story ended: ${error.message}`);
    return false;
  }
}

async function tell({ paths, http, source }) {
  const api = apiAt(http, paths.cliToken);
  const environment = nextEnvironment(paths.story);
  const folder = join(paths.story, environment);
  const project = await copyProject(source, join(folder, 'project'));
  const reference = oracle(project.folder, join(folder, 'reference'));
  const scene = { api, project, folder, place: `/projects/${project.name}/environments/${environment}`, plans: [] };
  await api.post('/projects', { project: project.name, name: project.name });
  await api.post(`/projects/${project.name}/environments`, { environment, adapter: project.adapter });

  await Promise.all([ingest(scene), reference.remember()]);
  if (project.bundled) await land(scene);
  const first = await plan(scene, ({ run, skip, partial }) => run > 0 && skip + partial === 0);
  await run(scene, first);
  await plan(scene, ({ run, partial }) => run + partial === 0);

  const edits = [];
  for (const edit of editsOf(project)) {
    edit.apply();
    const [, dbt] = await Promise.all([ingest(scene, edit.what), reference.modified()]);
    const atMost = edit.changes || !project.bundled ? dbt.length : 0;
    const next = await plan(
      scene,
      ({ run, partial, skip }) =>
        (edit.changes ? run === atMost : run <= atMost) && partial === 0 && skip === first.total - run,
    );
    const chosen = next.run;
    const beyond = chosen.filter((id) => !dbt.includes(id));
    if (beyond.length > 0 || (edit.changes && chosen.length < dbt.length))
      throw new Unexpected(`the plan runs ${chosen.join(' ')}, dbt's state:modified+ is ${dbt.join(' ')}`);
    if (chosen.length > 0) await run(scene, next);
    edits.push({ file: edit.file, what: edit.what, plan: next.id, run: chosen, dbt });
  }
  const leaves = await audit(api);
  const { id: org } = await api.get('/org');
  const relations = await readRelations(join(paths.environments, org, project.name, environment));
  if (project.adapter === 'duckdb' && Object.keys(relations).length === 0)
    throw new Unexpected('every run succeeded, and yet there is no table');
  return { project: project.name, environment, plans: scene.plans, edits, leaves, relations };
}

function nextEnvironment(folder) {
  const numbers = existsSync(folder) ? readdirSync(folder).map((name) => Number(name.replace('story-', '')) || 0) : [];
  return `story-${Math.max(0, ...numbers) + 1}`;
}

function ingest({ api, project, place }, what = project.name) {
  return stage('story', async (progress) => {
    progress(`parsing ${what}`);
    const blob = await api.upload(await tarOf(project.folder));
    const { revision, run } = await api.post(`${place}/revisions`, { blob, parse: true });
    if (run) await finished(api, run);
    const snapshot = await until('the snapshot', async () =>
      (await api.get(`${place}/snapshots`)).items.find((item) => item.revision === revision),
    );
    progress(
      `ingested nodes=${snapshot.nodes} edges=${snapshot.edges}${what === project.name ? '' : ` after: ${what}`}`,
    );
  });
}

function land({ api, place }) {
  return stage('story', async (progress) => {
    progress('landing the source');
    const { id } = await api.post(`${place}/operations`, { macro: 'land_events' });
    await finished(api, id);
    progress('landed source=ops.events');
  });
}

/** Proposes; after a run as soon as the planner has heard of it, which shows in the state that the plan is made of. */
function plan({ api, place, plans, folder }, expected) {
  return stage('story', async (progress) => {
    progress('planning');
    const before = plans.at(-1);
    const made = await until('the planner to hear of the run', async () => {
      const proposed = await api.post(`${place}/plans`, {});
      return before?.ran && proposed.state === before.state ? undefined : proposed;
    });
    const { counts, total } = made;
    progress(`planned run=${counts.run} skip=${counts.skip} partial=${counts.partial}`);
    const document = await keep(api, folder, plans.length, made, place);
    const run = document.entries
      .filter(({ verdict }) => verdict === 'RUN')
      .map(({ id }) => id)
      .sort();
    const kept = { id: made.id, state: made.state, counts, total, run, ran: false };
    plans.push(kept);
    if (!expected(counts))
      throw new Unexpected(`that is not the expected plan: ${JSON.stringify(counts)} of ${total}; it is in ${folder}`);
    return kept;
  });
}

/** The plan with all that `headgate verify` needs, as files. */
async function keep(api, folder, number, { id, snapshot }, place) {
  const files = {
    plan: `/plans/${id}/document`,
    state: `/plans/${id}/state`,
    manifest: `${place}/snapshots/${snapshot}/manifest`,
  };
  const at = join(folder, `plan-${number + 1}`);
  mkdirSync(at, { recursive: true });
  for (const [name, path] of Object.entries(files)) writeFileSync(join(at, `${name}.json`), await api.download(path));
  return JSON.parse(readFileSync(join(at, 'plan.json'), 'utf8'));
}

function run({ api }, planned) {
  return stage('story', async (progress) => {
    progress('confirming');
    await api.post(`/plans/${planned.id}/confirm`);
    const { id } = await until('the run', async () => (await api.get(`/plans/${planned.id}/run`)).run);
    await finished(api, id, progress);
    const { items } = await api.get(`/runs/${id}/nodes`);
    planned.ran = true;
    progress(`ran ok built=${items.filter(({ status }) => status === 'success').length}`);
  });
}

async function finished(api, id, progress = () => {}) {
  const ended = await until(
    `the run ${id}`,
    async () => {
      const now = await api.get(`/runs/${id}?wait=2`);
      progress(`running, ${Object.values(now.counts).reduce((sum, count) => sum + count, 0)} nodes done`);
      return now.finishedAt ? now : undefined;
    },
    600_000,
  );
  if (ended.status !== 'succeeded')
    throw new Unexpected(
      `the ${ended.kind} ${ended.status}: ${ended.reason ?? 'no reason given'} (npx headgate logs ${id})`,
    );
}

function audit(api) {
  return stage('story', async (progress) => {
    progress('verifying the record');
    const { ok, leaves, findings } = await api.get('/audit/verify');
    if (!ok) throw new Unexpected(`the audit found ${findings.map(({ message }) => message).join('; ')}`);
    progress(`audit verified leaves=${leaves}`);
    return leaves;
  });
}

async function readRelations(folder) {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.duckdb')) : [];
  const found = {};
  for (const file of files) {
    const { code, output } = await runBound(pythonPrograms().python, [
      join(workspace, 'tools/start/relations.py'),
      join(folder, file),
    ]);
    if (code !== 0) throw new Unexpected(`the tables could not be read: ${output}`);
    Object.assign(found, JSON.parse(output));
  }
  return found;
}
