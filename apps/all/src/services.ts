import { audit } from '@headgate/audit';
import { dispatcher } from '@headgate/dispatcher';
import { gateway } from '@headgate/gateway';
import { graphRead } from '@headgate/graph-read';
import { identity } from '@headgate/identity';
import { ingestion } from '@headgate/ingestion';
import type { Service } from '@headgate/kit';
import { planner } from '@headgate/planner';
import { runner } from '@headgate/runner';

/** Every service there is, in the order they start: the gateway last, when everything it forwards to is there. */
export const services: Service[] = [identity, ingestion, graphRead, planner, dispatcher, runner, audit, gateway];
