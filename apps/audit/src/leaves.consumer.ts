import { Injectable } from '@nestjs/common';
import { eventTypes, type EventType } from '@headgate/contracts';
import { Hears, type Heard, type Tx } from '@headgate/kit';
import { Leaves } from './leaves.ts';

/** Marks the method that consumes every kind of event there is. */
function HearsEverything() {
  return (
    target: object,
    name: string,
    descriptor: TypedPropertyDescriptor<(event: Heard<unknown>, tx: Tx) => Promise<void>>,
  ): void => {
    for (const event of eventTypes as readonly EventType[]) Hears(event)(target, name, descriptor);
  };
}

/** What any service publishes becomes a leaf. */
@Injectable()
export class LeavesConsumer {
  constructor(private readonly leaves: Leaves) {}

  @HearsEverything()
  record(event: Heard<unknown>, tx: Tx): Promise<void> {
    return this.leaves.record(event, tx);
  }
}
