import { Controller } from '@nestjs/common';
import {
  lineageGraph,
  type LineageGraphInput,
  type LineageGraphOutput,
  lineageSql,
  type LineageSqlInput,
  type LineageSqlOutput,
  lineageState,
  type LineageStateInput,
  type LineageStateOutput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Lineage } from './lineage.ts';
import { LineageSql } from './lineage-sql.ts';

@Controller()
export class LineageController {
  constructor(
    private readonly lineage: Lineage,
    private readonly sql: LineageSql,
  ) {}

  @Answers(lineageSql)
  ofSql({ input, call }: Asked<LineageSqlInput>): Promise<LineageSqlOutput> {
    return this.sql.of(input, call);
  }

  @Answers(lineageGraph)
  graph({ input, call }: Asked<LineageGraphInput>): Promise<LineageGraphOutput> {
    return this.lineage.graph(input, call);
  }

  @Answers(lineageState)
  state({ input, call }: Asked<LineageStateInput>): Promise<LineageStateOutput> {
    return this.lineage.state(input, call);
  }
}
