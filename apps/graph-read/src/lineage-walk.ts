import type { LineageEdge, LineageKind } from '@headgate/contracts';
import { urnOf } from '@headgate/graph';
import type { Tx } from '@headgate/kit';
import { type Decision, type Decisions, type End, keyOfEnd } from './lineage-decisions.ts';

export interface WalkOptions {
  readonly project: string;
  readonly environment: string;
  readonly platform: string;
  readonly depth: number;
  readonly kinds: readonly LineageKind[];
  readonly confidence: number;
  readonly limit: number;
}

export interface Walked {
  readonly edges: readonly LineageEdge[];
  readonly rejected: readonly LineageEdge[];
  readonly truncated: boolean;
  readonly ends: readonly End[];
}

interface Row {
  node: string;
  target: string | null;
  source_node: string | null;
  source_relation: string;
  source_column: string;
  kind: LineageKind;
  confidence: number;
  direct: boolean;
  expression: string | null;
  line: number | null;
  at: number | null;
}

interface Found {
  readonly from: End;
  readonly to: End;
  readonly edge: LineageEdge;
}

/** Follows edges from one end, level by level. One that bears on all rows of a node is shown and, downwards, not followed. */
export class Walk {
  private readonly edges = new Map<string, Found>();
  private readonly rejected = new Map<string, Found>();
  private isFull = false;

  constructor(
    private readonly tx: Tx,
    private readonly options: WalkOptions,
    private readonly decisions: Decisions,
  ) {}

  async from(start: End, direction: 'up' | 'down'): Promise<void> {
    const seen = new Set([keyOfEnd(start)]);
    let frontier = [start];
    for (let level = 0; frontier.length > 0 && !this.isFull; level++) {
      const found = await this.beyond(frontier, direction);
      if (level === this.options.depth) {
        this.isFull ||= found.some(
          ({ edge, from, to }) => edge.origin !== 'rejected' && !this.edges.has(nameOf(from, to, edge)),
        );
        return;
      }
      const next = found.filter((one) => this.keep(one)).map(({ from, to }) => (direction === 'up' ? from : to));
      frontier = next.filter((end) => end.column !== undefined && seen.size < seen.add(keyOfEnd(end)).size);
    }
  }

  result(): Walked {
    const found = [...this.edges.values(), ...this.rejected.values()];
    return {
      edges: [...this.edges.values()].map(({ edge }) => edge),
      rejected: [...this.rejected.values()].map(({ edge }) => edge),
      truncated: this.isFull,
      ends: found.flatMap(({ from, to }) => [from, to]),
    };
  }

  /** Whether it is to be followed. */
  private keep(found: Found): boolean {
    const name = nameOf(found.from, found.to, found.edge);
    if (found.edge.origin === 'rejected') {
      if (this.rejected.size < this.options.limit) this.rejected.set(name, found);
      return false;
    }
    if (this.edges.has(name)) return true;
    if (this.edges.size >= this.options.limit) {
      this.isFull = true;
      return false;
    }
    this.edges.set(name, found);
    return true;
  }

  private async beyond(frontier: readonly End[], direction: 'up' | 'down'): Promise<Found[]> {
    const { kinds, confidence } = this.options;
    const computed = (await this.rows(frontier, direction)).map((row) => this.found(row));
    const added = frontier
      .flatMap((end) => this.decisions.addedTo(end, direction))
      .filter(({ kind }) => kinds.includes(kind as LineageKind))
      .map(addedEdge);
    const byName = new Map([...added, ...computed].map((one) => [nameOf(one.from, one.to, one.edge), one]));
    return [...byName.values()].filter(({ edge }) => edge.confidence >= confidence);
  }

  private async rows(frontier: readonly End[], direction: 'up' | 'down'): Promise<Row[]> {
    const { project, environment, kinds, limit } = this.options;
    const places = frontier.flatMap(({ node, urn, column }) => ({
      node: node ?? null,
      relation: node ? null : relationIn(urn),
      column: column?.toLowerCase() ?? null,
    }));
    const matches =
      direction === 'up'
        ? `e.node = f.node and (f.column is null or e.target is null or lower(e.target) = f.column or e.target = '*')`
        : `(e.source_node = f.node or (e.source_node is null and lower(e.source_relation) = f.relation))
           and (f.column is null or lower(e.source_column) = f.column or e.source_column = '*')`;
    // What was found already, and what is rejected, takes no place: hence more than the limit.
    const most = 4 * limit;
    const rows = await this.tx.query<Row>(
      `select distinct on (e.node, e.place) e.* from jsonb_to_recordset($3::jsonb) as f(node text, relation text, "column" text)
       join lineage_edge e on ${matches}
       where e.project = $1 and e.environment = $2 and e.kind = any ($4) order by e.node, e.place limit $5`,
      [project, environment, JSON.stringify(places), kinds, most + 1],
    );
    this.isFull ||= rows.length > most;
    return rows.slice(0, most);
  }

  private found(row: Row): Found {
    const { project, platform } = this.options;
    const { node, target, source_node, source_relation, source_column, kind, direct, expression, line, at } = row;
    const from: End = source_node
      ? { urn: urnOf(project, source_node), node: source_node, column: source_column }
      : { urn: relationUrn(platform, source_relation), column: source_column };
    const to: End = { urn: urnOf(project, node), node, ...(target !== null && { column: target }) };
    const decided = this.decisions.on(from, to, kind);
    const edge: LineageEdge = {
      from: shown(from),
      to: shown(to),
      kind,
      direct,
      confidence: decided && decided.decision !== 'reject' ? 1 : Number(row.confidence.toFixed(3)),
      origin: decided ? (decided.decision === 'reject' ? 'rejected' : 'confirmed') : 'sql',
      ...(expression && { expression }),
      ...(line && { line }),
      ...(at && { column: at }),
      ...(decided && { override: markOf(decided) }),
    };
    return { from, to, edge };
  }
}

const relationUrn = (platform: string, relation: string): string => `hg:rel/${platform}/default/${relation}`;

/** The relation's name in such a URN, in lower case. */
const relationIn = (urn: string): string | null => /^hg:rel\/[^/]*\/[^/]*\/(.+)$/.exec(urn)?.[1]?.toLowerCase() ?? null;

const nameOf = (from: End, to: End, { kind }: LineageEdge): string => `${keyOfEnd(from)} ${keyOfEnd(to)} ${kind}`;

const shown = ({ urn, column }: End): LineageEdge['from'] => ({ urn, ...(column !== undefined && { column }) });

const markOf = ({ id, decision, reason, by, at }: Decision) => ({ id, decision, reason, by, at });

function addedEdge(decision: Decision): Found {
  const { source, target, kind } = decision;
  const edge: LineageEdge = {
    ...{ from: shown(source), to: shown(target), kind: kind as LineageKind },
    ...{ confidence: 1, direct: false, origin: 'added', override: markOf(decision) },
  };
  return { from: source, to: target, edge };
}
