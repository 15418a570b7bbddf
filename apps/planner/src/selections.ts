import { Injectable } from '@nestjs/common';
import {
  type Empty,
  type Selection,
  selectionRemoved,
  selectionSaved,
  type SelectionsEvaluateInput,
  type SelectionsEvaluateOutput,
  type SelectionsListInput,
  type SelectionsListOutput,
  type SelectionsPutInput,
  type SelectionsRemoveInput,
} from '@headgate/contracts';
import { type Call, Database, Failure, keyOf, mutate, pageOf } from '@headgate/kit';
import { Selectable } from './selectable.ts';

interface Row {
  project: string;
  name: string;
  description: string;
  select: string[];
  exclude: string[];
  updated_by: string;
  updated_at: Date;
}

/** dbt's selection language over snapshots, and selections that have a name. */
@Injectable()
export class Selections {
  constructor(
    private readonly database: Database,
    private readonly selectable: Selectable,
  ) {}

  async evaluate(input: SelectionsEvaluateInput, call: Call): Promise<SelectionsEvaluateOutput> {
    const { saved, selector, indirectSelection, resourceTypes, excludeResourceTypes, explain } = input;
    const snapshot = await this.selectable.snapshot(input, input.snapshot, call);
    const project = await this.selectable.project(call.org, snapshot.manifest);
    const named = saved ? await this.find(input.project, saved, call) : undefined;
    const previous = input.state ? await this.previous(input, input.state, call) : undefined;
    const answer = project.select({
      select: [...(named?.select ?? []), ...(input.select ?? [])],
      exclude: [...(named?.exclude ?? []), ...(input.exclude ?? [])],
      ...(selector && { selector }),
      ...(previous && { previous }),
      ...(indirectSelection && { indirectSelection }),
      ...(resourceTypes && { resourceTypes }),
      ...(excludeResourceTypes && { excludeResourceTypes }),
      ...(explain && { explain }),
    });
    if ('error' in answer) {
      const { message, at } = answer.error;
      throw new Failure('contract.invalid', {
        detail: message,
        where: at ? `/select ${JSON.stringify(at)}` : '/select',
      });
    }
    const { ids, warnings, explanation } = answer;
    return {
      snapshot: snapshot.snapshot,
      ids: [...ids],
      warnings: [...warnings],
      ...(explanation && { explanation: { ...explanation } }),
    };
  }

  list({ project, cursor, limit = 50 }: SelectionsListInput, call: Call): Promise<SelectionsListOutput> {
    return this.database.read(call, async (tx) => {
      const [after] = keyOf(cursor, 1) ?? [''];
      const rows = await tx.query<Row>(
        'select * from selection where project = $1 and name > $2 order by name limit $3',
        [project, after, limit + 1],
      );
      return pageOf(rows, limit, ({ name }) => [name], shown);
    });
  }

  put(
    { project, name, description = '', select = [], exclude = [] }: SelectionsPutInput,
    call: Call,
  ): Promise<Selection> {
    return this.database.write(call, async (tx) => {
      const [row] = await tx.query<Row>(
        `insert into selection (org_id, project, name, description, "select", exclude, updated_by) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (org_id, project, name) do update set description = excluded.description, "select" = excluded."select",
           exclude = excluded.exclude, updated_by = excluded.updated_by, updated_at = now() returning *`,
        [tx.org, project, name, description, select, exclude, call.actor.id],
      );
      await mutate(tx, selectionSaved, { project, name }, { diff: { select, exclude } });
      return shown(row!);
    });
  }

  remove({ project, name }: SelectionsRemoveInput, call: Call): Promise<Empty> {
    return this.database.write(call, async (tx) => {
      const gone = await tx.query('select 1 from selection where project = $1 and name = $2 for update', [
        project,
        name,
      ]);
      if (gone.length === 0) throw missing(project, name);
      await tx.query('delete from selection where project = $1 and name = $2', [project, name]);
      await mutate(tx, selectionRemoved, { project, name });
      return {};
    });
  }

  private find(project: string, name: string, call: Call): Promise<Row> {
    return this.database.read(call, async (tx) => {
      const [row] = await tx.query<Row>('select * from selection where project = $1 and name = $2', [project, name]);
      if (!row) throw missing(project, name);
      return row;
    });
  }

  private async previous(place: { project: string; environment: string }, state: string, call: Call) {
    const { manifest } = await this.selectable.snapshot(place, state, call);
    return { manifest: (await this.selectable.project(call.org, manifest)).manifest, now: new Date() };
  }
}

const missing = (project: string, name: string): Failure =>
  new Failure('not-found', {
    detail: `${project} has no selection called ${name}`,
    where: '/name',
    hint: `GET /api/v1/projects/${project}/selections lists them`,
  });

const shown = ({ project, name, description, select, exclude, updated_by, updated_at }: Row): Selection => ({
  project,
  name,
  description,
  select,
  exclude,
  updatedBy: updated_by,
  updatedAt: updated_at.toISOString(),
});
