import { Controller } from '@nestjs/common';
import {
  openlineageList,
  type OpenlineageListInput,
  type OpenlineageListOutput,
  openlineageTake,
  openlineageTakeBatch,
  type OpenlineageTakeBatchInput,
  type OpenlineageTakeBatchOutput,
  type OpenlineageTakeInput,
  type OpenlineageTakeOutput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Openlineage } from './openlineage.ts';

@Controller()
export class OpenlineageController {
  constructor(private readonly openlineage: Openlineage) {}

  @Answers(openlineageTake)
  take({ input, call }: Asked<OpenlineageTakeInput>): Promise<OpenlineageTakeOutput> {
    return this.openlineage.take(input, call);
  }

  @Answers(openlineageTakeBatch)
  takeBatch({ input, call }: Asked<OpenlineageTakeBatchInput>): Promise<OpenlineageTakeBatchOutput> {
    return this.openlineage.takeBatch(input, call);
  }

  @Answers(openlineageList)
  list({ input, call }: Asked<OpenlineageListInput>): Promise<OpenlineageListOutput> {
    return this.openlineage.list(input, call);
  }
}
