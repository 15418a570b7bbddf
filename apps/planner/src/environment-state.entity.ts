import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Which EnvironmentState an environment is in; the state itself is a blob under its hash. */
@Entity('environment_state')
export class EnvironmentStateRow {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  project: string;

  @PrimaryColumn('text')
  environment: string;

  @Column('text')
  state: string;

  @Column('text', { nullable: true })
  run: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt: Date;
}
