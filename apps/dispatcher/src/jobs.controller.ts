import { Controller } from '@nestjs/common';
import {
  jobsCancel,
  type JobsCancelInput,
  type JobsCancelOutput,
  jobsSubmit,
  type JobsSubmitInput,
  type JobsSubmitOutput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Jobs } from './jobs.ts';

@Controller()
export class JobsController {
  constructor(private readonly jobs: Jobs) {}

  @Answers(jobsSubmit)
  submit({ input, call }: Asked<JobsSubmitInput>): Promise<JobsSubmitOutput> {
    return this.jobs.submit(input, call);
  }

  @Answers(jobsCancel)
  cancel({ input, call }: Asked<JobsCancelInput>): Promise<JobsCancelOutput> {
    return this.jobs.cancel(input, call);
  }
}
