import { type Contract, contract } from './contract.ts';

/** One operation: its route, its authorization rule, who may call it inside, and its two contracts. */
export interface Operation<I = unknown, O = unknown> {
  readonly id: string;
  readonly service: string;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly authorize?: string | undefined;
  readonly callers: readonly string[];
  readonly emits?: readonly string[] | undefined;
  /** Media type, when the output names a blob that the gateway streams. */
  readonly download?: string | undefined;
  readonly body?: string | undefined;
  /** The input is somebody else's format: what the contract does not name is left aside at the border. */
  readonly foreign?: boolean | undefined;
  /** The body is an array: the value of this property. */
  readonly array?: string | undefined;
  readonly input: Contract<I>;
  readonly output: Contract<O>;
}

export function operation<I, O>(source: Omit<Operation, 'input' | 'output'> & { name: string }): Operation<I, O> {
  const { name, ...rest } = source;
  return { ...rest, input: contract<I>(`${name}Input`), output: contract<O>(`${name}Output`) };
}

/** The subject on which a service answers an operation. */
export const subjectOf = ({ id }: Pick<Operation, 'id'>, service: string): string => `hg.rpc.${service}.${id}`;
