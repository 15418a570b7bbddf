import { environmentsList, orgsGet, projectsList, runsList, snapshotsGet } from '@headgate/contracts';
import { Command } from 'commander';
import { type Cli, globalOptions, online, type Session } from './session.ts';
import { Stop } from './stop.ts';
import { table } from './table.ts';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly says: string;
  readonly hint?: string;
}

export function doctorCommand(cli: Cli): Command {
  return globalOptions(
    new Command('doctor').description(
      'check what the commands need: server, token, project, environment, a first snapshot',
    ),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  headgate doctor\n  headgate doctor --json\n\nExit: 0 all is well, 1 something is not',
    )
    .action(online(cli, doctor));
}

async function doctor(session: Session): Promise<number> {
  const findings: Finding[] = [];
  const check = async (name: string, look: () => Promise<string>): Promise<boolean> => {
    const finding = await findingOf(name, look);
    findings.push(finding);
    return finding.ok;
  };
  const { client } = session;
  await check('node', async () => nodeVersion());
  const isHealthy =
    (await check('server', async () => healthOf(session))) &&
    (await check('token', async () => `of organization ${(await client.call(orgsGet, {})).slug}`));
  if (isHealthy) await checkPlace(session, check);
  const isOk = findings.every(({ ok }) => ok);
  session.answer({ ok: isOk, checks: findings }, () => inWords(session, findings));
  return isOk ? 0 : 1;
}

async function checkPlace(
  session: Session,
  check: (name: string, look: () => Promise<string>) => Promise<boolean>,
): Promise<void> {
  const { client } = session;
  await check('projects', async () => {
    const { items } = await client.call(projectsList, { limit: 20 });
    const { project = items[0]?.project } = session.settings;
    if (project === undefined) return 'none yet';
    const environments = await client.call(environmentsList, { project, limit: 20 });
    const on = environments.items.map(
      ({ environment, adapter, dbtVersion }) => `${environment} (${adapter}, dbt ${dbtVersion})`,
    );
    return `${items.map((one) => one.project).join(', ')}; environments of ${project}: ${on.join(', ') || 'none yet'}`;
  });
  const place = await session.place().catch(() => undefined);
  if (!place) return;
  await check('snapshot', async () => {
    const { nodes, edges } = await client.call(snapshotsGet, { ...place, snapshot: 'latest' });
    return `${place.project}/${place.environment}: ${nodes} nodes, ${edges} edges`;
  });
  await check('runs', async () => {
    const [last] = (await client.call(runsList, { ...place, limit: 1 })).items;
    return last ? `the last one: ${last.kind}, ${last.status}` : 'none yet';
  });
}

async function findingOf(check: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { check, ok: true, says: await look() };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { check, ok: false, says: error.message, ...(error.hint && { hint: error.hint }) };
  }
}

/** Node 24 is what everything is tested on. */
function nodeVersion(): string {
  if (process.versions.node.startsWith('24.')) return process.version;
  throw new Stop(3, `${process.version}, but this is made for Node 24`, { hint: 'start it by bin/headgate.js' });
}

async function healthOf({ client }: Session): Promise<string> {
  const response = await client.get('/healthz');
  const { version } = (await (await client.get('/api/v1/openapi.json')).json().catch(() => ({}))) as {
    version?: string;
  };
  if (!response.ok) throw new Stop(3, `${client.url} answers ${response.status}`, { hint: 'its log may say why' });
  return `${client.url}${version ? `, version ${version}` : ''}`;
}

function inWords({ terminal: { colors } }: Session, findings: readonly Finding[]): string[] {
  return table(
    findings.map(({ check, ok, says, hint }) => [
      ok ? colors.green('ok') : colors.red('NOT ok'),
      check,
      hint ? `${says} (${hint})` : says,
    ]),
  );
}
