import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A plan as the service finds it again; the plan itself is the document. */
@Entity('plan')
@Index(['orgId', 'project', 'environment', 'createdAt'])
export class PlanRow {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  project: string;

  @Column('text')
  environment: string;

  @Column('text')
  document: string;

  @Column('text')
  snapshot: string;

  @Column('text')
  manifest: string;

  @Column('text')
  state: string;

  @Column('text', { nullable: true })
  revision: string | null;

  @Column('text', { default: 'proposed' })
  status: string;

  @Column('text', { nullable: true })
  decidedBy: string | null;

  @Column('timestamptz', { nullable: true })
  decidedAt: Date | null;

  @Column('integer')
  run: number;

  @Column('integer')
  skip: number;

  @Column('integer')
  partial: number;

  @Column('jsonb')
  stages: object[];

  /** The environment that it reads what is not built here from. */
  @Column('text', { nullable: true })
  defer: string | null;

  @Column('text')
  createdBy: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}
