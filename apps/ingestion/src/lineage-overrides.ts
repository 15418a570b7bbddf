import { Injectable } from '@nestjs/common';
import {
  type Empty,
  type LineageOverride,
  lineageOverridden,
  lineageOverrideRemoved,
  type LineageOverridesListInput,
  type LineageOverridesListOutput,
  type LineageOverridesPutInput,
  type LineageOverridesRemoveInput,
} from '@headgate/contracts';
import { type Call, Database, Failure, keyOf, mutate, pageOf } from '@headgate/kit';
import { v7 as uuidv7 } from 'uuid';

interface Row {
  id: string;
  project: string;
  source: string;
  target: string;
  kind: LineageOverride['kind'];
  decision: LineageOverride['decision'];
  reason: string;
  decided_by: string;
  decided_at: Date;
}

/** What people decided about edges. Keyed by URN, never by row of an edge: they hold in every environment, whatever is ingested. */
@Injectable()
export class LineageOverrides {
  constructor(private readonly database: Database) {}

  put(input: LineageOverridesPutInput, call: Call): Promise<LineageOverride> {
    const { project, source, target, kind = 'value', decision, reason } = input;
    for (const [where, urn] of Object.entries({ source, target })) refuseForeign(project, where, urn);
    if (!target.includes('#') && (kind === 'value' || kind === 'window'))
      throw new Failure('contract.invalid', {
        detail: `an edge of kind ${kind} leads to a column`,
        where: '/target',
        hint: 'name one: <asset>#<column>',
      });
    return this.database.write(call, async (tx) => {
      const [row] = await tx.query<Row>(
        `insert into lineage_override (org_id, id, project, source, target, kind, decision, reason, decided_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (org_id, project, source, target, kind) do update
           set decision = excluded.decision, reason = excluded.reason, decided_by = excluded.decided_by, decided_at = now()
         returning *`,
        [tx.org, uuidv7(), project, source, target, kind, decision, reason, call.actor.id],
      );
      const { id } = row!;
      await mutate(tx, lineageOverridden, { project, id, source, target, kind, decision, reason, by: call.actor.id });
      return shown(row!);
    });
  }

  list({ project, cursor, limit = 50 }: LineageOverridesListInput, call: Call): Promise<LineageOverridesListOutput> {
    return this.database.read(call, async (tx) => {
      const [before] = keyOf(cursor, 1) ?? [];
      // Ids are in the order in which edges were first decided on.
      const rows = await tx.query<Row>(
        'select * from lineage_override where project = $1 and ($2::uuid is null or id < $2) order by id desc limit $3',
        [project, before ?? null, limit + 1],
      );
      return pageOf(rows, limit, ({ id }) => [id], shown);
    });
  }

  remove({ project, override }: LineageOverridesRemoveInput, call: Call): Promise<Empty> {
    return this.database.write(call, async (tx) => {
      const [row] = await tx.query<Row>('delete from lineage_override where project = $1 and id = $2 returning *', [
        project,
        override,
      ]);
      if (!row)
        throw new Failure('not-found', { detail: `${project} has no override ${override}`, where: '/override' });
      const { id, source, target, kind } = row;
      await mutate(tx, lineageOverrideRemoved, { project, id, source, target, kind });
      return {};
    });
  }
}

/** Another project's columns are its own people's to decide on; relations that no project has are anybody's. */
function refuseForeign(project: string, where: string, urn: string): void {
  if (urn.startsWith(`hg:${project}/`) || (where === 'source' && urn.startsWith('hg:rel/'))) return;
  throw new Failure('contract.invalid', {
    detail: `${urn} is not an asset of ${project}`,
    where: `/${where}`,
    hint: `write hg:${project}/<unique_id>#<column>`,
  });
}

const shown = ({ decided_by: by, decided_at: at, id, project, source, target, kind, decision, reason }: Row) => ({
  ...{ id, project, source, target, kind, decision, reason },
  ...{ by, at: at.toISOString() },
});
