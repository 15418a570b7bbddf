import type { Schema } from '@headgate/kit';
import { EnvironmentStateRow } from './environment-state.entity.ts';
import { Plans1764000000000 } from './migrations/1764000000000-plans.ts';
import { Selections1764000100000 } from './migrations/1764000100000-selections.ts';
import { Schedules1764200000000 } from './migrations/1764200000000-schedules.ts';
import { SourceVersions1764300000000 } from './migrations/1764300000000-source-versions.ts';
import { Deferral1764300100000 } from './migrations/1764300100000-deferral.ts';
import { owned } from './owned.ts';
import { PlanRow } from './plan.entity.ts';
import { ScheduleFireRow } from './schedules/schedule-fire.entity.ts';
import { ScheduleRow } from './schedules/schedule.entity.ts';
import { SelectionRow } from './selection.entity.ts';
import { SourceVersionRow } from './source-version.entity.ts';

export const schema: Schema = {
  ...owned,
  entities: [EnvironmentStateRow, PlanRow, ScheduleFireRow, ScheduleRow, SelectionRow, SourceVersionRow],
  migrations: [
    Plans1764000000000,
    Selections1764000100000,
    Schedules1764200000000,
    SourceVersions1764300000000,
    Deferral1764300100000,
  ],
};
