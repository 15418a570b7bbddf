import { Controller } from '@nestjs/common';
import {
  auditCheckpoint,
  type AuditCheckpointInput,
  auditConsistency,
  type AuditConsistencyInput,
  type AuditConsistencyOutput,
  auditExport,
  type AuditExportInput,
  auditInclusion,
  type AuditInclusionInput,
  type AuditInclusionOutput,
  auditSearch,
  type AuditSearchInput,
  type AuditSearchOutput,
  auditVerify,
  type AuditVerifyInput,
  type AuditVerifyOutput,
  type Blob,
  type Checkpoint,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Leaves } from './leaves.ts';
import { Trees } from './trees.ts';
import { Verification } from './verification.ts';

@Controller()
export class AuditController {
  constructor(
    private readonly leaves: Leaves,
    private readonly trees: Trees,
    private readonly verification: Verification,
  ) {}

  @Answers(auditSearch)
  search({ input, call }: Asked<AuditSearchInput>): Promise<AuditSearchOutput> {
    return this.leaves.search(input, call);
  }

  @Answers(auditCheckpoint)
  checkpoint({ call }: Asked<AuditCheckpointInput>): Promise<Checkpoint> {
    return this.trees.checkpoint(call);
  }

  @Answers(auditInclusion)
  inclusion({ input, call }: Asked<AuditInclusionInput>): Promise<AuditInclusionOutput> {
    return this.trees.inclusion(input.event, call);
  }

  @Answers(auditConsistency)
  consistency({ input, call }: Asked<AuditConsistencyInput>): Promise<AuditConsistencyOutput> {
    return this.trees.consistency(input.from, call);
  }

  @Answers(auditVerify)
  verify({ call }: Asked<AuditVerifyInput>): Promise<AuditVerifyOutput> {
    return this.verification.verify(call);
  }

  @Answers(auditExport)
  export({ call }: Asked<AuditExportInput>): Promise<Blob> {
    return this.verification.export(call);
  }
}
