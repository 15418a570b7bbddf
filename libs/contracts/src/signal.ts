import { type Contract, contract } from './contract.ts';
import type { LogAppended } from './generated/types.ts';

/** Something that is said once and not kept: whoever listens just then looks sooner than it would have. */
export interface Signal<T = unknown> extends Contract<T> {
  readonly type: string;
}

export const logAppended: Signal<LogAppended> = { type: 'log.appended', ...contract<LogAppended>('LogAppended') };
