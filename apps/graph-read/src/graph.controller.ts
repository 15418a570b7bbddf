import { Controller } from '@nestjs/common';
import {
  graphNeighbourhood,
  type GraphNeighbourhoodInput,
  type GraphNeighbourhoodOutput,
  graphPath,
  type GraphPathInput,
  type GraphPathOutput,
  graphRollup,
  type GraphRollupInput,
  type GraphRollupOutput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Drawings } from './drawings.ts';
import { Rollups } from './rollups.ts';

@Controller()
export class GraphController {
  constructor(
    private readonly drawings: Drawings,
    private readonly rollups: Rollups,
  ) {}

  @Answers(graphNeighbourhood)
  neighbourhood({ input, call }: Asked<GraphNeighbourhoodInput>): Promise<GraphNeighbourhoodOutput> {
    return this.drawings.neighbourhood(input, call);
  }

  @Answers(graphPath)
  path({ input, call }: Asked<GraphPathInput>): Promise<GraphPathOutput> {
    return this.drawings.path(input, call);
  }

  @Answers(graphRollup)
  rollup({ input, call }: Asked<GraphRollupInput>): Promise<GraphRollupOutput> {
    return this.rollups.get(input, call);
  }
}
