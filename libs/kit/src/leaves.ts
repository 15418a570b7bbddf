import { Controller } from '@nestjs/common';
import { leavesRange, type LeavesRangeInput, type LeavesRangeOutput } from '@headgate/contracts';
import { Answers, type Asked } from './answers.ts';
import { Database } from './database.ts';
import type { ServiceName } from './service.ts';

/** Every service shows its own leaves to the audit, so that a missing one cannot hide. */
export function leavesOf(service: ServiceName) {
  @Controller()
  class Leaves {
    constructor(private readonly database: Database) {}

    @Answers(leavesRange, service)
    range({ input, call }: Asked<LeavesRangeInput>): Promise<LeavesRangeOutput> {
      return this.database.read({ ...call, org: input.org }, async (tx) => {
        const rows = await tx.query<{ ordinal: string; envelope: string }>(
          `select ordinal, envelope from ${tx.schema}.outbox where ordinal >= $1 order by ordinal limit $2`,
          [input.from, input.limit],
        );
        const [head] = await tx.query<{ ordinal: string }>(`select ordinal from ${tx.schema}.outbox_head`);
        const items = rows.map(({ ordinal, envelope }) => ({
          ordinal: Number(ordinal),
          envelope: JSON.parse(envelope) as Record<string, unknown>,
        }));
        return { items, head: Number(head?.ordinal ?? 0) };
      });
    }
  }
  return Leaves;
}
