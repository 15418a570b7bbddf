import { Controller } from '@nestjs/common';
import {
  selectionsEvaluate,
  type SelectionsEvaluateInput,
  selectionsList,
  type SelectionsListInput,
  selectionsPut,
  type SelectionsPutInput,
  selectionsRemove,
  type SelectionsRemoveInput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Selections } from './selections.ts';

@Controller()
export class SelectionsController {
  constructor(private readonly selections: Selections) {}

  @Answers(selectionsEvaluate)
  evaluate({ input, call }: Asked<SelectionsEvaluateInput>) {
    return this.selections.evaluate(input, call);
  }

  @Answers(selectionsList)
  list({ input, call }: Asked<SelectionsListInput>) {
    return this.selections.list(input, call);
  }

  @Answers(selectionsPut)
  put({ input, call }: Asked<SelectionsPutInput>) {
    return this.selections.put(input, call);
  }

  @Answers(selectionsRemove)
  remove({ input, call }: Asked<SelectionsRemoveInput>) {
    return this.selections.remove(input, call);
  }
}
