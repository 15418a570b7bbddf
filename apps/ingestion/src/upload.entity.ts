import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** Bytes that come in pieces, until they are all there or a day is over. */
@Entity()
@Unique(['orgId', 'digest'])
export class Upload {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  id: string;

  /** Of all the bytes, as announced. */
  @Column('text')
  digest: string;

  @Column('bigint')
  bytes: string;

  /** Bytes that have come: where the next piece begins. */
  @Column('bigint', { default: 0 })
  taken: string;

  @Column('boolean', { default: false })
  done: boolean;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz')
  expiresAt: Date;
}

@Entity()
export class UploadPiece {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  uploadId: string;

  @PrimaryColumn('bigint')
  at: string;

  @Column('bigint')
  bytes: string;

  @Column('text')
  blob: string;
}
