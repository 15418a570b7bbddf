import { openToInfra, protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

export class Feeds1764600000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table graph.feed (
        org_id uuid not null, id uuid not null, project text not null, environment text not null, feed text not null,
        url text not null, endpoint text, region text, path_style boolean, every_minutes integer,
        credentials text not null, sealed bytea, saved_by text not null, saved_at timestamptz not null default now(),
        primary key (org_id, id), unique (org_id, project, environment, feed));
      create table graph.feed_state (
        org_id uuid not null, feed_id uuid not null, due_at timestamptz, held_until timestamptz, last jsonb,
        primary key (org_id, feed_id));
      create index feed_state_due on graph.feed_state (due_at);
      create table graph.feed_file (
        org_id uuid not null, feed_id uuid not null, name text not null, etag text, last_modified text,
        blob text not null, bytes bigint not null, taken boolean not null,
        primary key (org_id, feed_id, name));
    `);
    await protect(db, owned, 'feed');
    const unaudited = 'a look decides nothing: what it takes is an ingest, with its leaf';
    for (const table of ['feed_state', 'feed_file']) await protect(db, owned, table, { unaudited });
    await openToInfra(db, owned, 'feed_state', 'select (org_id, feed_id, due_at, held_until), update (held_until)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table graph.feed_file, graph.feed_state, graph.feed');
  }
}
