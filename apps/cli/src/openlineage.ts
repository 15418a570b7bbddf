import { type OpenlineageInvocation, openlineageList } from '@headgate/contracts';
import { Command } from 'commander';
import { naturalNumber } from './numbers.ts';
import { type Cli, globalOptions, online, type Session } from './session.ts';
import { counted, table, when } from './table.ts';

const help = `
Examples:
  headgate openlineage
  headgate openlineage --limit 100 --json

dbt-ol sends its events here when it is told where:
  OPENLINEAGE_URL=<server>/api/v1/projects/<project>/environments/<environment>/openlineage/
  OPENLINEAGE_API_KEY=<a service token that may deliver artifacts>
The slash at the end belongs to it.`;

export function openlineageCommand(cli: Cli): Command {
  return globalOptions(
    new Command('openlineage')
      .description('list the invocations of dbt that OpenLineage events told of, newest first')
      .option('--limit <n>', 'how many (default: 20)', naturalNumber(200)),
  )
    .addHelpText('after', help)
    .action(online(cli, list));
}

async function list(session: Session, { limit = 20 }: { limit?: number }): Promise<number> {
  const { items } = await session.client.call(openlineageList, { ...(await session.place()), limit });
  session.answer({ items }, () =>
    table(items.map((item) => [when(item.lastAt), item.state ?? '-', item.run, inWords(item)])),
  );
  return 0;
}

function inWords({ recorded, unmatched, names }: OpenlineageInvocation): string {
  const kept = `${counted(recorded, 'node')} recorded`;
  if (unmatched === 0) return kept;
  return `${kept}, ${unmatched} not known here: ${names.slice(0, 3).join(', ')}${unmatched > 3 ? ', …' : ''}`;
}
