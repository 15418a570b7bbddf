import { Injectable } from '@nestjs/common';
import { runCancelRequested, type RunCancelRequested, runRequested, type RunRequested } from '@headgate/contracts';
import { Hears, type Heard, type Tx } from '@headgate/kit';
import { Queue } from './queue.ts';
import { Tasks } from './tasks.ts';

@Injectable()
export class RunsConsumer {
  constructor(
    private readonly queue: Queue,
    private readonly tasks: Tasks,
  ) {}

  @Hears(runRequested)
  request({ data }: Heard<RunRequested>, tx: Tx): Promise<void> {
    return this.queue.enqueue(data, tx);
  }

  @Hears(runCancelRequested)
  cancel({ data }: Heard<RunCancelRequested>, tx: Tx): Promise<void> {
    return this.tasks.cancel(data.run, tx);
  }
}
