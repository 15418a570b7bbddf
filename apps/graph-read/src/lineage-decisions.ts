import { urnOf } from '@headgate/graph';
import type { Tx } from '@headgate/kit';

/** A column of a node of this project, of a relation that no node is, or of anything else that has a URN; `*` is unknown columns. */
export interface End {
  readonly urn: string;
  /** dbt's unique_id, where it is a node of this project. */
  readonly node?: string;
  /** Absent: all rows. */
  readonly column?: string;
}

/** What somebody decided about one edge. */
export interface Decision {
  readonly id: string;
  readonly decision: 'confirm' | 'reject' | 'add';
  readonly reason: string;
  readonly by: string;
  readonly at: string;
  readonly source: End;
  readonly target: End;
  readonly kind: string;
}

interface Row {
  id: string;
  source: string;
  target: string;
  kind: string;
  decision: Decision['decision'];
  reason: string;
  decided_by: string;
  decided_at: Date;
}

/** `<asset>#<column>` → its two parts. No asset's URN has a `#`; a column's name may. */
export function endOf(project: string, urn: string): End {
  const hash = urn.indexOf('#');
  const asset = hash < 0 ? urn : urn.slice(0, hash);
  const prefix = urnOf(project, '');
  return {
    urn: asset,
    ...(asset.startsWith(prefix) && { node: asset.slice(prefix.length) }),
    ...(hash >= 0 && { column: urn.slice(hash + 1) }),
  };
}

/** Names of columns are told apart by case nowhere that matters, and written in any. */
export const keyOfEnd = ({ urn, column }: End): string => `${urn}#${column?.toLowerCase() ?? ''}`;

const keyOf = (source: End, target: End, kind: string): string => `${keyOfEnd(source)} ${keyOfEnd(target)} ${kind}`;

/** The decisions of one project: by edge, and those that add one by either end. */
export class Decisions {
  private readonly byEdge = new Map<string, Decision>();
  private readonly added = { up: new Map<string, Decision[]>(), down: new Map<string, Decision[]>() };

  static async of(tx: Tx, project: string): Promise<Decisions> {
    const rows = await tx.query<Row>('select * from lineage_override where project = $1 order by decided_at, id', [
      project,
    ]);
    const decisions = new Decisions();
    for (const { source, target, decided_by: by, decided_at: at, ...rest } of rows)
      decisions.put({
        ...rest,
        ...{ source: endOf(project, source), target: endOf(project, target) },
        ...{ by, at: at.toISOString() },
      });
    return decisions;
  }

  private put(decision: Decision): void {
    const { source, target, kind } = decision;
    this.byEdge.set(keyOf(source, target, kind), decision);
    if (decision.decision !== 'add') return;
    for (const [index, end] of [
      [this.added.up, target],
      [this.added.down, source],
    ] as const)
      index.set(end.urn, [...(index.get(end.urn) ?? []), decision]);
  }

  on(source: End, target: End, kind: string): Decision | undefined {
    return this.byEdge.get(keyOf(source, target, kind));
  }

  /** Edges that somebody added to an end: those that lead to it (`up`) or from it (`down`). */
  addedTo(end: End, direction: 'up' | 'down'): Decision[] {
    const column = end.column?.toLowerCase();
    return (this.added[direction].get(end.urn) ?? []).filter(({ source, target }) => {
      const theirs = (direction === 'up' ? target : source).column?.toLowerCase();
      return column === undefined || theirs === undefined || theirs === column;
    });
  }
}
