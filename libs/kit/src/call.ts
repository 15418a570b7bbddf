import type { Actor } from '@headgate/contracts';

/** On whose behalf something happens; it rides through every request and into every event. */
export interface Call {
  readonly org: string;
  readonly actor: Actor;
  readonly requestId: string;
  /** The operation the caller was authorized for. */
  readonly operation?: string;
  readonly grantVersion?: number;
  readonly traceparent?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly causationId?: string | undefined;
}
