import { Controller } from '@nestjs/common';
import {
  sinksList,
  type SinksListInput,
  type SinksListOutput,
  sinksRows,
  type SinksRowsInput,
  type SinksRowsOutput,
  sinksWrite,
  type SinksWriteInput,
  type SinksWriteOutput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Sinks } from './sinks.ts';

@Controller()
export class SinksController {
  constructor(private readonly sinks: Sinks) {}

  @Answers(sinksList)
  list({ input, call }: Asked<SinksListInput>): Promise<SinksListOutput> {
    return this.sinks.list(input, call);
  }

  @Answers(sinksRows)
  rows({ input, call }: Asked<SinksRowsInput>): Promise<SinksRowsOutput> {
    return this.sinks.rows(input, call);
  }

  @Answers(sinksWrite)
  write({ input, call }: Asked<SinksWriteInput>): Promise<SinksWriteOutput> {
    return this.sinks.write(input, call);
  }
}
