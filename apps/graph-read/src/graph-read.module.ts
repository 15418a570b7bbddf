import { Module } from '@nestjs/common';
import type { Service } from '@headgate/kit';
import { AssetCode } from './asset-code.ts';
import { AssetSearch } from './asset-search.ts';
import { Assets } from './assets.ts';
import { AssetsController } from './assets.controller.ts';
import { Columns } from './columns.ts';
import { ColumnsController } from './columns.controller.ts';
import { Drawings } from './drawings.ts';
import { GraphController } from './graph.controller.ts';
import { Graphs } from './graphs.ts';
import { Lineage } from './lineage.ts';
import { LineageController } from './lineage.controller.ts';
import { LineageSql } from './lineage-sql.ts';
import { Rollups } from './rollups.ts';
import { Skeletons } from './skeletons.ts';
import { SnapshotDiffs } from './snapshot-diffs.ts';
import { Snapshots } from './snapshots.ts';
import { SnapshotsController } from './snapshots.controller.ts';

@Module({
  controllers: [AssetsController, ColumnsController, GraphController, LineageController, SnapshotsController],
  providers: [
    AssetCode,
    AssetSearch,
    Assets,
    Columns,
    Drawings,
    Graphs,
    Lineage,
    LineageSql,
    Rollups,
    Skeletons,
    SnapshotDiffs,
    Snapshots,
  ],
})
class GraphReadModule {}

/** Reads the schema that ingestion writes; it owns no table and publishes nothing. */
export const graphRead: Service = {
  name: 'graph-read',
  module: GraphReadModule,
  schema: { name: 'graph', owner: 'ingestion', entities: [], migrations: [] },
  readOnly: true,
};
