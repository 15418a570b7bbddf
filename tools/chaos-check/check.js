// Holds what clients were told (`told/*.ndjson`) against what was there in the end (`task.ndjson`, …). node check.js FOLDER
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const isFinal = ({ committed, status, outcome }) => committed && status === outcome; // tried again is no end
const ends = new Set(['succeeded', 'failed', 'cancelled']);
const lines = (file) => Array.from(readFileSync(file, 'utf8').split('\n').slice(0, -1), (line) => JSON.parse(line));
/** @type {(items: Iterable<any>, key: (item: any) => string) => Map<string, any[]>} */
const by = (items, key) => Map.groupBy(items, key);
const dataOf = ({ envelope }) => JSON.parse(envelope).data;
const key = (line) => `${line.task ?? line.task_id} ${line.attempt}`;
const files = 'task job attempt dependency lease outbox effect stream version batch sink'.split(' ');

/** @param {string} folder of one run @param {string[]} [unrest] what had not come to rest when it should have */
export function check(folder, unrest = []) {
  const told = readdirSync(join(folder, 'told')).flatMap((name) => lines(join(folder, 'told', name)));
  const of = (name) => told.filter(({ kind }) => kind === name);
  /** @type {any} */
  const state = Object.fromEntries(files.map((name) => [name, lines(join(folder, `${name}.ndjson`))]));
  const world = { ...state, told, of, tasks: new Map(state.task.map((each) => [each.id, each])) };
  const judge = (judgement, broken = []) => (judgement(world, (is, what) => void (is && broken.push(what))), broken);
  const [lost, duplicates, ...rest] = [lostIn, duplicatesIn, outputsIn, fencesIn, eventsIn].map((each) => judge(each));
  const broken = [lost, duplicates, ...rest, unrest.map((what) => `not at rest: ${what}`)].flat();
  const count = (name, is) => of(name).filter(({ committed }) => committed === is).length;
  const asked = { asked: count('asked'), acked: count('acked'), next: count('next') };
  const done = { ...asked, committed: count('completed', true), refused: count('completed', false) };
  const found = { lost: lost.length, duplicates: duplicates.length, violations: broken.slice(0, 40) };
  return { ok: broken.length === 0, ...done, versions: state.version.length, sinkRows: state.sink.length, ...found };
}

/** Acknowledged work that is not there, or has not ended; acknowledged outcomes that do not stand. */
function lostIn({ of, job: jobs, task, tasks }, wrong) {
  const [jobOf, tasksOf] = [new Map(jobs.map((job) => [job.key ?? job.run_id, job])), by(task, (one) => one.job_id)];
  for (const { run, key: asked, job: id, tasks: n } of of('acked')) {
    const [name, job] = [run ?? asked, jobOf.get(run ?? asked)];
    const there = (job && tasksOf.get(job.id)) ?? [];
    const isThere = there.length === n && (!id || job.id === id);
    wrong(!isThere, `${name} was acknowledged and ${there.length} of ${n} are there`);
    wrong(isThere && !(job.finished_at && there.every(({ status }) => ends.has(status))), `${name} never ended`);
  }
  for (const { task: id, attempt, outcome, token } of of('completed').filter(isFinal)) {
    const stands = tasks.get(id);
    const isSame = stands?.attempt === attempt && stands.status === outcome;
    wrong(!isSame, `task ${id} was told ${attempt} ${outcome}, but ${stands?.attempt} ${stands?.status}`);
    wrong(isSame && stands.result?.token !== token, `task ${id}: the result ${token} of ${attempt} is gone`);
  }
}

