import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Bytes that a row named which is gone: looked at again before they are removed, since others may name them. */
@Entity()
export class UnusedBlob {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  digest: string;

  @Column('timestamptz', { default: () => 'now()' })
  since: Date;
}
