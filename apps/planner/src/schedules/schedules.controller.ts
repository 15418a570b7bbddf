import { Controller } from '@nestjs/common';
import {
  schedulesCreate,
  type SchedulesCreateInput,
  schedulesEdit,
  type SchedulesEditInput,
  schedulesFire,
  type SchedulesFireInput,
  schedulesFires,
  type SchedulesFiresInput,
  schedulesGet,
  type SchedulesGetInput,
  schedulesList,
  type SchedulesListInput,
  schedulesNext,
  type SchedulesNextInput,
  schedulesPause,
  type SchedulesPauseInput,
  schedulesRemove,
  type SchedulesRemoveInput,
  schedulesResume,
  type SchedulesResumeInput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Schedules } from './schedules.ts';

@Controller()
export class SchedulesController {
  constructor(private readonly schedules: Schedules) {}

  @Answers(schedulesList)
  list({ input, call }: Asked<SchedulesListInput>) {
    return this.schedules.list(input, call);
  }

  @Answers(schedulesGet)
  get({ input, call }: Asked<SchedulesGetInput>) {
    return this.schedules.get(input, call);
  }

  @Answers(schedulesCreate)
  create({ input, call }: Asked<SchedulesCreateInput>) {
    return this.schedules.create(input, call);
  }

  @Answers(schedulesEdit)
  edit({ input, call }: Asked<SchedulesEditInput>) {
    return this.schedules.edit(input, call);
  }

  @Answers(schedulesPause)
  pause({ input, call }: Asked<SchedulesPauseInput>) {
    return this.schedules.rest(input, true, call);
  }

  @Answers(schedulesResume)
  resume({ input, call }: Asked<SchedulesResumeInput>) {
    return this.schedules.rest(input, false, call);
  }

  @Answers(schedulesRemove)
  remove({ input, call }: Asked<SchedulesRemoveInput>) {
    return this.schedules.remove(input, call);
  }

  @Answers(schedulesFire)
  fire({ input, call }: Asked<SchedulesFireInput>) {
    return this.schedules.fire(input, call);
  }

  @Answers(schedulesFires)
  fires({ input, call }: Asked<SchedulesFiresInput>) {
    return this.schedules.fires(input, call);
  }

  @Answers(schedulesNext)
  next({ input, call }: Asked<SchedulesNextInput>) {
    return this.schedules.next(input, call);
  }
}
