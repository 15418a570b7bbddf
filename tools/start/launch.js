// From an installed workspace to running services, and back: what was started is stopped in the opposite order.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from '../build.js';
import { ensureWebBuilt } from '../build-web.js';
import { ended, stop } from '../process/bound-child.js';
import { belongsToParent, whenParentDies } from '../process/parent.js';
import { hostConfig, migrate, startHost, writeHostConfig } from './host.js';
import { keepUp } from './keep-up.js';
import { acquire } from './lock.js';
import { startNats } from './nats.js';
import { installs, pathsIn } from './paths.js';
import { freePort, onFreePort, preferredPorts } from './ports.js';
import { createDatabases, initPostgres, startPostgres } from './postgres.js';
import { preparePython } from './python.js';
import { linkFor } from './link.js';
import { providerIn } from './oidc.js';
import { loadSecrets, writePrivate } from './secrets.js';
import { stage } from './stage.js';
import { runStory } from './story/story.js';
import { claimStateFolder, reset } from './version.js';
import { startWeb, webIsBuilt } from './web.js';

/** @typedef {{ child: import('node:child_process').ChildProcess, signals: NodeJS.Signals[], graceMs: number }} Running */

/** The stages that install and build; `npm test` runs the same ones. Two at once wait for each other. */
export async function setUp() {
  mkdirSync(installs.root, { recursive: true, mode: 0o700 });
  const lock = await acquire(join(installs.root, 'setup.lock.json'), { wait: true });
  try {
    await stage('python', preparePython);
    await stage('build', async (progress) => {
      const { built } = await ensureBuilt();
      progress(built === 0 ? 'ready (unchanged)' : `${built} files`);
    });
    await stage('pages', async (progress) => {
      progress('building; this takes a minute once');
      progress((await ensureWebBuilt()).built ? 'built' : 'ready (unchanged)');
    });
  } finally {
    lock.release();
  }
}

/** @param {ReturnType<typeof import('./args.js').readArgs>} args */
export async function launch(args) {
  const paths = pathsIn(args.state);
  mkdirSync(paths.root, { recursive: true, mode: 0o700 });
  const lock = await acquire(paths.lock);
  const running = stopsInOrder(lock);
  let code = 70;
  try {
    if (lock.swept > 0) console.log(`  ended ${lock.swept} process(es) that a killed start had left`);
    if (args.reset) reset(paths);
    claimStateFolder(paths);
    await setUp();
    const { http, host } = await startServices(paths, args, running, lock);
    code = await stayUp({ paths, args, http, host, running });
  } catch (error) {
    const { giveUp } = await import('./start.js');
    await running.stopAll();
    giveUp(error);
  }
  await running.stopAll();
  process.exit(code);
}

