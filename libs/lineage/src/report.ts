import type { Edge, LineageResult, Position, StatementLineage } from './edge.ts';

/** An edge as the command line and the API show it: one output column and all that goes into it. */
export interface ReportedEdge {
  readonly target: string;
  readonly sources: readonly string[];
  readonly confidence: number;
  /** Of a script only: the table that the statement writes (null: a query), and which statement it is, from 0. */
  readonly table?: string | null;
  readonly statement?: number;
  readonly details?: readonly ReportedDetail[];
}

export interface ReportedDetail {
  readonly source: string;
  readonly kind: string;
  readonly direct: boolean;
  readonly confidence: number;
  readonly expression: string | null;
  readonly position: Position | null;
}

export interface Report {
  readonly edges: readonly ReportedEdge[];
  /** Columns that decide which rows there are: WHERE, HAVING, QUALIFY, ON, USING, IN, EXISTS. */
  readonly predicates: readonly string[];
  readonly unsupported: readonly string[];
  /** With detail: every edge without a target column, GROUP BY and ORDER BY included. */
  readonly rows?: readonly ReportedDetail[];
}

export const sourceName = (edge: Edge): string => `${edge.sourceTable}.${edge.sourceColumn}`;

/** A result in the shape of `headgate lineage --json`; an error as one line of text. */
export function report(result: LineageResult, detail = false): Report | { readonly error: string } {
  if (!result.ok) {
    const { code, message, position } = result.error;
    return { error: `${code}${position === null ? '' : ` at ${position.line}:${position.column}`}: ${message}` };
  }
  const spoken = result.statements.filter(
    (one) => one.columns.length > 0 || one.rows.length > 0 || one.notices.length > 0,
  );
  const several = spoken.length > 1;
  const predicates = spoken.flatMap((one) =>
    one.rows.filter(({ kind }) => kind === 'filter' || kind === 'join').map(sourceName),
  );
  return {
    edges: spoken.flatMap((one) => edgesOf(one, several ? result.statements.indexOf(one) : null, detail)),
    predicates: [...new Set(predicates)].sort(),
    unsupported: [
      ...new Set(spoken.flatMap((one) => one.notices.map((notice) => `${notice.code}: ${notice.message}`))),
    ],
    ...(detail && { rows: spoken.flatMap((one) => one.rows.map(detailOf)) }),
  };
}

function edgesOf(one: StatementLineage, statement: number | null, detail: boolean): ReportedEdge[] {
  return one.columns.map((column) => ({
    target: column.name,
    sources: [...new Set(column.edges.map(sourceName))].sort(),
    confidence: column.confidence,
    ...(statement !== null && { table: one.target, statement }),
    ...(detail && { details: column.edges.map(detailOf) }),
  }));
}

function detailOf(edge: Edge): ReportedDetail {
  const { kind, direct, confidence, expression, position } = edge;
  return { source: sourceName(edge), kind, direct, confidence, expression, position };
}