/** More than one of what there may be one of: jobs of a run, committed attempts of a task, ends, effects of an event. */
function duplicatesIn({ of, job, outbox, effect, sink, version }, wrong) {
  const once = (all, name, what) => by(all, name).forEach((s, of) => wrong(s.length > 1, `${s.length} ${what} ${of}`));
  once(job, ({ run_id }) => run_id, 'jobs of run');
  once(job, (each) => each.key ?? each.id, 'jobs of key');
  for (const [id, group] of by(of('completed').filter(isFinal), ({ task }) => task)) {
    const attempts = new Set(group.map(({ attempt, outcome }) => `${attempt} ${outcome}`));
    wrong(attempts.size > 1, `task ${id} was committed by attempts ${[...attempts].join(', ')}`);
  }
  const finished = outbox.filter(({ type }) => type === 'task.finished');
  once(finished, (event) => dataOf(event).task, 'ends of task');
  once(effect, ({ event }) => event, 'effects of event');
  once(sink, (row) => `${row.org_id} ${row.key}`, 'rows in a sink of');
  once(version, ({ name, ...of }) => `${name} of ${of.task_id}`, 'versions of');
}

/** An attempt is one worker's, attempts only rise, and whoever was told that a lease is lost commits nothing later. */
function fencesIn({ of, told, attempt: attempts, lease, tasks, dependency, outbox }, wrong) {
  const known = new Map(attempts.map((each) => [key(each), each.worker]));
  for (const [name, group] of by(of('leased'), key)) {
    const workers = new Set(group.map(({ worker }) => worker));
    wrong(workers.size > 1, `attempt ${name} was given to ${[...workers].join(' and ')}`);
    for (const { worker } of group) wrong(known.get(name) !== worker, `attempt ${name} is not ${worker}'s`);
  }
  for (const [id, group] of by(attempts, ({ task_id }) => task_id)) {
    const [all, stands] = [group.map(({ attempt }) => attempt).sort((a, b) => a - b), tasks.get(id)?.attempt];
    wrong(all.some((n, at) => n !== at + 1) || all.at(-1) !== stands, `task ${id} at ${stands} has attempts ${all}`);
    wrong(group.filter(({ outcome }) => outcome === 'succeeded').length > 1, `task ${id} succeeded twice`);
  }
  for (const { task_id: id } of lease) wrong(ends.has(tasks.get(id)?.status), `task ${id} has ended and is leased`);
  const latest = outbox.toSorted((a, b) => b.ordinal - a.ordinal).map((event) => [dataOf(event), event]);
  const first = new Map(latest.map(([{ task, outcome }, e]) => [`${task} ${outcome ?? e.type}`, e.ordinal]));
  for (const { task_id: id, after_id: of } of dependency)
    wrong(first.get(`${id} task.claimed`) < (first.get(`${of} succeeded`) ?? Infinity), `task ${id} began too early`);
  const asked = by(of('completing'), ({ token }) => token);
  const began = ({ token }) => Math.min(...asked.get(token).map(({ at }) => at));
  const over = new Map(of('cancelled').flatMap(({ job, at, ended }) => (ended ? [[job, at]] : [])));
  for (const line of of('completed').filter(isFinal))
    wrong(over.get(tasks.get(line.task)?.job_id) < began(line), `task ${line.task}: cancelled, then committed`);
  // A beat whose answer came later than another's, or never, may have extended the lease at any time in between.
  const heard = new Map([...of('kept'), ...of('lost')].map((line) => [`${key(line)} ${line.asked}`, line.at]));
  const isLate = (beat, at) => !(heard.get(`${key(beat)} ${beat.asked}`) <= at);
  const [beats, sure, lostAt] = [by(of('beating'), key), new Map(), new Map()];
  for (const line of told.filter(({ kind }) => kind === 'leased' || kind === 'kept').sort((a, b) => a.at - b.at)) {
    const held = sure.get(key(line)) ?? line;
    const isOver = line.asked > held.until;
    const isKept = isOver && beats.get(key(line))?.some((b) => b.asked < held.until && isLate(b, line.at));
    wrong(isOver && !isKept, `attempt ${key(line)} had run out, and was extended`);
    wrong(sure.get(`${line.task} ${line.attempt + 1}`)?.at < line.asked, `attempt ${key(line)} was extended late`);
    sure.set(key(line), { ...held, leaseMs: held.leaseMs, until: line.at + held.leaseMs });
  }
  for (const line of told) {
    if (line.kind === 'lost' && !lostAt.has(key(line))) lostAt.set(key(line), line.at);
    const isZombie = line.kind === 'completed' && line.committed && lostAt.get(key(line)) < began(line);
    wrong(isZombie, `attempt ${key(line)} was lost, and then committed`);
  }
}

