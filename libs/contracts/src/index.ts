export type * from './generated/types.ts';
export * from './generated/events.ts';
export * from './generated/api.ts';
export { canonical, hashOf, sha256 } from './canonical.ts';
export { type Contract, contract, ContractError, contractSchema } from './contract.ts';
export type { EventType } from './event.ts';
export { type Operation, subjectOf } from './operation.ts';
export { canvasState, problem, provenanceEvent } from './resources.ts';
export { openApi } from './open-api.ts';
