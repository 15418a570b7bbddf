import { type ErrorPosition, INDIRECT_SELECTIONS, type SelectionAnswer, type SelectionRequest } from '@headgate/dbt';
import { Command, Option } from 'commander';
import { runBatch, type Streams } from './select-batch.ts';
import { loadProject, type SelectFlags, StateFolders } from './select-inputs.ts';

/** 0 something was selected · 1 nothing was · 2 dbt would refuse · 3 an artifact is missing or cannot be read. */
export type SelectExit = 0 | 1 | 2 | 3;

const HELP = `
Examples:
  headgate select --manifest target/manifest.json --select +orders tag:nightly
  headgate select --manifest target/manifest.json --state prod --select state:modified+ --explain
  headgate select --manifest target/manifest.json --project . --batch < requests.jsonl

A value that begins with a dash is written --select=-x. In a batch every line of standard input is a JSON object with
select, exclude, selector, state (a folder), indirect_selection, resource_types, exclude_resource_types, flags; every
line of standard output is {"ids":[...]} or {"error":{"class","message"}}, in the same order.

Exit: 0 selected, 1 nothing matches, 2 dbt would refuse, 3 an artifact is missing or cannot be read, 64 usage`;

export function selectCommand(): Command {
  return new Command('select')
    .description('answer what dbt ls would, from artifacts alone: no dbt, no warehouse (offline)')
    .requiredOption('--manifest <file>', 'manifest.json of the project; gzip is accepted')
    .option('--sources <file>', 'current sources.json, for source_status: (default: beside the manifest)')
    .option('--state <folder>', 'previous manifest.json, run_results.json and sources.json')
    .option('--selectors <file>', "selectors.yml (default: the project's, else what the manifest holds)")
    .option('--project <folder>', "the project's folder, whose files path: looks at")
    .option('--select <words...>', 'what to select')
    .option('--exclude <words...>', 'what to leave out')
    .option('--selector <name>', 'a named selector; wins over --select and --exclude')
    .addOption(new Option('--indirect-selection <mode>', 'which tests come along').choices([...INDIRECT_SELECTIONS]))
    .option('--resource-type <types...>', 'answer with these resource types only')
    .option('--exclude-resource-type <types...>', 'leave these resource types out of the answer')
    .option('--explain', 'tell for each id which part of the expression chose it')
    .option('--json', 'answer as one JSON object')
    .option('--batch', 'read requests from standard input, one JSON object a line')
    .addHelpText('after', HELP)
    .action(async (flags: SelectFlags) => {
      process.exitCode = await runSelect(flags, {
        input: process.stdin,
        print: (line) => process.stdout.write(`${line}\n`),
        complain: (line) => process.stderr.write(`${line}\n`),
      });
    });
}

/** Carries out `headgate select` and answers its exit code. */
export async function runSelect(flags: SelectFlags, streams: Streams): Promise<SelectExit> {
  const loaded = loadProject(flags);
  if ('missing' in loaded) {
    streams.complain(loaded.missing);
    return 3;
  }
  const states = new StateFolders();
  if (flags.batch) {
    await runBatch(loaded.project, states, flags, streams);
    return 0;
  }
  const previous = flags.state === undefined ? undefined : states.read(flags.state);
  if (previous && 'missing' in previous) {
    streams.complain(previous.missing);
    return 3;
  }
  const answer = loaded.project.select({ ...requestOf(flags), ...(previous && { previous }) });
  if (flags.json) streams.print(JSON.stringify(answer));
  else tell(answer, streams);
  if ('error' in answer) return 2;
  return answer.ids.length > 0 ? 0 : 1;
}

function requestOf(flags: SelectFlags): SelectionRequest {
  return {
    select: flags.select ?? [],
    exclude: flags.exclude ?? [],
    selector: flags.selector ?? null,
    indirectSelection: (flags.indirectSelection ?? null) as SelectionRequest['indirectSelection'] & string,
    resourceTypes: flags.resourceType ?? [],
    excludeResourceTypes: flags.excludeResourceType ?? [],
    explain: flags.explain ?? false,
  };
}

function tell(answer: SelectionAnswer, { print, complain }: Streams): void {
  if ('error' in answer) {
    const { at, hint, message } = answer.error;
    complain(message);
    if (at) complain(pointed(at));
    if (hint) complain(`Hint: ${hint}`);
    return;
  }
  for (const warning of answer.warnings) complain(`Warning: ${warning}`);
  for (const id of answer.ids) {
    const reasons = answer.explanation?.[id]?.map(({ criterion, via }) => `${told(criterion)} (${via.join(', ')})`);
    print(reasons ? `${id}\t${reasons.join('; ')}` : id);
  }
}

/** The text that the error is about, with its place marked below. */
function pointed({ argument, index, start, end, text }: ErrorPosition): string {
  const head = argument === 'selectors.yml' ? `selectors.yml:${index + 1} ` : `--${argument} `;
  return `  ${head}${text}\n  ${' '.repeat(head.length + start)}${'^'.repeat(Math.max(1, end - start))}`;
}

function told(criterion: unknown): string {
  return typeof criterion === 'string' ? criterion : JSON.stringify(criterion);
}
