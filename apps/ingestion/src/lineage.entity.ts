import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

abstract class InEnvironment {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  project: string;

  @PrimaryColumn('text')
  environment: string;
}

/** What lineage an environment should have, and which it has: work that outlives the process, and its status. */
@Entity()
@Index('lineage_state_pending', ['heldUntil'], { where: "status = 'pending'" })
export class LineageState extends InEnvironment {
  @Column('text')
  status: string;

  @Column('text', { nullable: true })
  reason: string | null;

  /** Counts what was wanted. */
  @Column('bigint')
  version: string;

  /** The version that is visible; a computation commits only over an older one. */
  @Column('bigint', { nullable: true })
  shown: string | null;

  @Column('bigint')
  wantedSeq: string;

  @Column('text')
  wantedManifest: string;

  @Column('text', { nullable: true })
  wantedCatalog: string | null;

  @Column('bigint', { nullable: true })
  seq: string | null;

  @Column('text', { nullable: true })
  manifest: string | null;

  @Column('text', { nullable: true })
  catalog: string | null;

  @Column('text', { nullable: true })
  engine: string | null;

  /** dbt's adapter. */
  @Column('text', { nullable: true })
  platform: string | null;

  @Column('integer', { default: 0 })
  nodes: number;

  @Column('integer', { default: 0 })
  edges: number;

  @Column('integer', { default: 0 })
  attempts: number;

  @Column('timestamptz', { nullable: true })
  heldUntil: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt: Date;
}

/** What is known of one node's own SQL; `inputKey` is the hash of all that it was computed from. */
@Entity()
export class LineageNode extends InEnvironment {
  @PrimaryColumn('text')
  node: string;

  @Column('text')
  inputKey: string;

  @Column('text')
  status: string;

  @Column('jsonb')
  notes: object[];

  @Column('jsonb')
  columns: string[];

  @Column('boolean')
  complete: boolean;

  @Column('integer')
  edges: number;
}

/** A column that bears on a column of `node`, or on all its rows where `target` is null. */
@Entity()
@Index('lineage_edge_source_node', ['orgId', 'project', 'environment', 'sourceNode'])
export class LineageEdge extends InEnvironment {
  @PrimaryColumn('text')
  node: string;

  @PrimaryColumn('integer')
  place: number;

  @Column('text', { nullable: true })
  target: string | null;

  @Column('text', { nullable: true })
  sourceNode: string | null;

  @Column('text')
  sourceRelation: string;

  @Column('text')
  sourceColumn: string;

  @Column('text')
  kind: string;

  @Column('real')
  confidence: number;

  @Column('boolean')
  direct: boolean;

  @Column('text', { nullable: true })
  expression: string | null;

  @Column('integer', { nullable: true })
  line: number | null;

  @Column('integer', { nullable: true })
  at: number | null;
}

/** What somebody decided about an edge, by URN, so that it holds in every environment and outlives every ingestion. */
@Entity()
@Unique(['orgId', 'project', 'source', 'target', 'kind'])
export class LineageOverride {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  project: string;

  @Column('text')
  source: string;

  @Column('text')
  target: string;

  @Column('text')
  kind: string;

  @Column('text')
  decision: string;

  @Column('text')
  reason: string;

  @Column('text')
  decidedBy: string;

  @Column('timestamptz', { default: () => 'now()' })
  decidedAt: Date;
}
