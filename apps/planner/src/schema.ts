import type { Schema } from '@headgate/kit';
import { EnvironmentStateRow } from './environment-state.entity.ts';
import { Plans1764000000000 } from './migrations/1764000000000-plans.ts';
import { Selections1764000100000 } from './migrations/1764000100000-selections.ts';
import { owned } from './owned.ts';
import { PlanRow } from './plan.entity.ts';
import { SelectionRow } from './selection.entity.ts';

export const schema: Schema = {
  ...owned,
  entities: [EnvironmentStateRow, PlanRow, SelectionRow],
  migrations: [Plans1764000000000, Selections1764000100000],
};
