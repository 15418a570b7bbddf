// Decides whether everything that clients were told is true. Reads plain files only: what each client wrote down when
// it was told (`told/*.ndjson`), and what was there in the end (`task.ndjson`, …). Knows no code of the product.
// node check.js FOLDER
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A failure that is tried again is no end. */
const isFinal = ({ committed, status, outcome }) => committed && status === outcome;
const ends = new Set(['succeeded', 'failed', 'cancelled']);
const lines = (file) => Array.from(readFileSync(file, 'utf8').split('\n').slice(0, -1), (line) => JSON.parse(line));

/** @type {(items: Iterable<any>, key: (item: any) => string) => Map<string, any[]>} */
const by = (items, key) => Map.groupBy(items, key);

/** @param {string} folder of one run @param {string[]} [unrest] what had not come to rest when it should have */
export function check(folder, unrest = []) {
  const told = readdirSync(join(folder, 'told')).flatMap((name) => lines(join(folder, 'told', name)));
  const state = (name) => lines(join(folder, `${name}.ndjson`));
  const kind = by(told, (line) => line.kind);
  const of = (name) => kind.get(name) ?? [];
  const [tasks, jobs, attempts, waits] = ['task', 'job', 'attempt', 'dependency'].map(state);
  const [leases, outbox, effects, stream] = ['lease', 'outbox', 'effect', 'stream'].map(state);
  const task = new Map(tasks.map((each) => [each.id, each]));
  const world = { told, of, task, tasks, jobs, attempts, waits, leases, outbox, effects, stream };
  const [lost, duplicates, rest] = [lostIn(world), duplicatesIn(world), unrest.map((what) => `not at rest: ${what}`)];
  const broken = [...lost, ...duplicates, ...fencesIn(world), ...eventsIn(world), ...rest];
  return {
    ok: broken.length === 0,
    asked: of('asked').length,
    acked: of('acked').length,
    committed: of('completed').filter(({ committed }) => committed).length,
    refused: of('completed').filter(({ committed }) => !committed).length,
    lost: lost.length,
    duplicates: duplicates.length,
    violations: broken.slice(0, 40),
  };
}

/** Acknowledged work that is not there, or has not ended; acknowledged outcomes that do not stand. */
function lostIn({ of, jobs, tasks, task }) {
  const jobOf = new Map(jobs.map((job) => [job.key ?? job.run_id, job]));
  const tasksOf = by(tasks, ({ job_id }) => job_id);
  const broken = [];
  for (const { run, key, job: id, tasks: n } of of('acked')) {
    const [name, job] = [run ?? key, jobOf.get(run ?? key)];
    const there = (job && tasksOf.get(job.id)) ?? [];
    if (there.length !== n || (id && job.id !== id))
      broken.push(`${name} was acknowledged and ${there.length} of ${n} are there`);
    else if (!job.finished_at || !there.every(({ status }) => ends.has(status))) broken.push(`${name} never ended`);
  }
  for (const { task: id, attempt, outcome, token } of of('completed').filter(isFinal)) {
    const stands = task.get(id);
    if (stands?.attempt !== attempt || stands.status !== outcome)
      broken.push(`task ${id} was told ${attempt} ${outcome}, but ${stands?.attempt} ${stands?.status}`);
    else if (stands.result?.token !== token) broken.push(`task ${id}: the result ${token} of ${attempt} is gone`);
  }
  return broken;
}

/** More than one of what there may be one of: jobs of a run, committed attempts of a task, ends, effects of an event. */
function duplicatesIn({ of, jobs, outbox, effects }) {
  const broken = [];
  const once = (items, key, what) => {
    for (const [name, group] of by(items, key)) if (group.length > 1) broken.push(`${group.length} ${what} ${name}`);
  };
  once(jobs, ({ run_id }) => run_id, 'jobs of run');
  once(jobs, ({ key, id }) => key ?? id, 'jobs of key');
  for (const [id, group] of by(of('completed').filter(isFinal), ({ task }) => task)) {
    const attempts = new Set(group.map(({ attempt, outcome }) => `${attempt} ${outcome}`));
    if (attempts.size > 1) broken.push(`task ${id} was committed by attempts ${[...attempts].join(', ')}`);
  }
  const finished = outbox.filter(({ type }) => type === 'task.finished');
  once(finished, ({ envelope }) => JSON.parse(envelope).data.task, 'ends of task');
  once(effects, ({ event }) => event, 'effects of event');
  return broken;
}