async function startServices(paths, args, running, lock) {
  for (const folder of [paths.logs, paths.blobs, paths.runs, paths.environments]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  const secrets = loadSecrets(paths);
  const started = (what, child, signals, graceMs) => {
    lock.adopt(what, child.pid);
    running.add({ child, signals, graceMs });
  };
  const postgres = await stage('postgres', (progress) => bringUpPostgres(paths, secrets, started, progress));
  const nats = await stage('nats', (progress) => bringUpNats(paths, secrets, started, progress));
  const oidc = args.oidc && providerIn(args.oidc);
  const web = webIsBuilt() ? await freePort(preferredPorts.web) : undefined;
  const { http, host } = await stage('services', (progress) =>
    onFreePort(preferredPorts.http, async (port) => {
      const ports = { http: port, health: await freePort(preferredPorts.health), web, postgres, nats };
      const { sandbox, reach, origin } = args;
      writeHostConfig(paths, hostConfig({ paths, secrets, ports, sandbox, oidc, reach, origin }));
      progress('migrating the database');
      await migrate(paths);
      progress('starting');
      const ready = await startHost(paths);
      started('host', ready.child, ['SIGTERM'], 4000);
      writePrivate(paths.url, ready.http);
      progress(ready.http);
      return { http: ready.http, host: ready.child };
    }),
  );
  if (web)
    await stage('web', (progress) =>
      bringUpWeb(paths, { port: web, gateway: http, isOver: running.isOver }, started, progress),
    );
  return { http, host };
}

async function bringUpPostgres(paths, secrets, started, progress) {
  const { owner } = secrets.postgres;
  const created = await initPostgres({ dataDir: paths.postgres, owner });
  return onFreePort(preferredPorts.postgres, async (port) => {
    const child = await startPostgres({ dataDir: paths.postgres, owner, port, log: join(paths.logs, 'postgres.log') });
    started('postgres', child, ['SIGINT', 'SIGQUIT'], 3000);
    await createDatabases({ port, owner }, ['state', 'data']);
    progress(`${created ? 'created, ' : ''}port ${port}`);
    return port;
  });
}

function bringUpNats(paths, { nats }, started, progress) {
  return onFreePort(preferredPorts.nats, async (port) => {
    const files = { storeDir: paths.nats, configFile: paths.natsConfig, log: join(paths.logs, 'nats.log') };
    started('nats', await startNats({ port, nats, ...files }), ['SIGTERM'], 2000);
    progress(`port ${port}`);
    return port;
  });
}

async function bringUpWeb(paths, { port, gateway, isOver }, started, progress) {
  const log = join(paths.logs, 'web.log');
  const start = async () => {
    const child = await startWeb({ port, gateway, log });
    started('web', child, ['SIGTERM'], 3000);
    return child;
  };
  // Meanwhile the API goes on without it, and the gateway says so to whoever opens a page.
  const say = (what) => console.error(`the pages ${what} and are started again; see ${log}`);
  await keepUp({ start, isOver, say });
  progress(`port ${port}`);
}

/** The story, if it is due, then waiting; resolves to the exit code. */
async function stayUp({ paths, args, http, host, running }) {
  const due = args.once || args.project || !existsSync(paths.report);
  const story = due ? runStory({ paths, http, project: args.project }) : Promise.resolve(true);
  const hostEnded = ended(host).then(() => 'host');
  const first = await Promise.race([story, hostEnded, running.asked]);
  if (first === 'host') {
    console.error(`\nthe services ended unexpectedly; see ${join(paths.logs, 'host.log')}`);
    return 70;
  }
  if (first === 'asked') return 130;
  if (args.once) return first === true ? 0 : 1;
  console.log(nextSteps(http, webIsBuilt() && !args.oidc && (await linkFor(paths, http, args.origin))));
  const why = await Promise.race([hostEnded, running.asked]);
  if (why === 'host') console.error(`\nthe services ended unexpectedly; see ${join(paths.logs, 'host.log')}`);
  return why === 'host' ? 70 : 0;
}

const nextSteps = (http, link) => `
Headgate is up at ${http}.${link ? `\nOpen it, signed in (once, within a day; \`npm start -- --link\` makes another):\n  ${link}` : ''}
In another terminal:
  npx headgate runs            what has run
  npx headgate plan            what would run now, and why
  npx headgate audit verify    that nobody changed the record
Ctrl-C stops everything.`;

/** Collects what runs; a signal, or the end of npm, asks for the stop. */
function stopsInOrder(lock) {
  /** @type {Running[]} */
  const running = [];
  let hear;
  const asked = new Promise((resolve) => (hear = resolve));
  let stopping;
  const isOver = () => stopping !== undefined;
  const stopAll = () =>
    (stopping ??= (async () => {
      for (const { child, signals, graceMs } of running.toReversed()) await stop(child, { signals, graceMs });
      lock.release();
    })());
  const ask = () => {
    hear('asked');
    // Whatever stage is under way: the stop does not wait for it. A second Ctrl-C does not wait for anything.
    if (stopping) process.exit(130);
    void stopAll().then(() => setTimeout(() => process.exit(130), 200));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, ask);
  if (belongsToParent()) whenParentDies(ask);
  // What starts when all stops already is stopped at once.
  const add = (one) => (isOver() ? void stop(one.child, one) : running.push(one));
  return { add, stopAll, asked, isOver };
}
