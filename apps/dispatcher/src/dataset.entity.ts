import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

@Entity('dataset')
@Unique(['orgId', 'project', 'environment', 'name'])
export class DatasetRow {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  project: string;

  @Column('text')
  environment: string;

  @Column('text')
  name: string;

  /** The one that counts. */
  @Column('integer')
  version: number;

  /** The newest version up to it that began anew. */
  @Column('integer')
  base: number;

  @Column('bigint')
  rows: string;

  @Column('jsonb')
  columns: object;

  @Column('timestamptz', { default: () => 'now()' })
  changedAt: Date;
}

@Entity()
@Unique(['orgId', 'partId'])
export class DatasetVersion {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  datasetId: string;

  @PrimaryColumn('integer')
  version: number;

  @Column('integer')
  base: number;

  @Column('text')
  mode: string;

  @Column('uuid')
  partId: string;

  @Column('bigint')
  added: string;

  @Column('bigint')
  rows: string;

  @Column('jsonb')
  columns: object;

  @Column('text')
  digest: string;

  @Column('uuid')
  taskId: string;

  @Column('integer')
  attempt: number;

  @Column('timestamptz', { default: () => 'now()' })
  committedAt: Date;

  /** Not to be read any more; it stays while a later version is made of its part. */
  @Column('timestamptz', { nullable: true })
  purgedAt: Date | null;
}

@Entity()
@Unique(['orgId', 'taskId', 'attempt', 'dataset'])
@Index('dataset_part_unwanted', ['registeredAt'], { where: `(state <> 'committed'::text)` })
export class DatasetPart {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  taskId: string;

  @Column('integer')
  attempt: number;

  @Column('text')
  dataset: string;

  @Column('jsonb')
  columns: object;

  /** `staged`, then `committed` or `dropped`; what was committed is dropped by a purge alone. */
  @Column('text', { default: 'staged' })
  state: string;

  @Column('timestamptz', { default: () => 'now()' })
  registeredAt: Date;

  /** When its rows were removed. */
  @Column('timestamptz', { nullable: true })
  sweptAt: Date | null;
}

/** A version that a task reads. It is not purged before the task has ended. */
@Entity()
@Index(['orgId', 'taskId'])
export class TaskInput {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  datasetId: string;

  @PrimaryColumn('integer')
  version: number;

  @PrimaryColumn('uuid')
  taskId: string;
}
