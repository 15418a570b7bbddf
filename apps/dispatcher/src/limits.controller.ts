import { Controller } from '@nestjs/common';
import {
  type Empty,
  type LimitOfStarts,
  limitsList,
  type LimitsListInput,
  type LimitsListOutput,
  limitsPut,
  type LimitsPutInput,
  limitsRemove,
  type LimitsRemoveInput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Limits } from './limits.ts';

@Controller()
export class LimitsController {
  constructor(private readonly limits: Limits) {}

  @Answers(limitsList)
  list({ input, call }: Asked<LimitsListInput>): Promise<LimitsListOutput> {
    return this.limits.list(input, call);
  }

  @Answers(limitsPut)
  put({ input, call }: Asked<LimitsPutInput>): Promise<LimitOfStarts> {
    return this.limits.put(input, call);
  }

  @Answers(limitsRemove)
  remove({ input, call }: Asked<LimitsRemoveInput>): Promise<Empty> {
    return this.limits.remove(input, call);
  }
}
