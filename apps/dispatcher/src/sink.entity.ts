import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

@Entity('sink')
@Unique(['orgId', 'project', 'environment', 'name'])
export class SinkState {
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

  @Column('bigint', { default: 0 })
  rows: string;

  @Column('timestamptz', { default: () => 'now()' })
  changedAt: Date;
}

@Entity()
@Index(['orgId', 'sinkId', 'place'], { unique: true })
export class SinkRow {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  sinkId: string;

  @PrimaryColumn('text')
  dedupeKey: string;

  /** 1, 2, 3, … in the order of their commits. */
  @Column('bigint')
  place: string;

  /** Of the row as canonical JSON. */
  @Column('text')
  digest: string;

  @Column('text')
  body: string;

  @Column('timestamptz', { default: () => 'now()' })
  writtenAt: Date;
}
