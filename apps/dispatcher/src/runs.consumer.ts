import { Injectable } from '@nestjs/common';
import { runCancelRequested, type RunCancelRequested, runRequested, type RunRequested } from '@headgate/contracts';
import { Hears, type Heard, type Tx } from '@headgate/kit';
import { Jobs } from './jobs.ts';

@Injectable()
export class RunsConsumer {
  constructor(private readonly jobs: Jobs) {}

  @Hears(runRequested)
  request({ data }: Heard<RunRequested>, tx: Tx): Promise<void> {
    return this.jobs.enqueue(data, tx);
  }

  @Hears(runCancelRequested)
  cancel({ data }: Heard<RunCancelRequested>, tx: Tx): Promise<void> {
    return this.jobs.cancelRun(data.run, tx);
  }
}
