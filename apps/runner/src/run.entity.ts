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
@Index(['orgId', 'planId'], { unique: true, where: 'origin_id IS NULL' })
@Index(['orgId', 'originId'], { unique: true })
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

  /** The run that this one goes on with. */
  @Column('uuid', { nullable: true })
  originId: string | null;

  /** When the plan was made: what runs did since, it does not know. */
  @Column('timestamptz', { nullable: true })
  plannedAt: Date | null;

  @Column('text')
  revision: string;

  @Column('jsonb')
  stages: object[];

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
@Index(['orgId', 'runId', 'seq'])
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

/** What an attempt set out to run, known before dbt begins. */
@Entity('run_attempt')
@Index(['orgId', 'project', 'environment', 'startedAt'])
export class RunAttemptRow {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  runId: string;

  @PrimaryColumn('integer')
  attempt: number;

  @Column('text')
  project: string;

  @Column('text')
  environment: string;

  /** dbt and its adapters, with their versions. */
  @Column('text')
  engine: string;

  /** A keyed hash of the environment's variables: equal or not, and nothing else can be seen from it. */
  @Column('text')
  variables: string;

  @Column('text', { array: true })
  nodes: string[];

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  startedAt: Date;
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
