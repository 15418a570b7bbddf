import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** One time a schedule was set off; `occasion` names what did it, so that it does so once. */
@Entity('schedule_fire')
@Unique(['orgId', 'scheduleId', 'occasion'])
@Index('schedule_fire_turn', { synchronize: false })
@Index('schedule_fire_open', { synchronize: false })
@Index(['orgId', 'scheduleId', 'createdAt'])
@Index(['orgId', 'planId'])
export class ScheduleFireRow {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  scheduleId: string;

  @Column('text')
  project: string;

  @Column('text')
  environment: string;

  @Column('text')
  occasion: string;

  @Column('text')
  trigger: string;

  @Column('text')
  cause: string;

  @Column('timestamptz', { nullable: true })
  plannedAt: Date | null;

  @Column('integer', { default: 0 })
  missed: number;

  @Column('uuid', { array: true })
  chain: string[];

  @Column('text')
  status: string;

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('text')
  correlationId: string;

  @Column('uuid', { nullable: true })
  planId: string | null;

  @Column('uuid', { nullable: true })
  runId: string | null;

  @Column('integer', { default: 0 })
  attempts: number;

  @Column('timestamptz', { nullable: true })
  heldUntil: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  startedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  endedAt: Date | null;
}