/** Every change is one leaf in a gapless row of them, in the stream at least once, and each end has one effect. */
function eventsIn({ outbox, stream, effect }, wrong) {
  for (const [name, rows] of by(outbox, ({ service, org_id }) => `${service} ${org_id}`)) {
    const ordinals = rows.map(({ ordinal }) => ordinal).sort((a, b) => a - b);
    wrong(!ordinals.every((n, at) => n === at + 1), `the leaves of ${name} have gaps`);
  }
  const [sent, felt] = [new Set(stream.map(({ id }) => id)), new Set(effect.map(({ event }) => event))];
  for (const { id, type, envelope, leaf_hash } of outbox) {
    const hash = createHash('sha256').update(Buffer.of(0)).update(envelope).digest('hex');
    wrong(!leaf_hash.endsWith(hash), `the leaf of ${id} is not what it says`);
    wrong(!sent.has(id), `${type} ${id} is not in the stream`);
    wrong(type === 'task.finished' && !felt.has(id), `${type} ${id} had no effect`);
  }
}

/** What was confirmed is one version, of the attempt that won, with all its rows and no others; so are rows of sinks. */
function outputsIn({ of, tasks, version, batch, sink }, wrong) {
  const rowsOf = by(batch, (each) => each.part_id);
  const put = new Map(of('completing').flatMap((line) => line.puts.map((p) => [`${key(line)} ${p.dataset}`, p])));
  for (const [name, chain] of by(version, (each) => `${each.org_id} ${each.name}`))
    for (const [at, each] of chain.sort((a, b) => a.version - b.version).entries()) {
      const [what, before] = [`version ${each.version} of ${name}`, each.mode === 'append' && chain[at - 1]];
      const [winner, meant] = [tasks.get(each.task_id), put.get(`${key(each)} ${each.name}`)];
      wrong(each.version !== at + 1 || each.current !== chain.length, `${what} of ${each.current} has holes beside it`);
      const isMade = before ? [before.base, before.rows + each.added] : [each.version, each.added];
      wrong(`${isMade}` !== `${[each.base, each.rows]}`, `${what} is made of other versions than it says`);
      wrong(winner?.status !== 'succeeded' || winner.attempt !== each.attempt, `${what} is of a losing attempt`);
      const rows = (rowsOf.get(each.part_id) ?? []).flatMap(({ body }) => JSON.parse(body).map((row) => row.join(' ')));
      const wanted = Array.from({ length: meant?.rows }, (_, n) => `${key(each)} ${n}`);
      wrong(`${rows}` !== `${wanted}` || meant?.mode !== each.mode, `${what} has ${rows.length} of ${meant?.rows}`);
      rowsOf.delete(each.part_id);
    }
  const moved = new Set(version.map((each) => `${key(each)} ${each.name}`));
  for (const line of of('completed').filter(isFinal))
    line.puts.forEach(({ dataset: of }) => wrong(!moved.has(`${key(line)} ${of}`), `${of} of ${key(line)} is lost`));
  wrong(rowsOf.size > 0, `rows of ${rowsOf.size} parts are left that nobody committed`);
  const there = new Map(sink.map(({ org_id, key: of, body }) => [`${org_id} ${of}`, JSON.parse(body).of]));
  for (const [name, says] of there) wrong(!name.endsWith(` ${says}`), `the sink has ${says} under ${name}`);
  of('sunk').forEach(({ org, keys }) => keys.forEach((of) => wrong(!there.has(`${org} ${of}`), `the sink lost ${of}`)));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(check(process.argv[2]));
