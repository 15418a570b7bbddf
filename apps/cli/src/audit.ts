import { verifyExport } from '@headgate/audit-tree';
import { auditExport, auditSearch, auditVerify, type AuditVerifyOutput } from '@headgate/contracts';
import { Command } from 'commander';
import { once } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { checkpointCommand, checkpointIn, proofCommand } from './audit-proofs.ts';
import { linesOf } from './lines.ts';
import { naturalNumber } from './numbers.ts';
import { type Cli, ending, globalOptions, online, type Session } from './session.ts';
import { Stop } from './stop.ts';
import { counted, table, when } from './table.ts';

export function auditCommand(cli: Cli): Command {
  return new Command('audit')
    .description('search, verify and export the record of everything that happened')
    .addCommand(verifyAuditCommand(cli))
    .addCommand(exportCommand(cli))
    .addCommand(searchAuditCommand(cli))
    .addCommand(checkpointCommand(cli))
    .addCommand(proofCommand(cli))
    .addHelpText(
      'after',
      '\nExamples:\n  headgate audit verify\n  headgate audit export audit.ndjson && headgate audit verify audit.ndjson\n  headgate audit search --type plan.decided',
    );
}

function verifyAuditCommand(cli: Cli): Command {
  const there = online(cli, (session: Session) => verifyOnline(session));
  return globalOptions(
    new Command('verify')
      .description("check the record: on the server against every service's rows, or an export, offline")
      .argument('[export]', 'a file that audit export wrote; no server is asked (gzip is accepted)')
      .option('--key <id>', "the id of the audit's key, known from elsewhere, that must have signed the export")
      .option('--checkpoint <file>', 'a checkpoint or an export kept before, which the export must contain'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  headgate audit verify\n  headgate audit verify audit.ndjson --json\n  headgate audit verify audit.ndjson --checkpoint checkpoint.json\n\nAn export is checked with nothing but itself: every hash, every checkpoint, every signature. Somebody who writes the\nwhole of it anew, with a key of their own, is found by --key or --checkpoint.\n\nExit: 0 it holds, 1 it does not, 2 that is no export, 3 nobody can tell',
    )
    .action(async (file: string | undefined, options: VerifyFlags, command: Command) => {
      if (file === undefined && (options.key ?? options.checkpoint) !== undefined)
        return command.error('error: --key and --checkpoint are for an export', { exitCode: 64 });
      if (file === undefined) return there(file, options, command);
      process.exitCode = await ending(cli.terminal, async () => verifyFile(cli, file, options, isJson(command)));
    });
}

interface VerifyFlags {
  readonly key?: string;
  readonly checkpoint?: string;
}

const isJson = (command: Command): boolean =>
  Boolean(command.opts()['json']) || (command.parent !== null && isJson(command.parent));

type Verdict = Pick<AuditVerifyOutput, 'ok' | 'leaves' | 'findings'>;

async function verifyOnline(session: Session): Promise<number> {
  session.terminal.progress('verifying the record');
  const verdict = await session.client.call(auditVerify, {});
  session.terminal.endProgress();
  session.answer(verdict, () => inWords(verdict));
  return verdict.ok ? 0 : 1;
}

async function verifyFile({ cwd, terminal }: Cli, file: string, flags: VerifyFlags, json: boolean): Promise<number> {
  const checkpoint = flags.checkpoint === undefined ? undefined : checkpointIn(resolve(cwd, flags.checkpoint));
  const verdict = verifyExport(linesOf(resolve(cwd, file)), { key: flags.key, checkpoint });
  terminal.print(json ? JSON.stringify(verdict) : inWords(verdict).join('\n'));
  if (verdict.ok) return 0;
  return verdict.findings.some(({ code }) => code === 'export.invalid') ? 2 : 1;
}

/** The verdict, then every finding. */
export function inWords({ ok, leaves, findings }: Verdict): string[] {
  if (ok) return [`audit verified leaves=${leaves}`];
  return [
    `audit NOT verified leaves=${leaves}: ${counted(findings.length, 'finding')}`,
    ...findings.map(({ code, service, ordinal, message }) => {
      const at = service === undefined ? '' : ` ${service}${ordinal === undefined ? '' : `#${ordinal}`}`;
      return `  ${code}${at}: ${message}`;
    }),
  ];
}

const exportCommand = (cli: Cli): Command =>
  globalOptions(
    new Command('export')
      .description('write everything that an offline verifier needs')
      .argument('[file]', 'where to (default: standard output)'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  headgate audit export audit.ndjson\n  headgate audit export | gzip > audit.ndjson.gz',
    )
    .action(online(cli, exportTo));

async function exportTo(session: Session, _: object, file?: string): Promise<number> {
  const { client, terminal } = session;
  const chunks = client.download(auditExport, {});
  if (file === undefined || file === '-') {
    for await (const chunk of chunks) await terminal.write(chunk);
    return 0;
  }
  let bytes = 0;
  const path = resolve(session.cli.cwd, file);
  const out = createWriteStream(path, { mode: 0o600 });
  const done = finished(out);
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      terminal.progress(`exported ${bytes} bytes`);
      if (!out.write(chunk)) await Promise.race([once(out, 'drain'), done]);
    }
    out.end();
    await done;
  } catch (error) {
    out.destroy();
    done.catch(() => undefined);
    rmSync(path, { force: true });
    throw error instanceof Stop ? error : new Stop(2, `${file} cannot be written: ${(error as Error).message}`);
  }
  terminal.endProgress();
  session.answer({ file: path, bytes }, () => `exported bytes=${bytes} to ${file}`);
  return 0;
}

interface SearchFlags {
  readonly type?: string;
  readonly limit: number;
}

const searchAuditCommand = (cli: Cli): Command =>
  globalOptions(
    new Command('search')
      .description('find what happened, newest first; --project and --environment narrow it down')
      .argument('[words...]', 'words to look for')
      .option('--type <type>', 'only this type of event, like run.finished')
      .option('--limit <n>', 'at most so many', naturalNumber(200), 50),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  headgate audit search --type access.denied\n  headgate audit search ada --project shop --json\n\nExit: 0 found, 1 nothing found',
    )
    .action(online(cli, search));

async function search(session: Session, { type, limit }: SearchFlags, words: string[]): Promise<number> {
  const { project, environment } = session.settings;
  const found = await session.client.call(auditSearch, {
    ...(words.length > 0 && { q: words.join(' ') }),
    ...(type && { type }),
    ...(project && { project }),
    ...(environment && { environment }),
    limit,
  });
  session.answer(found, () =>
    found.items.length === 0
      ? 'nothing found'
      : table(
          found.items.map(({ index, at, type: what, actor, summary, project: of, environment: on }) => [
            String(index),
            when(at),
            what,
            `${actor.kind} ${actor.id}`,
            summary ?? [of, on].filter(Boolean).join('/'),
          ]),
        ),
  );
  return found.items.length > 0 ? 0 : 1;
}
