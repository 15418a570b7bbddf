import { Controller } from '@nestjs/common';
import { columnsSearch, type ColumnsSearchInput, type ColumnsSearchOutput } from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Columns } from './columns.ts';

@Controller()
export class ColumnsController {
  constructor(private readonly columns: Columns) {}

  @Answers(columnsSearch)
  search({ input, call }: Asked<ColumnsSearchInput>): Promise<ColumnsSearchOutput> {
    return this.columns.search(input, call);
  }
}
