import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How often tasks of a rate key may start. */
@Entity('rate_limit')
export class RateLimit {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  key: string;

  @Column('integer')
  starts: number;

  @Column('integer')
  seconds: number;

  @Column('integer')
  burst: number;

  @Column('text')
  updatedBy: string;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt: Date;
}

/** How far the starts of a limited key have come, µs since 1970 on the database's clock; see `Pace`. */
@Entity('rate_pace')
export class RatePace {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  key: string;

  @Column('bigint', { default: 0 })
  startedUs: string;

  @Column('bigint', { default: 0 })
  refusedUs: string;

  @Column('bigint', { default: 0 })
  slottedUs: string;
}
