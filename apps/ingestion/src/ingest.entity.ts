import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One delivery of artifacts, taken whole. */
@Entity()
@Index(['orgId', 'project', 'environment', 'createdAt'])
export class Ingest {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  project: string;

  @Column('text')
  environment: string;

  @Column('text', { nullable: true })
  revision: string | null;

  @Column('uuid', { nullable: true })
  runId: string | null;

  @Column('bigint', { nullable: true })
  snapshotSeq: string | null;

  @Column('boolean', { default: false })
  snapshotIsNew: boolean;

  @Column('jsonb', { default: [] })
  warnings: { code: string; path: string; message: string }[];

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}

/** A file by its digest; the same file twice in an environment is one row. */
@Entity()
export class Artifact {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  project: string;

  @PrimaryColumn('text')
  environment: string;

  @PrimaryColumn('text')
  digest: string;

  @Column('text')
  kind: string;

  @Column('text')
  name: string;

  @Column('bigint')
  bytes: string;

  @Column('uuid')
  ingestId: string;

  /** The run of dbt that wrote the file, where it says so. */
  @Column('text', { nullable: true })
  invocation: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}

/** What an environment shows now: its newest snapshot, and the files that it, and the next one, are made of. */
@Entity()
export class EnvironmentHead {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  project: string;

  @PrimaryColumn('text')
  environment: string;

  @Column('bigint')
  seq: string;

  @Column('text')
  manifest: string;

  @Column('text', { nullable: true })
  catalog: string | null;

  @Column('text', { nullable: true })
  revision: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt: Date;
}
