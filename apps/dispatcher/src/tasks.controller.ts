import { Controller } from '@nestjs/common';
import {
  type Task,
  tasksClaim,
  type TasksClaimInput,
  type TasksClaimOutput,
  tasksComplete,
  type TasksCompleteInput,
  type TasksCompleteOutput,
  tasksGet,
  type TasksGetInput,
  tasksHeartbeat,
  type TasksHeartbeatInput,
  type TasksHeartbeatOutput,
  tasksRelease,
  type TasksReleaseInput,
  type TasksReleaseOutput,
  tasksList,
  type TasksListInput,
  type TasksListOutput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Leases } from './leases.ts';
import { Queue } from './queue.ts';
import { Tasks } from './tasks.ts';

@Controller()
export class TasksController {
  constructor(
    private readonly tasks: Tasks,
    private readonly queue: Queue,
    private readonly leases: Leases,
  ) {}

  @Answers(tasksList)
  list({ input, call }: Asked<TasksListInput>): Promise<TasksListOutput> {
    return this.tasks.list(input, call);
  }

  @Answers(tasksGet)
  get({ input, call }: Asked<TasksGetInput>): Promise<Task> {
    return this.tasks.get(input.task, call);
  }

  @Answers(tasksClaim)
  claim({ input, call }: Asked<TasksClaimInput>): Promise<TasksClaimOutput> {
    return this.queue.claim(input, call);
  }

  @Answers(tasksHeartbeat)
  heartbeat({ input }: Asked<TasksHeartbeatInput>): Promise<TasksHeartbeatOutput> {
    return this.leases.heartbeat(input);
  }

  @Answers(tasksRelease)
  release({ input, call }: Asked<TasksReleaseInput>): Promise<TasksReleaseOutput> {
    return this.leases.release(input, call);
  }

  @Answers(tasksComplete)
  complete({ input, call }: Asked<TasksCompleteInput>): Promise<TasksCompleteOutput> {
    return this.leases.complete(input, call);
  }
}