/** An attempt is one worker's, attempts only rise, and whoever was told that a lease is lost commits nothing later. */
function fencesIn({ of, told, attempts, leases, task, waits }) {
  const broken = [];
  const key = (line) => `${line.task ?? line.task_id} ${line.attempt}`;
  for (const [name, group] of by(of('leased'), key)) {
    const workers = new Set(group.map(({ worker }) => worker));
    if (workers.size > 1) broken.push(`attempt ${name} was given to ${[...workers].join(' and ')}`);
  }
  const known = new Map(attempts.map((attempt) => [key(attempt), attempt]));
  for (const line of of('leased'))
    if (known.get(key(line))?.worker !== line.worker) broken.push(`attempt ${key(line)} is not ${line.worker}'s`);
  for (const [id, group] of by(attempts, ({ task_id }) => task_id)) {
    const numbers = group.map(({ attempt }) => attempt).sort((a, b) => a - b);
    if (numbers.some((n, at) => n !== at + 1) || numbers.at(-1) !== task.get(id)?.attempt)
      broken.push(`task ${id} has attempts ${numbers.join(', ')} and stands at ${task.get(id)?.attempt}`);
    if (group.filter(({ outcome }) => outcome === 'succeeded').length > 1) broken.push(`task ${id} succeeded twice`);
  }
  for (const { task_id } of leases)
    if (ends.has(task.get(task_id)?.status)) broken.push(`task ${task_id} has ended and is leased`);
  for (const { task_id, after_id } of waits)
    if (task.get(task_id)?.attempt > 0 && task.get(after_id)?.status !== 'succeeded')
      broken.push(`task ${task_id} began without ${after_id}`);
  const asked = by(of('completing'), ({ token }) => token);
  const began = ({ token }) => Math.min(...asked.get(token).map(({ at }) => at));
  const over = new Map(of('cancelled').flatMap(({ job, at, ended }) => (ended ? [[job, at]] : [])));
  for (const line of of('completed').filter(isFinal))
    if (over.get(task.get(line.task)?.job_id) < began(line))
      broken.push(`task ${line.task}: cancelled, then committed`);
  // A beat whose answer came later than another's, or never, may have extended the lease at any time in between.
  const heard = new Map([...of('kept'), ...of('lost')].map((line) => [`${key(line)} ${line.asked}`, line.at]));
  const isLate = (beat, at) => !(heard.get(`${key(beat)} ${beat.asked}`) <= at);
  const beats = by(of('beating'), key);
  const sure = new Map();
  for (const line of told.filter(({ kind }) => kind === 'leased' || kind === 'kept').sort((a, b) => a.at - b.at)) {
    const held = sure.get(key(line)) ?? line;
    // A lease lasts no longer than this after somebody was told of it.
    if (line.asked > held.until && !beats.get(key(line))?.some((b) => b.asked < held.until && isLate(b, line.at)))
      broken.push(`attempt ${key(line)} had run out, and was extended`);
    if (sure.get(`${line.task} ${line.attempt + 1}`)?.at < line.asked)
      broken.push(`attempt ${key(line)} was extended late`);
    sure.set(key(line), { ...held, leaseMs: held.leaseMs, until: line.at + held.leaseMs });
  }
  const lostAt = new Map();
  for (const line of told) {
    if (line.kind === 'lost' && !lostAt.has(key(line))) lostAt.set(key(line), line.at);
    const first = lostAt.get(key(line));
    if (line.kind === 'completed' && line.committed && first < began(line))
      broken.push(`attempt ${key(line)} was lost, and then committed`);
  }
  return broken;
}

/** Every change is one leaf in a gapless row of them, in the stream at least once, and each end has one effect. */
function eventsIn({ outbox, stream, effects }) {
  const broken = [];
  for (const [name, rows] of by(outbox, ({ service, org_id }) => `${service} ${org_id}`)) {
    const ordinals = rows.map(({ ordinal }) => ordinal).sort((a, b) => a - b);
    if (ordinals.some((n, at) => n !== at + 1)) broken.push(`the leaves of ${name} have gaps`);
  }
  const sent = new Set(stream.map(({ id }) => id));
  const felt = new Set(effects.map(({ event }) => event));
  for (const { id, type, envelope, leaf_hash } of outbox) {
    const hash = createHash('sha256').update(Buffer.of(0)).update(envelope).digest('hex');
    if (!leaf_hash.endsWith(hash)) broken.push(`the leaf of ${id} is not what it says`);
    if (!sent.has(id)) broken.push(`${type} ${id} is not in the stream`);
    if (type === 'task.finished' && !felt.has(id)) broken.push(`${type} ${id} had no effect`);
  }
  return broken;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(check(process.argv[2]));
