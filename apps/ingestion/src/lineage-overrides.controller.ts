import { Controller } from '@nestjs/common';
import {
  type Empty,
  type LineageOverride,
  lineageOverridesList,
  type LineageOverridesListInput,
  type LineageOverridesListOutput,
  lineageOverridesPut,
  type LineageOverridesPutInput,
  lineageOverridesRemove,
  type LineageOverridesRemoveInput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { LineageOverrides } from './lineage-overrides.ts';

@Controller()
export class LineageOverridesController {
  constructor(private readonly overrides: LineageOverrides) {}

  @Answers(lineageOverridesPut)
  put({ input, call }: Asked<LineageOverridesPutInput>): Promise<LineageOverride> {
    return this.overrides.put(input, call);
  }

  @Answers(lineageOverridesList)
  list({ input, call }: Asked<LineageOverridesListInput>): Promise<LineageOverridesListOutput> {
    return this.overrides.list(input, call);
  }

  @Answers(lineageOverridesRemove)
  remove({ input, call }: Asked<LineageOverridesRemoveInput>): Promise<Empty> {
    return this.overrides.remove(input, call);
  }
}
