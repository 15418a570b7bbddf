import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Words of dbt's selection language under a name that a whole project can use. */
@Entity('selection')
export class SelectionRow {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  project: string;

  @PrimaryColumn('text')
  name: string;

  @Column('text')
  description: string;

  @Column('text', { array: true })
  select: string[];

  @Column('text', { array: true })
  exclude: string[];

  @Column('text')
  updatedBy: string;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt: Date;
}
