import { Controller } from '@nestjs/common';
import {
  type Ingest,
  ingestsCreate,
  type IngestsCreateInput,
  ingestsList,
  type IngestsListInput,
  type IngestsListOutput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Ingests } from './ingests.ts';

@Controller()
export class IngestsController {
  constructor(private readonly ingests: Ingests) {}

  @Answers(ingestsCreate)
  create({ input, call }: Asked<IngestsCreateInput>): Promise<Ingest> {
    return this.ingests.create(input, call);
  }

  @Answers(ingestsList)
  list({ input, call }: Asked<IngestsListInput>): Promise<IngestsListOutput> {
    return this.ingests.list(input, call);
  }
}
