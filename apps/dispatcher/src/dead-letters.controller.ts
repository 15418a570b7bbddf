import { Controller } from '@nestjs/common';
import {
  type DeadLetter,
  type DeadLetterHistory,
  deadLettersDiscard,
  type DeadLettersDiscardInput,
  deadLettersGet,
  type DeadLettersGetInput,
  deadLettersList,
  type DeadLettersListInput,
  type DeadLettersListOutput,
  deadLettersReplay,
  type DeadLettersReplayInput,
  type DeadLettersReplayOutput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { DeadLetters } from './dead-letters.ts';

@Controller()
export class DeadLettersController {
  constructor(private readonly letters: DeadLetters) {}

  @Answers(deadLettersList)
  list({ input, call }: Asked<DeadLettersListInput>): Promise<DeadLettersListOutput> {
    return this.letters.list(input, call);
  }

  @Answers(deadLettersGet)
  get({ input, call }: Asked<DeadLettersGetInput>): Promise<DeadLetterHistory> {
    return this.letters.get(input.task, call);
  }

  @Answers(deadLettersReplay)
  replay({ input, call }: Asked<DeadLettersReplayInput>): Promise<DeadLettersReplayOutput> {
    return this.letters.replay(input.task, call);
  }

  @Answers(deadLettersDiscard)
  discard({ input, call }: Asked<DeadLettersDiscardInput>): Promise<DeadLetter> {
    return this.letters.discard(input, call);
  }
}
