import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A state of a project's files, by the digest of the tar that holds them. */
@Entity()
export class Revision {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  project: string;

  @PrimaryColumn('text')
  environment: string;

  @PrimaryColumn('text')
  revision: string;

  @Column('integer')
  files: number;

  @Column('bigint')
  bytes: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}

@Entity('run')
@Index(['orgId', 'project', 'environment', 'createdAt'])
@Index(['orgId', 'planId'], { unique: true })
export class RunRow {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  project: string;

  @Column('text')
  environment: string;

  @Column('text')
  kind: string;

  @Column('text', { default: 'requested' })
  status: string;

  @Column('uuid', { nullable: true })
  planId: string | null;

  @Column('text', { nullable: true })
  document: string | null;

  @Column('text')
  revision: string;

  @Column('jsonb')
  stages: { command: string[]; selectors?: string }[];

  @Column('text')
  requestedBy: string;

  @Column('integer', { default: 0 })
  attempt: number;

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('boolean', { default: false })
  cancelRequested: boolean;

  @Column('jsonb', { default: [] })
  artifacts: { name: string; blob: string; bytes: number }[];

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  startedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null;
}

/** How a node is doing in an attempt, as dbt tells it. */
@Entity('run_node')
@Index(['orgId', 'runId', 'attempt', 'seq'])
@Index(['orgId', 'node', 'runId'])
export class RunNodeRow {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  runId: string;

  @PrimaryColumn('text')
  node: string;

  @PrimaryColumn('integer')
  attempt: number;

  @Column('text')
  status: string;

  @Column('timestamptz', { nullable: true })
  startedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null;

  @Column('bigint', { nullable: true })
  durationMs: string | null;

  @Column('bigint', { nullable: true })
  rows: string | null;

  @Column('text', { nullable: true })
  relation: string | null;

  @Column('text', { nullable: true })
  message: string | null;

  /** Of the last log line that was kept together with the last change. */
  @Column('bigint', { default: 0 })
  seq: string;
}

/** How a node did in the newest run that reached it. */
@Entity('node_state')
@Index(['orgId', 'project', 'environment', 'seq'])
export class NodeStateRow {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  project: string;

  @PrimaryColumn('text')
  environment: string;

  @PrimaryColumn('text')
  node: string;

  @Column('uuid')
  runId: string;

  @Column('text')
  status: string;

  @Column('bigint')
  seq: string;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null;

  @Column('bigint', { nullable: true })
  durationMs: string | null;
}

@Entity()
export class RunLog {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  runId: string;

  @PrimaryColumn('bigint', { generated: 'identity', generatedIdentity: 'ALWAYS' })
  seq: string;

  @Column('timestamptz')
  at: Date;

  @Column('integer')
  attempt: number;

  @Column('text')
  level: string;

  @Column('text', { nullable: true })
  node: string | null;

  @Column('text', { nullable: true })
  event: string | null;

  @Column('text')
  text: string;
}
