import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity()
export class Part {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  id: string;

  @Column('timestamptz', { nullable: true })
  sealedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  droppedAt: Date | null;
}

@Entity()
export class Batch {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  partId: string;

  @PrimaryColumn('integer')
  batch: number;

  @Column('integer')
  rows: number;

  @Column('text')
  digest: string;

  /** A JSON array of rows, each an array in the order of the columns. */
  @Column('text')
  body: string;
}
