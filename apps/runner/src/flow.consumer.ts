import { Injectable } from '@nestjs/common';
import {
  planDecided,
  type PlanDecided,
  taskClaimed,
  type TaskClaimed,
  taskFinished,
  type TaskFinished,
} from '@headgate/contracts';
import { Hears, type Heard, type Tx } from '@headgate/kit';
import { Runs } from './runs.ts';

/** What makes a run, moves it and ends it. */
@Injectable()
export class FlowConsumer {
  constructor(private readonly runs: Runs) {}

  @Hears(planDecided)
  decided({ data }: Heard<PlanDecided>, tx: Tx): Promise<void> {
    return this.runs.start(data, tx);
  }

  @Hears(taskClaimed)
  claimed({ data }: Heard<TaskClaimed>, tx: Tx): Promise<void> {
    return this.runs.claimed(data, tx);
  }

  @Hears(taskFinished)
  finished({ data }: Heard<TaskFinished>, tx: Tx): Promise<void> {
    return this.runs.finished(data, tx);
  }
}
