import { DIALECTS, dialectOf, LineagePool, report, type Dialect, type Report, type Schema } from '@headgate/lineage';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** The flags of `headgate lineage`, as commander hands them over. */
export interface LineageFlags {
  readonly dialect?: string;
  readonly schema?: string;
  readonly json?: boolean;
  readonly batch?: boolean;
  readonly detail?: boolean;
  readonly timeout?: string;
  readonly threads?: string;
}

/** A dialect's name as it is written in full; undefined for one that is not known. */
export const knownDialect = (name: string): Dialect | undefined => DIALECTS.find((known) => known === name);

/** Where the command reads and writes; the process's own streams outside of tests. */
export interface LineageStreams {
  readonly input: NodeJS.ReadableStream;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** 0 lineage found · 1 a query was not understood or hit a limit · 2 a file, a schema or a line of the batch cannot be read. */
export type LineageExit = 0 | 1 | 2;

/** Runs the command; answers its exit code. */
export async function runLineage(
  file: string | undefined,
  flags: LineageFlags,
  streams: LineageStreams,
): Promise<LineageExit> {
  const threads = flags.batch ? Number(flags.threads ?? 2) : 1;
  const pool = new LineagePool({ threads, timeoutMs: Number(flags.timeout ?? 10_000) });
  try {
    const schema = flags.schema === undefined ? {} : readSchema(flags.schema);
    return await (flags.batch ? runBatch(pool, flags, schema, streams) : runOne(pool, file, flags, schema, streams));
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    streams.complain(error.message);
    return 2;
  } finally {
    await pool.close();
  }
}

class BadInput extends Error {}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new BadInput(`${file}: ${(error as Error).message}`);
  }
}

interface CatalogTable {
  readonly metadata: { readonly database?: string | null; readonly schema: string; readonly name: string };
  readonly columns: Record<string, { readonly name: string; readonly index: number }>;
}

/** A schema file: relation → columns, or a dbt catalog. */
function readSchema(file: string): Schema {
  const json = parsed(readText(file), file) as Record<string, unknown>;
  const nodes = {
    ...(json.nodes as Record<string, CatalogTable> | undefined),
    ...(json.sources as Record<string, CatalogTable> | undefined),
  };
  if (json.metadata === undefined || json.nodes === undefined) return schemaOf(json, file);
  return Object.fromEntries(
    Object.values(nodes).map(({ metadata, columns }) => [
      [metadata.database, metadata.schema, metadata.name].filter(Boolean).join('.'),
      Object.values(columns)
        .sort((a, b) => a.index - b.index)
        .map((column) => column.name),
    ]),
  );
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadInput(`${what}: ${(error as Error).message}`);
  }
}

/** Checked at the door: relation → list of column names, or of `{ name }`, or column → type. */
function schemaOf(value: unknown, what: string): Schema {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new BadInput(`${what}: a schema is an object of table → columns`);
  return Object.fromEntries(
    Object.entries(value).map(([table, columns]) => {
      const list: unknown =
        columns !== null && typeof columns === 'object' && !Array.isArray(columns) ? Object.keys(columns) : columns;
      if (!Array.isArray(list) || !list.every((column) => typeof column === 'string'))
        throw new BadInput(`${what}: the columns of ${table} are not a list of names`);
      return [table, list as string[]];
    }),
  );
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

async function runOne(
  pool: LineagePool,
  file: string | undefined,
  flags: LineageFlags,
  schema: Schema,
  streams: LineageStreams,
): Promise<LineageExit> {
  const sql = file === undefined || file === '-' ? await textOf(streams.input) : readText(file);
  const result = report(
    await pool.run({ sql, dialect: flags.dialect as Dialect, schema, detail: flags.detail === true }),
    flags.detail,
  );
  if ('error' in result) {
    if (flags.json) streams.print(JSON.stringify(result));
    else streams.complain(result.error);
    return 1;
  }
  streams.print(flags.json ? JSON.stringify(result) : sentences(result));
  return 0;
}

/** A table for people: each column, what it comes from, and how sure that is when it is not certain. */
function sentences({ edges, predicates, unsupported, rows }: Report): string {
  const width = Math.max(0, ...edges.map((edge) => edge.target.length));
  const lines = edges.flatMap((edge) => [
    `${edge.target.padEnd(width)}  <- ${edge.sources.join(', ') || '(nothing)'}${edge.confidence < 1 ? `  [${edge.confidence}]` : ''}`,
    ...(edge.details ?? []).map(
      (one) =>
        `    ${one.kind} ${one.source} at ${one.position?.line ?? '?'}:${one.position?.column ?? '?'}${one.direct ? ', passed on' : ''}`,
    ),
  ]);
  if (predicates.length > 0) lines.push(`rows decided by: ${predicates.join(', ')}`);
  for (const row of rows ?? [])
    lines.push(`    ${row.kind} ${row.source} at ${row.position?.line ?? '?'}:${row.position?.column ?? '?'}`);
  return [...lines, ...unsupported.map((one) => `! ${one}`)].join('\n');
}

// So many queries are read ahead of the one whose answer is printed next: enough to keep the threads busy, little memory.
const AHEAD = 64;

async function runBatch(
  pool: LineagePool,
  flags: LineageFlags,
  schema: Schema,
  streams: LineageStreams,
): Promise<LineageExit> {
  const waiting: Promise<{ line: string; exit: LineageExit }>[] = [];
  let exit: LineageExit = 0;
  const printNext = async (): Promise<void> => {
    const answer = await waiting.shift()!;
    streams.print(answer.line);
    if (answer.exit > exit) exit = answer.exit;
  };
  for await (const line of createInterface({ input: streams.input, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    waiting.push(answerLine(pool, line, flags, schema));
    if (waiting.length >= AHEAD) await printNext();
  }
  while (waiting.length > 0) await printNext();
  return exit;
}

async function answerLine(
  pool: LineagePool,
  line: string,
  flags: LineageFlags,
  schema: Schema,
): Promise<{ line: string; exit: LineageExit }> {
  let id: unknown = null;
  try {
    const request = parsed(line, 'the line') as {
      id?: unknown;
      sql?: unknown;
      dialect?: unknown;
      schema?: unknown;
    } | null;
    id = request?.id ?? null;
    const dialect = dialectOf(String(request?.dialect ?? flags.dialect ?? ''));
    if (typeof request?.sql !== 'string') throw new BadInput('no sql in the line');
    if (dialect === null)
      throw new BadInput(`unknown dialect ${String(request.dialect)}: one of ${DIALECTS.join(', ')}`);
    const own = request.schema === undefined ? schema : schemaOf(request.schema, 'schema');
    const result = report(
      await pool.run({ sql: request.sql, dialect, schema: own, detail: flags.detail === true }),
      flags.detail,
    );
    return { line: JSON.stringify({ id, ...result }), exit: 'error' in result ? 1 : 0 };
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    return { line: JSON.stringify({ id, error: `input: ${error.message}` }), exit: 2 };
  }
}
