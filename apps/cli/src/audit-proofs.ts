import { consistencyHolds, inclusionHolds } from '@headgate/audit-tree';
import { auditCheckpoint, auditConsistency, auditInclusion, type Checkpoint } from '@headgate/contracts';
import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { linesOf } from './lines.ts';
import { type Cli, globalOptions, online, type Session } from './session.ts';
import { Stop } from './stop.ts';
import { when } from './table.ts';

interface CheckpointFlags {
  readonly since?: string;
}

/** `audit checkpoint`: what to keep elsewhere, and whether what was kept is still a part of the record. */
export const checkpointCommand = (cli: Cli): Command =>
  globalOptions(
    new Command('checkpoint')
      .description('show the newest signed checkpoint; keep it elsewhere, and nobody can rewrite what it covers')
      .option('--since <file>', 'a checkpoint kept before (or an export): prove that the record only grew since'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  headgate audit checkpoint --json > checkpoint.json\n  headgate audit checkpoint --since checkpoint.json\n\nExit: 0 shown (and proved), 1 the record was cut or forked, 3 nothing is sealed yet',
    )
    .action(online(cli, checkpoint));

async function checkpoint(session: Session, { since }: CheckpointFlags): Promise<number> {
  const { client, cli, terminal } = session;
  if (since === undefined) {
    const newest = await client.call(auditCheckpoint, {});
    session.answer(newest, () => inWords(newest));
    return 0;
  }
  const old = checkpointIn(resolve(cli.cwd, since));
  const newest = await client.call(auditCheckpoint, {});
  if (newest.size < old.size) {
    terminal.complain(`the record has ${newest.size} leaves; it had ${old.size} on ${when(old.at)}: it was cut`);
    return 1;
  }
  const { path, checkpoint: proved } = await client.call(auditConsistency, { from: old.size });
  const { size, root, org } = proved;
  if (org !== old.org || !consistencyHolds({ old: old.size, oldRoot: old.root, size, root, path })) {
    terminal.complain(`the record of now does not begin with the ${old.size} leaves of ${when(old.at)}: it was forked`);
    return 1;
  }
  session.answer(proved, () => [...inWords(proved), `grown from the ${old.size} leaves of ${when(old.at)}`]);
  return 0;
}

const inWords = ({ size, root, at, key }: Checkpoint): string[] => [
  `checkpoint leaves=${size} at ${when(at)}`,
  `root ${root}`,
  `key ${key}`,
];

/** A checkpoint out of a file that holds one, or out of the header of an export. @throws {Stop} */
export function checkpointIn(file: string): Checkpoint {
  const wrong = new Stop(2, `${file} holds no checkpoint`, {
    hint: 'headgate audit checkpoint --json and headgate audit export write some',
  });
  const [first = ''] = linesOf(file);
  const value = parsed(first) ?? parsed(readFileSync(file, 'utf8'));
  const found = (value?.kind === 'header' ? value.checkpoint : value) as Partial<Checkpoint> | undefined;
  if (!Number.isSafeInteger(found?.size) || typeof found?.root !== 'string') throw wrong;
  return found as Checkpoint;
}

function parsed(text: string): { kind?: string; checkpoint?: unknown } | undefined {
  try {
    return JSON.parse(text) as { kind?: string };
  } catch {
    return undefined;
  }
}

/** `audit proof`: that one event is in the record, checked here. */
export const proofCommand = (cli: Cli): Command =>
  globalOptions(
    new Command('proof')
      .description('prove that an event is in the record')
      .argument('<event>', 'the id of an event, as audit search --json shows it'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  headgate audit proof 0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a\n\nExit: 0 it is there, 1 the proof does not hold, 3 no such event',
    )
    .action(online(cli, proof));

async function proof(session: Session, _: object, event: string): Promise<number> {
  const proved = await session.client.call(auditInclusion, { event });
  const { leaf, checkpoint, path } = proved;
  const { size, root } = checkpoint;
  if (!inclusionHolds({ leaf: leaf.leafHash, index: leaf.index, size, root, path })) {
    session.terminal.complain(`the proof that ${event} is leaf ${leaf.index} of ${size} does not hold`);
    return 1;
  }
  session.answer(
    proved,
    () => `proved: ${leaf.type} by ${leaf.actor.id} is leaf ${leaf.index} of ${size}, root ${root}`,
  );
  return 0;
}
