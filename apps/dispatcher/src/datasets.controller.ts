import { Controller } from '@nestjs/common';
import {
  datasetsList,
  type DatasetsListInput,
  type DatasetsListOutput,
  datasetsPurge,
  type DatasetsPurgeInput,
  type DatasetsPurgeOutput,
  datasetsRows,
  type DatasetsRowsInput,
  type DatasetsRowsOutput,
  datasetsShow,
  type DatasetsShowInput,
  type DatasetsShowOutput,
  datasetsStage,
  type DatasetsStageInput,
  type DatasetsStageOutput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Datasets } from './datasets.ts';
import { Parts } from './parts.ts';
import { Purges } from './purges.ts';

@Controller()
export class DatasetsController {
  constructor(
    private readonly datasets: Datasets,
    private readonly parts: Parts,
    private readonly purges: Purges,
  ) {}

  @Answers(datasetsList)
  list({ input, call }: Asked<DatasetsListInput>): Promise<DatasetsListOutput> {
    return this.datasets.list(input, call);
  }

  @Answers(datasetsShow)
  show({ input, call }: Asked<DatasetsShowInput>): Promise<DatasetsShowOutput> {
    return this.datasets.show(input, call);
  }

  @Answers(datasetsRows)
  rows({ input, call }: Asked<DatasetsRowsInput>): Promise<DatasetsRowsOutput> {
    return this.datasets.rows(input, call);
  }

  @Answers(datasetsPurge)
  purge({ input, call }: Asked<DatasetsPurgeInput>): Promise<DatasetsPurgeOutput> {
    return this.purges.purge(input, call);
  }

  @Answers(datasetsStage)
  stage({ input, call }: Asked<DatasetsStageInput>): Promise<DatasetsStageOutput> {
    return this.parts.stage(input, call);
  }
}
