import { Command } from 'commander';
import { lineageDecisionCommands } from './lineage-decisions.ts';
import { lineageGraphCommand } from './lineage-graph.ts';
import type { LineageFlags } from './lineage-run.ts';
import type { Cli } from './session.ts';

const HELP = `
Examples:
  headgate lineage --dialect snowflake --schema schema.json model.sql
  headgate lineage --dialect duckdb --json < query.sql
  headgate lineage --batch --json < queries.jsonl
  headgate lineage graph orders.status

A schema is JSON: {"db.schema.table": ["column", …]}; a dbt catalog.json is taken too. Without one, what cannot be told is said
and confidence is lower. In a batch every line of standard input is {"id","sql","dialect","schema"}, and every line of standard
output, in the same order, {"id","edges":[{"target","sources","confidence"}],"predicates":[…],"unsupported":[…]} or {"id","error"}.
--detail adds kind, hash of the expression, position and confidence of every edge.

Exit: 0 ok, 1 a query was not understood or hit its limit, 2 input cannot be read, 64 usage`;

export function lineageCommand(cli: Cli): Command {
  const command = new Command('lineage')
    .description(
      'say which columns every output column of SQL comes from, and which decide on its rows (offline); subcommands: that of an environment',
    )
    .argument('[file]', 'SQL of one or more statements (default: standard input)')
    .option(
      '--dialect <name>',
      'snowflake, bigquery, redshift, databricks, postgres or duckdb; in a batch, of lines that name none',
    )
    .option('--schema <file>', 'columns of the tables that the SQL reads')
    .option('--json', 'one JSON object a query')
    .option('--batch', 'queries as JSON lines on standard input')
    .option('--detail', 'kind, expression and position of every edge')
    .option('--timeout <ms>', 'wall-clock limit for one query', '10000')
    .option('--threads <n>', 'threads for a batch', '2')
    .addHelpText('after', HELP)
    .action(async (file: string | undefined, flags: LineageFlags, command: Command) => {
      if (flags.batch !== true && flags.dialect === undefined)
        command.error("error: required option '--dialect <name>' not specified", { exitCode: 64 });
      // Loaded here, not above: the SQL parser is large, and no other command needs it.
      const { knownDialect, runLineage } = await import('./lineage-run.ts');
      if (flags.dialect !== undefined && !knownDialect(flags.dialect))
        command.error(`error: option '--dialect <name>' does not know ${flags.dialect}`, { exitCode: 64 });
      const streams = {
        input: process.stdin,
        print: (line: string) => process.stdout.write(`${line}\n`),
        complain: (line: string) => process.stderr.write(`${line}\n`),
      };
      process.exitCode = await runLineage(file, flags, streams);
    });
  for (const one of [lineageGraphCommand(cli), ...lineageDecisionCommands(cli)]) command.addCommand(one);
  return command;
}
