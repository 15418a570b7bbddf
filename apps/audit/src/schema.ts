import type { Schema } from '@headgate/kit';
import { LeafRow, ServiceHeadRow } from './leaf.entity.ts';
import { Leaves1764000000000 } from './migrations/1764000000000-leaves.ts';
import { owned } from './owned.ts';
import { CheckpointRow, NodeRow, TreeRow } from './tree.entity.ts';

export const schema: Schema = {
  ...owned,
  entities: [CheckpointRow, LeafRow, NodeRow, ServiceHeadRow, TreeRow],
  migrations: [Leaves1764000000000],
};
