import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** When, and on what occasions, an environment is planned and run. */
@Entity('schedule')
@Unique(['orgId', 'project', 'environment', 'name'])
@Index('schedule_due', { synchronize: false })
export class ScheduleRow {
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

  @Column('text', { nullable: true })
  cron: string | null;

  @Column('text')
  zone: string;

  @Column('boolean')
  onIngest: boolean;

  @Column('jsonb')
  upstream: { project: string; environment: string }[];

  @Column('text', { array: true })
  select: string[];

  @Column('text', { array: true })
  exclude: string[];

  @Column('text')
  data: string;

  @Column('text')
  missed: string;

  @Column('text')
  concurrency: string;

  @Column('boolean')
  approval: boolean;

  @Column('boolean')
  paused: boolean;

  @Column('timestamptz', { nullable: true })
  nextAt: Date | null;

  @Column('integer', { default: 1 })
  version: number;

  @Column('text')
  createdBy: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('text')
  updatedBy: string;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt: Date;
}
