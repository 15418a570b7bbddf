import { randomUUID } from 'node:crypto';
import {
  type PlanDecided,
  planDecided,
  type RunFinished,
  runFinished,
  runRequested,
  runsOutcomes,
  type RunsOutcomesInput,
  type RunsOutcomesOutput,
} from '@headgate/contracts';
import {
  Answers,
  type Asked,
  type Call,
  Database,
  type Heard,
  Hears,
  mutate,
  type Schema,
  type Service,
  type Tx,
} from '@headgate/kit';
import { Controller, Injectable, Module } from '@nestjs/common';

interface Started {
  readonly call: Call;
  readonly decided: PlanDecided;
  readonly run: string;
}

/** The runner as others hear of it: a plan that may run becomes a run, which ends when and how the test says. */
export class RunnerSide {
  /** Every run that was asked for, in order. */
  readonly started: Started[] = [];
  readonly service: Service;
  /** While this is so no plan becomes a run; `begin` makes up for it. */
  isHeldUp = false;

  readonly heldUp: Omit<Started, 'run'>[] = [];

  private database: Database | undefined;

  constructor() {
    const keep = (database: Database) => (this.database = database);
    const start = ({ data }: Heard<PlanDecided>, tx: Tx) => this.start(data, tx);
    const schema: Schema = { name: 'runner', owner: 'runner', entities: [], migrations: [] };

    @Injectable()
    class Flow {
      constructor(database: Database) {
        keep(database);
      }

      @Hears(planDecided)
      decided(event: Heard<PlanDecided>, tx: Tx): Promise<void> {
        return start(event, tx);
      }
    }

    @Controller()
    class Outcomes {
      /** Its runs build nothing. */
      @Answers(runsOutcomes)
      async of(_: Asked<RunsOutcomesInput>): Promise<RunsOutcomesOutput> {
        return { items: [] };
      }
    }

    @Module({ controllers: [Outcomes], providers: [Flow] })
    class RunnerSideModule {}
    this.service = { name: 'runner', module: RunnerSideModule, schema, hears: [planDecided] };
  }

  /** Ends the newest run of a plan. */
  async finish(plan: string, outcome: RunFinished['outcome'], artifacts: RunFinished['artifacts'] = []): Promise<void> {
    const found = this.started.findLast(({ decided }) => decided.plan === plan);
    if (!found) throw new Error(`no run of plan ${plan} was asked for`);
    const { call, run, decided } = found;
    const { project, environment, document, revision } = decided;
    await this.database!.write(call, (tx) =>
      mutate(tx, runFinished, {
        ...{ project, environment, run, kind: 'plan', outcome, plan, document, attempt: 1, artifacts },
        revision: revision!,
      }),
    );
  }

  /** Lets all that was held up begin, late. */
  async begin(): Promise<void> {
    this.isHeldUp = false;
    for (const { call, decided } of this.heldUp.splice(0))
      await this.database!.write(call, (tx) => this.start(decided, tx));
  }

  private async start(decided: PlanDecided, tx: Tx): Promise<void> {
    if (this.isHeldUp) return void this.heldUp.push({ call: tx.call, decided });
    const { project, environment, plan, revision } = decided;
    const run = randomUUID();
    await mutate(tx, runRequested, {
      ...{ project, environment, run, kind: 'plan', plan, revision: revision! },
      ...{ concurrencyKey: `${project}/${environment}`, stages: [{ command: ['build'] }] },
    });
    this.started.push({ call: tx.call, decided, run });
  }
}
