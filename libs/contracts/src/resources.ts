import { contract } from './contract.ts';
import type { CanvasState, Problem, ProvenanceEvent } from './generated/types.ts';

export const canvasState = contract<CanvasState>('CanvasState');
export const problem = contract<Problem>('Problem');
export const provenanceEvent = contract<ProvenanceEvent>('ProvenanceEvent');
