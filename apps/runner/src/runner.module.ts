import { Module } from '@nestjs/common';
import { planDecided, taskClaimed, taskFinished } from '@headgate/contracts';
import type { Service } from '@headgate/kit';
import { FlowConsumer } from './flow.consumer.ts';
import { NodeHistory } from './node-history.ts';
import { Revisions } from './revisions.ts';
import { Runs } from './runs.ts';
import { RunsController } from './runs.controller.ts';
import { schema } from './schema.ts';
import { Beginning } from './worker/beginning.ts';
import { Progress } from './worker/progress.ts';
import { Worker } from './worker/worker.ts';
import { Workspace } from './worker/workspace.ts';

@Module({
  controllers: [RunsController],
  providers: [Beginning, FlowConsumer, NodeHistory, Progress, Revisions, Runs, Worker, Workspace],
})
class RunnerModule {}

export const runner: Service = {
  name: 'runner',
  module: RunnerModule,
  schema,
  hears: [planDecided, taskClaimed, taskFinished],
};
