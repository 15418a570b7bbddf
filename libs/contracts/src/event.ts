import { type Contract, contract } from './contract.ts';

/** One kind of event: who publishes it and the contract its data keeps. */
export interface EventType<T = unknown> extends Contract<T> {
  readonly type: string;
  readonly service: string;
  readonly schemaVersion: string;
}

export function eventType<T>(source: {
  type: string;
  name: string;
  service: string;
  schemaVersion: string;
}): EventType<T> {
  return { ...source, ...contract<T>(source.name) };
}
