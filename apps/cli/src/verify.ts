import { type VerifyInput, verifyPlan, type VerifyResult } from '@headgate/plans';
import { Command } from 'commander';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

interface Options {
  readonly manifest?: string;
  readonly state?: string;
  readonly deferred?: string;
  readonly json?: boolean;
}

type Outcome =
  VerifyResult | { readonly ok: false; readonly code: 'file_missing' | 'unreadable'; readonly message: string };

export function verifyCommand(): Command {
  return new Command('verify')
    .description('work out every verdict of a plan again, from the manifest and the state it names (offline)')
    .argument('<plan>', 'plan.json, or the folder that holds it')
    .option('--manifest <file>', 'the manifest.json the plan was made from (default: beside the plan)')
    .option('--state <file>', 'the state.json the plan was made from (default: beside the plan)')
    .option(
      '--deferred <file>',
      'the state of the environment that the plan defers to (default: deferred.json beside it, if there)',
    )
    .option('--json', 'the answer as one JSON line')
    .addHelpText(
      'after',
      '\nExamples:\n  headgate plan --out plan && headgate verify plan\n  headgate verify plan.json --manifest target/manifest.json --state state.json\n\nExit: 0 every verdict holds, 1 rejected, 2 a file is no such thing, 3 a file is missing',
    )
    .action(async (plan: string, options: Options) => {
      // The parser takes longer to load than all else together.
      const { queryPrinter } = await import('@headgate/lineage/engine');
      const outcome = verifyFiles(plan, { ...options, reader: queryPrinter });
      process.stdout.write(options.json ? `${JSON.stringify(outcome)}\n` : `${sentence(outcome)}\n`);
      process.exitCode = exitCode(outcome);
    });
}

/** Reads the three files and verifies; `plan` may be a folder. */
export function verifyFiles(
  plan: string,
  options: Pick<Options, 'manifest' | 'state' | 'deferred'> & Pick<VerifyInput, 'reader'>,
): Outcome {
  const folder = statSync(plan, { throwIfNoEntry: false })?.isDirectory();
  const file = folder ? join(plan, 'plan.json') : plan;
  const beside = dirname(file);
  try {
    const deferred = options.deferred ?? maybe(join(beside, 'deferred.json'));
    return verifyPlan({
      ...(options.reader && { reader: options.reader }),
      plan: read(file),
      manifest: read(options.manifest ?? besides(beside, 'manifest.json')),
      state: read(options.state ?? join(beside, 'state.json')),
      ...(deferred !== undefined && { deferred: read(deferred) }),
    });
  } catch (error) {
    const { code, message, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined && !code?.startsWith('Z_')) throw error;
    return { ok: false, code: code === 'ENOENT' ? 'file_missing' : 'unreadable', message };
  }
}

const maybe = (file: string): string | undefined => (existsSync(file) ? file : undefined);

/** The file in a folder, or its compressed twin where only that is there. */
function besides(folder: string, name: string): string {
  const file = join(folder, name);
  return !existsSync(file) && existsSync(`${file}.gz`) ? `${file}.gz` : file;
}

function read(file: string): Uint8Array {
  const bytes = readFileSync(file);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/** Files that are no plan, manifest or state at all are bad input; a plan that does not hold is rejected. */
function exitCode(outcome: Outcome): 0 | 1 | 2 | 3 {
  if (outcome.ok) return 0;
  if (outcome.code === 'file_missing') return 3;
  return outcome.code === 'unreadable' ? 2 : 1;
}

function sentence(outcome: Outcome): string {
  if (outcome.ok)
    return `verified: ${outcome.entries} entries (${outcome.run} run, ${outcome.skip} skip${outcome.partial ? `, ${outcome.partial} partial` : ''}), digest ${outcome.digest}`;
  const where = 'entry' in outcome && outcome.entry !== undefined ? ` at ${outcome.entry}` : '';
  return `rejected (${outcome.code})${where}: ${outcome.message}`;
}
