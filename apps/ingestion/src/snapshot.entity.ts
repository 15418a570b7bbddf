import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

abstract class InEnvironment {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  project: string;

  @PrimaryColumn('text')
  environment: string;
}

/** An immutable graph: a sequence number in its environment, and the graph's hash. */
@Entity()
export class GraphSnapshot extends InEnvironment {
  @PrimaryColumn('bigint')
  seq: string;

  @Column('text')
  snapshot: string;

  @Column('text')
  manifest: string;

  @Column('text')
  graph: string;

  @Column('text', { nullable: true })
  revision: string | null;

  @Column('integer')
  nodes: number;

  @Column('integer')
  edges: number;

  @Column('jsonb')
  counts: Record<string, number>;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('text', { nullable: true })
  skeleton: string | null;
}

/** A node as it was from one snapshot until another; `toSeq` is null while it still is. */
@Entity()
@Index('node_index_now', ['orgId', 'project', 'environment', 'node'], { where: 'to_seq IS NULL' })
@Index('node_index_words', { synchronize: false })
@Index('node_index_trigrams', { synchronize: false })
@Index('node_index_names', { synchronize: false })
export class NodeIndex extends InEnvironment {
  @PrimaryColumn('text')
  node: string;

  @PrimaryColumn('bigint')
  fromSeq: string;

  @Column('bigint', { nullable: true })
  toSeq: string | null;

  @Column('text')
  type: string;

  @Column('text')
  name: string;

  @Column('text')
  package: string;

  @Column('text', { nullable: true })
  materialized: string | null;

  @Column('text', { nullable: true })
  relation: string | null;

  @Column('text', { nullable: true })
  owner: string | null;

  @Column('text', { array: true })
  tags: string[];

  @Column('text')
  description: string;

  @Column('text')
  digest: string;

  @Column('integer')
  columns: number;

  @Column('text')
  columnNames: string;

  @Column('tsvector')
  words: string;

  @Column('text', { nullable: true })
  database: string | null;

  @Column('text', { nullable: true })
  schema: string | null;
}

/** `child` reads `parent`, from one snapshot until another. */
@Entity()
@Index('impact_index_child', ['orgId', 'project', 'environment', 'child'])
export class ImpactIndex extends InEnvironment {
  @PrimaryColumn('text')
  parent: string;

  @PrimaryColumn('text')
  child: string;

  @PrimaryColumn('bigint')
  fromSeq: string;

  @Column('bigint', { nullable: true })
  toSeq: string | null;
}

/** How a node ended in one run: the facts that statistics are made of. */
@Entity()
export class NodeRun extends InEnvironment {
  @PrimaryColumn('text')
  node: string;

  @PrimaryColumn('text')
  run: string;

  @Column('text')
  status: string;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null;

  @Column('bigint', { nullable: true })
  durationMs: string | null;

  @Column('bigint', { nullable: true })
  rows: string | null;

  @Column('bigint', { nullable: true })
  bytes: string | null;

  @Column('text', { nullable: true })
  message: string | null;

  /** Who told of it, when it was not dbt's own file. */
  @Column('text', { nullable: true })
  via: string | null;
}
