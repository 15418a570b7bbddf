import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The map of a snapshot, laid out once: the digest of its bytes. Snapshots from before have none. */
export class Skeleton1764500000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('alter table graph.graph_snapshot add skeleton text');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('alter table graph.graph_snapshot drop skeleton');
  }
}
