import { Controller } from '@nestjs/common';
import {
  type Upload,
  uploadsAppend,
  type UploadsAppendInput,
  uploadsComplete,
  type UploadsCompleteInput,
  uploadsCreate,
  type UploadsCreateInput,
  uploadsGet,
  type UploadsGetInput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Uploads } from './uploads.ts';

@Controller()
export class UploadsController {
  constructor(private readonly uploads: Uploads) {}

  @Answers(uploadsCreate)
  create({ input, call }: Asked<UploadsCreateInput>): Promise<Upload> {
    return this.uploads.create(input, call);
  }

  @Answers(uploadsGet)
  get({ input, call }: Asked<UploadsGetInput>): Promise<Upload> {
    return this.uploads.get(input, call);
  }

  @Answers(uploadsAppend)
  append({ input, call }: Asked<UploadsAppendInput>): Promise<Upload> {
    return this.uploads.append(input, call);
  }

  @Answers(uploadsComplete)
  complete({ input, call }: Asked<UploadsCompleteInput>): Promise<Upload> {
    return this.uploads.complete(input, call);
  }
}
