import type { Edge, LineageResult, Notice, StatementLineage } from '@headgate/lineage';

/** One row of `lineage_edge`, but for whose it is. */
export interface EdgeRow {
  readonly target: string | null;
  readonly source_node: string | null;
  readonly source_relation: string;
  readonly source_column: string;
  readonly kind: string;
  readonly confidence: number;
  readonly direct: boolean;
  readonly expression: string | null;
  readonly line: number | null;
  readonly at: number | null;
}

export interface Note {
  readonly code: string;
  readonly message: string;
  readonly position?: object;
}

/** The columns of a node as its readers see them; there may be others unless `complete`. */
export interface Columns {
  readonly columns: readonly string[];
  readonly complete: boolean;
}

/** What one node's SQL came to, ready to be stored; `relation`: it has none, but columns that are known. */
export interface NodeRows {
  readonly status: 'complete' | 'partial' | 'failed' | 'none' | 'relation';
  readonly notes: readonly Note[];
  readonly edges: readonly EdgeRow[];
}

/** Notes of one node that are kept; SQL that is strange once is often strange a thousand times. */
const keptNotes = 20;
const longest = 1000;

/** The rows of a node. `nodes`: relation in lower case → node. A dbt node is one statement; of several, the last one counts. */
export function rowsOf(result: LineageResult, nodes: ReadonlyMap<string, string>): NodeRows {
  if (!result.ok) {
    const { code, message, position } = result.error;
    return { status: 'failed', notes: [{ code, message: plain(message), ...(position && { position }) }], edges: [] };
  }
  const statement = result.statements.at(-1);
  if (!statement) return noSql('the SQL has no statement');
  const { columns, rows, complete, confidence } = statement;
  const edges = [...columns.flatMap((column) => column.edges), ...rows].map((edge) => edgeRow(edge, nodes));
  const notes = notesOf(statement);
  const isSure = complete && confidence === 1 && notes.length === 0;
  return { status: isSure ? 'complete' : 'partial', notes, edges: distinct(edges) };
}

export const noSql = (message: string): NodeRows => ({
  status: 'none',
  notes: [{ code: 'no-sql', message }],
  edges: [],
});

/** The columns that a result has. */
export function columnsIn(result: LineageResult): Columns {
  const statement = result.ok ? result.statements.at(-1) : undefined;
  const names = statement?.columns.map(({ name }) => plain(name)) ?? [];
  return { columns: names.filter((name) => name !== '*'), complete: statement?.complete ?? false };
}

/** A result that says as much as readers of the node need: which columns there are. */
export function columnsOnly({ columns, complete }: Columns): LineageResult {
  const statement = {
    statement: 'select',
    target: null,
    // The star says that there may be more.
    columns: [...columns, ...(complete ? [] : ['*'])].map((name) => ({ name, confidence: 1, edges: [] })),
    rows: [],
    notices: [],
    confidence: 1,
    complete,
  };
  return { ok: true, statements: [statement] };
}

function notesOf({ notices }: StatementLineage): Note[] {
  const notes = notices.map(({ code, message, position }: Notice) => ({
    code,
    message: plain(message),
    ...(position && { position }),
  }));
  const byText = new Map(notes.map((note) => [`${note.code} ${note.message}`, note]));
  return [...byText.values()].slice(0, keptNotes);
}

function edgeRow(edge: Edge, nodes: ReadonlyMap<string, string>): EdgeRow {
  const { target, sourceTable, sourceColumn, kind, confidence, direct, expression, position } = edge;
  return {
    target: target === null ? null : plain(target),
    source_node: nodes.get(sourceTable.replaceAll(/["`]/g, '').toLowerCase()) ?? null,
    source_relation: plain(sourceTable),
    source_column: plain(sourceColumn),
    kind,
    confidence,
    direct,
    expression,
    line: position?.line ?? null,
    at: position?.column ?? null,
  };
}

/** One row for the same column that is read twice in the same way: the surest one. */
function distinct(edges: readonly EdgeRow[]): EdgeRow[] {
  const kept = new Map<string, EdgeRow>();
  for (const edge of edges) {
    const { target, source_relation, source_column, kind } = edge;
    const key = JSON.stringify([target, source_relation.toLowerCase(), source_column.toLowerCase(), kind]);
    const known = kept.get(key);
    if (!known || known.confidence < edge.confidence) kept.set(key, edge);
  }
  return [...kept.values()];
}

/** Postgres cannot keep NUL, nor halves of characters. */
const plain = (text: string): string => text.replaceAll('\u0000', '').slice(0, longest).toWellFormed();
