import {
  type LineageOverride,
  lineageOverridesList,
  lineageOverridesPut,
  lineageOverridesRemove,
} from '@headgate/contracts';
import { Command, Option } from 'commander';
import { lineageFrom } from './lineage-graph.ts';
import { all } from './pages.ts';
import { type Cli, globalOptions, online, type Place, type Session } from './session.ts';
import { table, when } from './table.ts';

interface DecideFlags {
  readonly reason: string;
  readonly kind: LineageOverride['kind'];
}

const sentences = {
  confirm: 'say that an edge is right',
  reject: 'say that an edge is wrong: it is no longer followed',
  add: 'say that there is an edge that the SQL does not tell of',
} as const;

/** `headgate lineage confirm|reject|add`, the list of it, and taking it back. */
export function lineageDecisionCommands(cli: Cli): Command[] {
  const decide = (decision: keyof typeof sentences) =>
    globalOptions(
      new Command(decision)
        .description(sentences[decision])
        .argument('<source>', 'NODE.COLUMN or a URN')
        .argument('<target>', 'NODE.COLUMN or a URN; a NODE alone, with a --kind that bears on rows, is all its rows')
        .requiredOption('--reason <why>', 'why; it is kept and shown with the edge')
        .addOption(
          new Option('--kind <kind>', 'how the source bears on the target')
            .choices(['value', 'window', 'filter', 'join', 'group', 'order'])
            .default('value'),
        ),
    )
      .addHelpText(
        'after',
        `\nExample:\n  headgate lineage ${decision} stg_orders.status orders.status --reason "checked with finance"\n\nIt holds in every environment of the project and outlives every ingestion.`,
      )
      .action(
        online(cli, (session: Session, flags: DecideFlags, source: string, target: string) =>
          put(session, decision, flags, source, target),
        ),
      );
  return [
    ...(Object.keys(sentences) as (keyof typeof sentences)[]).map(decide),
    globalOptions(new Command('decisions').description('list what people decided about edges, newest first'))
      .addHelpText('after', '\nExample:\n  headgate lineage decisions --json')
      .action(online(cli, list)),
    globalOptions(new Command('forget').description('take a decision back').argument('<id>', 'the id, as listed'))
      .addHelpText('after', '\nExample:\n  headgate lineage forget 0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a')
      .action(online(cli, forget)),
  ];
}

async function put(
  session: Session,
  decision: keyof typeof sentences,
  { reason, kind }: DecideFlags,
  from: string,
  to: string,
): Promise<number> {
  const place = await session.place();
  const [source, target] = [await urnOf(session, place, from), await urnOf(session, place, to)];
  const { project } = place;
  const made = await session.client.call(lineageOverridesPut, { project, source, target, kind, decision, reason });
  session.answer(made, () => `${made.decision} ${made.source} -> ${made.target} (${made.id})`);
  return 0;
}

/** What the server understands a name to mean; a URN means itself. */
async function urnOf(session: Session, place: Place, named: string): Promise<string> {
  if (named.startsWith('hg:')) return named;
  const { start } = await lineageFrom(session, place, named, { depth: 1, limit: 1 });
  return start.column === undefined ? start.urn : `${start.urn}#${start.column}`;
}

async function list(session: Session): Promise<number> {
  const { project } = await session.place();
  const items = await all((page) => session.client.call(lineageOverridesList, { project, ...page }));
  const rows = items.map(({ id, decision, kind, source, target, by, at, reason }) => [
    ...[id, decision, `${source} -> ${target} (${kind})`],
    `${by}, ${when(at)}: ${reason}`,
  ]);
  session.answer({ items }, () => (rows.length > 0 ? table(rows) : 'nothing was decided about lineage yet'));
  return 0;
}

async function forget(session: Session, _flags: object, override: string): Promise<number> {
  const { project } = await session.place();
  await session.client.call(lineageOverridesRemove, { project, override });
  session.answer({ forgotten: override }, () => `forgotten ${override}`);
  return 0;
}
