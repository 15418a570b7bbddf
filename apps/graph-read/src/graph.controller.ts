import { Controller } from '@nestjs/common';
import {
  graphNeighbourhood,
  type GraphNeighbourhoodInput,
  type GraphNeighbourhoodOutput,
  graphPath,
  type GraphPathInput,
  type GraphPathOutput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Drawings } from './drawings.ts';

@Controller()
export class GraphController {
  constructor(private readonly drawings: Drawings) {}

  @Answers(graphNeighbourhood)
  neighbourhood({ input, call }: Asked<GraphNeighbourhoodInput>): Promise<GraphNeighbourhoodOutput> {
    return this.drawings.neighbourhood(input, call);
  }

  @Answers(graphPath)
  path({ input, call }: Asked<GraphPathInput>): Promise<GraphPathOutput> {
    return this.drawings.path(input, call);
  }
}
